/* Any bytes, as what one doctor says to the other: what is taken for a message keeps within its
 * limits, fits into an answer when it is written again, and is then read as the same. Probes are
 * counted, too. */
#include "doctor/probes.h"
#include "must.h"
#include "net/address.h"
#include "target.h"

#include <stdlib.h>
#include <string.h>

static void check_text(const char text[static PEER_TEXT_SIZE])
{
	must(memchr(text, '\0', PEER_TEXT_SIZE), "a text has an end");
	must(!strchr(text, '\n'), "a text is one line");
}

static void check_join(const struct peer_message *m)
{
	must(address_is_multicast(&m->group) && address_port(&m->group) > 0, "a group is a group");
	must(!address_is_multicast(&m->source), "a source is none");
	must(m->ttl <= 255 && m->size <= PROBE_SIZE_MOST, "TTL and size have a limit");
}

static void check_report(const struct peer_message *m)
{
	check_text(m->ladder.cause);
	check_text(m->heard.join_error);
	for (unsigned i = 0; i < PROBE_KINDS; i++)
		must(m->heard.counts[i].arrived <= PROBE_NUMBERS && m->sent[i] <= PROBE_NUMBERS,
		     "counts have a limit");
	for (size_t i = 0; i < PROBE_PATHS; i++)
		must(memchr(m->heard.paths[i].interface, '\0', IF_NAMESIZE), "a name has an end");
}

/* As a session takes them: any number of them, in one tally. */
static void check_probe(const struct peer_message *m)
{
	struct probe_tally tally = {.seen = {0}};
	struct hostcast_message message = {.ttl = 64};

	message.source.any.sa_family = message.destination.any.sa_family = AF_INET;
	message.destination.v4.sin_addr.s_addr =
		htonl(probe_is_to_group(m->kind) ? 0xef010203 : 0x7f000001);
	must(m->number < PROBE_NUMBERS, "a number has a limit");
	must(probe_tally_take(&tally, m, &message, "eth0") &&
		     probe_tally_take(&tally, m, &message, "eth0"),
	     "a probe counts");
	must(tally.way.counts[m->kind].arrived == 1 && tally.way.counts[m->kind].repeated == 1,
	     "a number counts once");
}

static void check_again(const struct peer_message *m)
{
	uint8_t once[PEER_MESSAGE_SIZE], twice[PEER_MESSAGE_SIZE];
	size_t size = peer_message_write(m, 0, once, sizeof once);
	struct peer_message again;

	must(size > 0, "what was read fits into an answer");
	must(peer_message_read(&again, once, size), "what was written is read");
	must(peer_message_write(&again, 0, twice, sizeof twice) == size &&
		     memcmp(once, twice, size) == 0,
	     "what was written is read as the same");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct peer_message *m = malloc(sizeof *m); /* what is not written to is noticed */

	must(m, "memory");
	if (peer_message_read(m, data, size)) {
		check_text(m->text);
		if (m->type == PEER_JOIN)
			check_join(m);
		else if (m->type == PEER_TOLD)
			check_report(m);
		else if (m->type == PEER_PROB)
			check_probe(m);
		check_again(m);
	}
	free(m);
	return 0;
}
