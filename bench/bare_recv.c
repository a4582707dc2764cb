/* bare_recv GROUP PORT SECONDS: joins on the loopback interface and reads with recvmmsg() into a
 * fixed set of buffers, nothing else; prints how many datagrams came. The least that a receiver can
 * do, to compare `hostcast recv` with. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>

enum { BATCH = 64, BUFFER = 65535, RECEIVE_BUFFER = 4 << 20 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int open_receiver(const char *group, int port)
{
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port)};
	struct ip_mreqn member = {.imr_ifindex = 1};
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int one = 1, size = RECEIVE_BUFFER;

	if (fd < 0 || inet_pton(AF_INET, group, &at.sin_addr) != 1)
		return -1;
	member.imr_multiaddr = at.sin_addr;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (bind(fd, (struct sockaddr *)&at, sizeof at) < 0 ||
	    setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &member, sizeof member) < 0)
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	static char buffers[BATCH][BUFFER];
	struct mmsghdr headers[BATCH] = {0};
	struct iovec vectors[BATCH];
	struct pollfd readable = {.events = POLLIN};
	unsigned long long received = 0;
	double end;
	int got;

	if (argc != 4 || (readable.fd = open_receiver(argv[1], atoi(argv[2]))) < 0) {
		perror("bare_recv");
		return 4;
	}
	for (int i = 0; i < BATCH; i++) {
		vectors[i] = (struct iovec){buffers[i], BUFFER};
		headers[i].msg_hdr.msg_iov = &vectors[i];
		headers[i].msg_hdr.msg_iovlen = 1;
	}
	end = now() + atof(argv[3]);
	while (now() < end) {
		if (poll(&readable, 1, 100) <= 0)
			continue;
		got = recvmmsg(readable.fd, headers, BATCH, MSG_DONTWAIT, NULL);
		if (got > 0)
			received += (unsigned long long)got;
	}
	printf("%llu\n", received);
	return 0;
}
