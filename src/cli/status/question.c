#include "question.h"

#include "net/address.h"
#include "net/socket.h"
#include "wire/message.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

void question_drop(struct question *q)
{
	if (!q->is_open)
		return;
	q->is_open = false;
	loop_stop_timer(q->loop, &q->timer);
	loop_forget(q->loop, q->fd);
	close(q->fd);
}

static void end(struct question *q)
{
	question_drop(q);
	q->ended(q);
}

/* ---- Why there is no report ---- */

static void tell_nobody_listens(struct question *q)
{
	char text[HOSTCAST_TEXT_SIZE];

	q->problem = "nobody listens there";
	error_set(&q->error, HOSTCAST_ADDRESS,
		  "%s refuses: its host is up and says (ICMP port unreachable) that nobody listens "
		  "at this address and port. 'ss -lun' on that host tells at which ones programs "
		  "do; a node that listens on loopback is reached from its own host only",
		  hostcast_address_text(&q->to, text));
}

static void tell_silence(struct question *q)
{
	char text[HOSTCAST_TEXT_SIZE];

	hostcast_address_text(&q->to, text);
	if (q->unreadable > 0) {
		q->problem = "no answer that can be read";
		error_set(&q->error, HOSTCAST_ADDRESS,
			  "%s answers, but not as a rendezvous point or node does (%u datagrams "
			  "that are no TATS): it is another program, or speaks another version",
			  text, q->unreadable);
		return;
	}
	q->problem = "no answer";
	error_set(&q->error, HOSTCAST_ADDRESS,
		  "%s does not answer, asked %d times, %g s each: its host is down or a firewall "
		  "drops UDP; or it does not serve this network, then its own messages name the "
		  "--allow that helps; or it is an implementation that knows no STAT",
		  text, ATTEMPTS, (double)q->wait_ns / (double)NS_PER_S);
}

static void tell_size(struct question *q)
{
	char text[HOSTCAST_TEXT_SIZE];

	q->problem = "its report is too large";
	error_set(&q->error, HOSTCAST_TOO_LARGE,
		  "%s needs a request of %zu bytes for its report, after it was asked with %zu; at "
		  "most %d are sent",
		  hostcast_address_text(&q->to, text), q->report.size_needed, q->size,
		  QUESTION_SIZE_MAX);
}

static void tell_system(struct question *q, int system)
{
	if (system == ECONNREFUSED) {
		tell_nobody_listens(q);
		return;
	}
	q->problem = "cannot be reached";
	socket_send_error(system, q->fd, &q->to, q->size, &q->error);
}

/* ---- Requests ---- */

/* Returns 0 or an errno. What does not go now counts as lost on its way: the timer asks again. */
static int send_request(struct question *q)
{
	uint8_t bytes[QUESTION_SIZE_MAX];
	struct writer writer = writer_of(bytes, sizeof bytes);

	message_begin(&writer, MESSAGE_STAT);
	memset(bytes + writer.size, ' ', q->size - writer.size);
	q->attempts++;
	loop_set_timer(q->loop, &q->timer, monotime_add(loop_clock(q->loop), q->wait_ns));
	if (send(q->fd, bytes, q->size, MSG_NOSIGNAL) < 0 && errno != EAGAIN && errno != EINTR &&
	    errno != EMSGSIZE && errno != ENOBUFS)
		return errno;
	return 0;
}

static void ask_again(struct question *q)
{
	int system;

	if (q->attempts == ATTEMPTS) {
		tell_silence(q);
		end(q);
		return;
	}
	system = send_request(q);
	if (system == 0)
		return;
	tell_system(q, system);
	end(q);
}

static void on_timer(void *context)
{
	ask_again(context);
}

/* ---- Answers ---- */

static void ask_with_more(struct question *q)
{
	size_t needed = q->report.size_needed;

	if (q->growths == QUESTION_GROWTHS_MAX || needed > QUESTION_SIZE_MAX) {
		tell_size(q);
		end(q);
		return;
	}
	needed += QUESTION_GROWTH_SLACK;
	q->size = needed < QUESTION_SIZE_MAX ? needed : QUESTION_SIZE_MAX;
	q->growths++;
	q->attempts = 0;
	ask_again(q);
}

static void take_answer(struct question *q, const uint8_t *bytes, size_t size)
{
	if (!report_read(&q->report, bytes, size)) {
		q->unreadable++;
	} else if (q->report.size_needed == 0) {
		q->problem = NULL;
		end(q);
	} else if (q->report.size_needed > q->size) { /* else it is late, for an earlier request */
		ask_with_more(q);
	}
}

static void on_ready(void *context, uint32_t events)
{
	struct question *q = context;
	uint8_t bytes[QUESTION_REPLY_MAX];
	ssize_t size = recv(q->fd, bytes, sizeof bytes, 0);

	(void)events;
	if (size >= 0) {
		take_answer(q, bytes, (size_t)size);
	} else if (errno ==
		   EMSGSIZE) { /* from now on the kernel fragments to what the path takes */
		ask_again(q);
	} else if (errno != EAGAIN && errno != EINTR) {
		tell_system(q, errno);
		end(q);
	}
}

/* ---- The beginning ---- */

static int open_socket(struct question *q)
{
	q->fd = socket_open(q->to.any.sa_family, SOCK_DGRAM, &q->error);
	if (q->fd < 0)
		return q->fd;
	if (connect(q->fd, &q->to.any, address_size(&q->to)) < 0)
		socket_send_error(errno, q->fd, &q->to, 0, &q->error);
	else if (loop_watch(q->loop, q->fd, EPOLLIN, on_ready, q, &q->error) == 0)
		return 0;
	close(q->fd);
	return q->error.code;
}

int question_put(struct question *q, const union hostcast_address *to)
{
	int system;

	q->to = *to;
	q->timer = (struct loop_timer){.function = on_timer, .context = q};
	q->attempts = q->growths = q->unreadable = 0;
	q->size = QUESTION_SIZE;
	q->problem = "cannot be asked";
	if (open_socket(q) < 0)
		return q->error.code;
	q->is_open = true;
	system = send_request(q);
	if (system == 0)
		return 0;
	tell_system(q, system);
	question_drop(q);
	return q->error.code;
}
