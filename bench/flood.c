/* flood ADDRESS PORT SIZE SECONDS: sends as fast as the kernel takes it, in trains (UDP_SEGMENT),
 * to a group on the loopback interface or to a host, and prints how many datagrams went. A bare
 * program: it shows what there is to receive. */
#include <arpa/inet.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

enum { TRAIN_MAX = 65507, SEGMENTS_MAX = 64 };

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
	static char train[TRAIN_MAX];
	struct sockaddr_in to = {.sin_family = AF_INET};
	struct ip_mreqn loopback = {.imr_ifindex = 1};
	unsigned long long sent = 0;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	int size, segments;
	double end;

	if (argc != 5 || fd < 0 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1)
		return 2;
	to.sin_port = htons((unsigned short)atoi(argv[2]));
	size = atoi(argv[3]);
	segments = size > 0 ? TRAIN_MAX / size : 0;
	if (segments < 1)
		return 2;
	if (segments > SEGMENTS_MAX)
		segments = SEGMENTS_MAX;
	memset(train, 'x', sizeof train);
	if (setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &loopback, sizeof loopback) < 0 ||
	    setsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &size, sizeof size) < 0 ||
	    connect(fd, (struct sockaddr *)&to, sizeof to) < 0) {
		perror("flood");
		return 4;
	}
	end = now() + atof(argv[4]);
	while (now() < end)
		if (send(fd, train, (size_t)(size * segments), 0) > 0)
			sent += (unsigned long long)segments;
	printf("%llu\n", sent);
	return 0;
}
