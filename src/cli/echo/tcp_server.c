/* Memory is bounded by one message a client: no more is read from a client until its message has
 * been answered whole, so TCP itself slows down who sends without reading. */
#include "tcp_server.h"

#include "base/monotime.h"
#include "net/address.h"
#include "net/socket.h"

#include <errno.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

enum { MESSAGE_MAX = 65536, ACCEPT_BATCH = 64 };

#define ACCEPT_RETRY_NS NS_PER_S

struct client {
	struct echo_tcp_server *server;
	struct client *next, **link; /* the list of the server's clients */
	int fd;
	struct echo_peer peer;
	struct echo_count count;
	bool is_input_over;  /* it shut down its sending side */
	int lost;            /* errno of what ended the connection; 0: nothing did */
	size_t message_size; /* of the message being answered; 0: none is */
	const char *answer;
	size_t answer_size, answer_sent;
	size_t start,
		end; /* bytes read and not answered yet, the message being answered included */
	char bytes[];
};

struct echo_tcp_server {
	struct echo_log *log;
	struct loop *loop;
	int fd;
	struct text reply; /* with its LF; empty: echo */
	struct client *clients;
	struct loop_timer retry; /* to accept again, where no client's leaving tells when */
	bool is_full_told;
};

/* ---- Leaving ---- */

static void drop(struct client *c, const char *reason)
{
	struct echo_tcp_server *server = c->server;

	c->count.unanswered_bytes = c->end - c->start;
	echo_log_closed(server->log, &c->peer, reason, &c->count);
	loop_forget(server->loop, c->fd);
	close(c->fd);
	*c->link = c->next;
	if (c->next)
		c->next->link = c->link;
	free(c);
	loop_change(server->loop, server->fd, EPOLLIN); /* there is a descriptor again */
}

static void drop_lost(struct client *c)
{
	char text[HOSTCAST_TEXT_SIZE];

	echo_log_error(c->server->log, "lost the connection from %s: %s",
		       hostcast_address_text(&c->peer.client, text), strerror(c->lost));
	drop(c, strerror(c->lost));
}

/* ---- Messages and answers ---- */

static bool is_transient(int system)
{
	return system == EAGAIN || system == EINTR;
}

static void read_more(struct client *c)
{
	ssize_t size;

	if (c->is_input_over)
		return;
	memmove(c->bytes, c->bytes + c->start, c->end - c->start);
	c->end -= c->start;
	c->start = 0;
	size = recv(c->fd, c->bytes + c->end, MESSAGE_MAX - c->end, 0);
	if (size > 0)
		c->end += (size_t)size;
	else if (size == 0)
		c->is_input_over = true;
	else if (!is_transient(errno))
		c->lost = errno;
}

/* The size of the next message that has come whole, 0 if none has. A line that does not fit counts
 * as several. */
static size_t find_message(const struct client *c)
{
	size_t size = c->end - c->start;
	const char *lf;

	if (size == 0 || c->server->reply.size == 0)
		return size;
	lf = memchr(c->bytes + c->start, '\n', size);
	if (lf)
		return (size_t)(lf - (c->bytes + c->start)) + 1;
	return c->is_input_over || size == MESSAGE_MAX ? size : 0;
}

static bool begin_answer(struct client *c)
{
	const struct text *reply = &c->server->reply;

	c->message_size = find_message(c);
	if (c->message_size == 0)
		return false;
	c->answer = reply->size > 0 ? reply->bytes : c->bytes + c->start;
	c->answer_size = reply->size > 0 ? reply->size : c->message_size;
	c->answer_sent = 0;
	c->count.messages++;
	c->count.message_bytes += c->message_size;
	echo_log_message(c->server->log, &c->peer, c->bytes + c->start, c->message_size);
	return true;
}

static void finish_answer(struct client *c)
{
	c->count.answers++;
	c->count.answer_bytes += c->answer_size;
	echo_log_answer(c->server->log, &c->peer, c->answer, c->answer_size);
	c->start += c->message_size;
	c->message_size = 0;
}

/* Returns whether the answer went whole. */
static bool send_answer(struct client *c)
{
	ssize_t sent = send(c->fd, c->answer + c->answer_sent, c->answer_size - c->answer_sent,
			    MSG_NOSIGNAL);

	if (sent < 0) {
		if (!is_transient(errno))
			c->lost = errno;
		return false;
	}
	c->answer_sent += (size_t)sent;
	if (c->answer_sent < c->answer_size)
		return false;
	finish_answer(c);
	return true;
}

static void answer_messages(struct client *c)
{
	while (!c->server->log->session->is_ended) {
		if (c->message_size == 0 && !begin_answer(c))
			return;
		if (!send_answer(c))
			return;
	}
}

/* One read a turn, so that no client keeps the others waiting. */
static void on_client(void *context, uint32_t events)
{
	struct client *c = context;

	(void)events;
	if (c->message_size == 0)
		read_more(c);
	if (c->lost == 0)
		answer_messages(c);
	if (c->lost != 0)
		drop_lost(c);
	else if (c->message_size > 0)
		loop_change(c->server->loop, c->fd, EPOLLOUT);
	else if (c->is_input_over && c->start == c->end)
		drop(c, "end of file");
	else
		loop_change(c->server->loop, c->fd, EPOLLIN);
}

/* ---- Accepting ---- */

static struct client *new_client(struct echo_tcp_server *server, int fd,
				 const union hostcast_address *address, struct error *error)
{
	struct client *c = malloc(sizeof *c + MESSAGE_MAX);

	if (!c) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory for another client");
		return NULL;
	}
	*c = (struct client){.server = server, .fd = fd, .peer.client = *address};
	/* An answer goes at once, also where it comes in pieces (Nagle's algorithm would wait). */
	if (socket_set(fd, IPPROTO_TCP, TCP_NODELAY, 1, "TCP_NODELAY", error) < 0 ||
	    socket_local_address(fd, &c->peer.local, error) < 0 ||
	    loop_watch(server->loop, fd, EPOLLIN, on_client, c, error) < 0) {
		free(c);
		return NULL;
	}
	return c;
}

static void add_client(struct echo_tcp_server *server, int fd,
		       const union hostcast_address *address)
{
	struct error error;
	struct client *c = new_client(server, fd, address, &error);

	if (!c) {
		echo_log_error(server->log, "cannot serve a client: %s", error.text);
		close(fd);
		return;
	}
	c->next = server->clients;
	c->link = &server->clients;
	if (c->next)
		c->next->link = &c->next;
	server->clients = c;
	echo_log_connection(server->log, &c->peer);
}

static void pause_accepting(struct echo_tcp_server *server)
{
	loop_change(server->loop, server->fd, 0);
	loop_set_timer(server->loop, &server->retry,
		       monotime_add(loop_now(server->loop), ACCEPT_RETRY_NS));
}

/* No descriptor or memory is left: whoever waits is accepted when a client leaves. */
static void await_room(struct echo_tcp_server *server, int system)
{
	struct rlimit limit = {0};

	pause_accepting(server);
	if (server->is_full_told)
		return;
	server->is_full_told = true;
	getrlimit(RLIMIT_NOFILE, &limit);
	session_notice(server->log->session,
		       "no more clients for now: %s (this process may have %llu descriptors; "
		       "ulimit -n); the next one is accepted when one leaves",
		       strerror(system), (unsigned long long)limit.rlim_cur);
}

static void on_retry(void *context)
{
	struct echo_tcp_server *server = context;

	loop_change(server->loop, server->fd, EPOLLIN);
}

static bool is_shortage(int system)
{
	return system == EMFILE || system == ENFILE || system == ENOBUFS || system == ENOMEM;
}

static void on_listener(void *context, uint32_t events)
{
	struct echo_tcp_server *server = context;

	bool has_failed = false;

	(void)events;
	for (int i = 0; i < ACCEPT_BATCH; i++) {
		union hostcast_address address = {0};
		socklen_t size = sizeof address;
		int fd = accept4(server->fd, &address.any, &size, SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			add_client(server, fd, &address);
			has_failed = false;
		} else if (is_shortage(errno)) {
			await_room(server, errno);
			return;
		} else if (is_transient(errno)) {
			return;
		} else { /* mostly of a connection that died before it was accepted (accept(2)) */
			echo_log_error(server->log, "a client was not accepted: %s",
				       strerror(errno));
			if (has_failed) { /* it may last, and would fill the log */
				pause_accepting(server);
				return;
			}
			has_failed = true;
		}
	}
}

/* ---- Beginning and end ---- */

static int listen_at(struct echo_tcp_server *server, const union hostcast_address *address,
		     struct error *error)
{
	char text[HOSTCAST_TEXT_SIZE];
	int status;

	server->fd = socket_open(address->any.sa_family, SOCK_STREAM, error);
	if (server->fd < 0)
		return server->fd;
	/* So that a restart need not wait for the connections of the last run (TIME-WAIT). */
	status = socket_set(server->fd, SOL_SOCKET, SO_REUSEADDR, 1, "SO_REUSEADDR", error);
	if (status == 0)
		status = socket_bind(server->fd, address, error);
	if (status < 0)
		return status;
	if (listen(server->fd, SOMAXCONN) < 0)
		return error_system(error, HOSTCAST_REFUSED, errno, "cannot listen at %s",
				    hostcast_address_text(address, text));
	return loop_watch(server->loop, server->fd, EPOLLIN, on_listener, server, error);
}

struct echo_tcp_server *echo_tcp_server_new(struct echo_log *log,
					    const union hostcast_address *address,
					    const char *reply, struct error *error)
{
	struct echo_tcp_server *server = calloc(1, sizeof *server);

	if (!server) {
		error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
		return NULL;
	}
	*server = (struct echo_tcp_server){
		.log = log,
		.loop = log->session->loop,
		.fd = -1,
		.retry = {.function = on_retry, .context = server},
	};
	if (reply)
		text_addf(&server->reply, "%s\n", reply);
	if (listen_at(server, address, error) < 0) {
		echo_tcp_server_free(server);
		return NULL;
	}
	return server;
}

void echo_tcp_server_close_all(struct echo_tcp_server *server)
{
	while (server->clients)
		drop(server->clients, "the server ends");
}

void echo_tcp_server_free(struct echo_tcp_server *server)
{
	if (!server)
		return;
	loop_stop_timer(server->loop, &server->retry);
	if (server->fd >= 0) {
		loop_forget(server->loop, server->fd);
		close(server->fd);
	}
	text_done(&server->reply);
	free(server);
}
