/* Cyclone DDS: publish and subscribe by multicast, no server. TARGET: any word, the topic's name.
 *
 * In order and repaired. As in its own throughput example: reliable, history of all samples, of
 * which 4,000 may wait for a slow receiver before the sender has to; samples are written in batches
 * (dds_write_set_batch), which leave when the sender pauses. Datagrams as large as UDP carries
 * (MaxMessageSize 65500B), a receive buffer of up to 4 MB, and up to 2 MB written and not yet
 * acknowledged (WhcHigh). */
#include "peer.h"

#include "message.h"

#include <dds/dds.h>
#include <stdlib.h>

enum { SAMPLES_MAX = 4000, TAKEN_AT_ONCE = 500 };

static const char CONFIGURATION[] =
	"<General><Interfaces><NetworkInterface name='eth0'/></Interfaces>"
	"<MaxMessageSize>65500B</MaxMessageSize></General>"
	"<Internal><SocketReceiveBufferSize min='default' max='4MB'/>"
	"<Watermarks><WhcHigh>2MB</WhcHigh></Watermarks></Internal>";

static dds_entity_t participant, writer;

static dds_entity_t check(dds_entity_t result, const char *what)
{
	if (result < 0)
		die(what, dds_strretcode(-result));
	return result;
}

static dds_entity_t open_topic(const struct run *run, dds_qos_t **qos)
{
	setenv("CYCLONEDDS_URI", CONFIGURATION, 0);
	participant = check(dds_create_participant(DDS_DOMAIN_DEFAULT, NULL, NULL), "participant");
	dds_write_set_batch(true);
	*qos = dds_create_qos();
	dds_qset_reliability(*qos, DDS_RELIABILITY_RELIABLE, DDS_SECS(10));
	dds_qset_history(*qos, DDS_HISTORY_KEEP_ALL, 0);
	dds_qset_resource_limits(*qos, SAMPLES_MAX, DDS_LENGTH_UNLIMITED, DDS_LENGTH_UNLIMITED);
	return check(dds_create_topic(participant, &bench_message_desc, run->target, *qos, NULL),
		     "topic");
}

void peer_open_sender(const struct run *run)
{
	dds_qos_t *qos;
	dds_entity_t topic = open_topic(run, &qos);

	writer = check(dds_create_writer(participant, topic, qos, NULL), "writer");
	dds_delete_qos(qos);
}

void peer_send(const void *message, size_t size)
{
	bench_message sample = {.payload = {._length = (uint32_t)size,
					    ._maximum = (uint32_t)size,
					    ._buffer = (uint8_t *)message}};

	check(dds_write(writer, &sample), "dds_write");
}

void peer_flush(void)
{
	dds_write_flush(writer);
}

void peer_close_sender(void)
{
	dds_wait_for_acks(writer, DDS_SECS(5));
	dds_delete(participant);
}

/* Takes what is there; false: the last message was among it. */
static bool take_some(dds_entity_t reader)
{
	static void *samples[TAKEN_AT_ONCE];
	static dds_sample_info_t infos[TAKEN_AT_ONCE];
	int count =
		check(dds_take(reader, samples, infos, TAKEN_AT_ONCE, TAKEN_AT_ONCE), "dds_take");
	bool goes_on = true;

	for (int i = 0; goes_on && i < count; i++) {
		const bench_message *message = samples[i];

		if (infos[i].valid_data)
			goes_on = received(message->payload._buffer, message->payload._length);
	}
	if (count > 0)
		check(dds_return_loan(reader, samples, count), "dds_return_loan");
	return goes_on;
}

void peer_receive(const struct run *run)
{
	dds_qos_t *qos;
	dds_entity_t topic = open_topic(run, &qos);
	dds_entity_t reader = check(dds_create_reader(participant, topic, qos, NULL), "reader");
	dds_entity_t arrivals = check(dds_create_waitset(participant), "waitset");

	check(dds_set_status_mask(reader, DDS_DATA_AVAILABLE_STATUS), "status mask");
	check(dds_waitset_attach(arrivals, reader, 0), "attach");
	do
		check(dds_waitset_wait(arrivals, NULL, 0, DDS_INFINITY), "wait");
	while (take_some(reader));
	dds_delete(participant);
}
