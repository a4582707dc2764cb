/* Hears a group, prints each message with its sender, and answers it. From the source tree:
 *
 *	cc -o listen_and_answer examples/listen_and_answer.c $(pkg-config --cflags --libs hostcast)
 *	./listen_and_answer 224.1.1.1:10000
 *	hostcast send --ack 224.1.1.1:10000 hello        in another terminal
 */
#include <ctype.h>
#include <hostcast.h>
#include <poll.h>
#include <stdio.h>

static int answer(struct hostcast *h, const struct hostcast_message *message)
{
	const unsigned char *text = message->data;
	char sender[HOSTCAST_TEXT_SIZE];

	printf("%s says ", hostcast_address_text(&message->source, sender));
	for (size_t i = 0; i < message->size; i++) /* never trust a stranger's control characters */
		putchar(isprint(text[i]) ? text[i] : '?');
	putchar('\n');
	return hostcast_send_to(h, &message->source, "I hear you", 10);
}

int main(int argc, char **argv)
{
	struct hostcast_message messages[HOSTCAST_BATCH];
	struct hostcast *h = hostcast_new();
	const char *notice;
	int status = h ? 0 : HOSTCAST_NO_MEMORY;

	if (status == 0 && argc > 2)
		status = hostcast_set_interface(h, argv[2]);
	if (status == 0)
		status = hostcast_open(h, argc > 1 ? argv[1] : "224.1.1.1", HOSTCAST_RECEIVE);
	while (h && (notice = hostcast_notice(h)))
		printf("%s\n", notice);
	while (status >= 0) {
		struct pollfd ready = {.fd = hostcast_fd(h), .events = POLLIN};
		int count;

		fflush(stdout);
		poll(&ready, 1, -1);
		status = count = hostcast_receive(h, messages, HOSTCAST_BATCH);
		for (int i = 0; i < count && status >= 0; i++)
			status = answer(h, &messages[i]);
	}
	fprintf(stderr, "%s\n", h ? hostcast_error_text(h) : hostcast_strerror(status));
	hostcast_free(h);
	return 1;
}
