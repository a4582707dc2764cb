#include "trains.h"

#include "address.h"

#include <errno.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>

/* Every path carries datagrams as short as this (IPv6's least MTU, RFC 8200 section 5): trains of
 * them are not refused because of their size. */
enum { CARRIED_BY_ALL = 1280 - 40 - 8 };

void trains_clear(struct trains *t)
{
	t->vector_count = t->count = 0;
	trains_rewind(t);
}

void trains_rewind(struct trains *t)
{
	t->next = t->next_datagram = t->sent = 0;
	t->is_cut = false;
}

size_t trains_left(const struct trains *t)
{
	size_t left = 0;

	for (size_t i = t->next; i < t->count; i++)
		left += t->list[i].count;
	return left - t->next_datagram;
}

bool trains_have_room(const struct trains *t)
{
	return t->vector_count + 2 <= TRAIN_VECTORS_MAX && t->count < TRAINS_MAX;
}

/* ---- Gathering ---- */

/* Can datagrams of this size follow those of the train? Shorter than the others may be the last. */
static bool can_follow(const struct train *train, size_t segment, size_t count, size_t size)
{
	bool is_open = train->size == train->count * train->segment;

	return is_open && segment > 0 &&
	       (segment == train->segment || (segment < train->segment && count == 1)) &&
	       train->count + count <= TRAIN_SEGMENTS_MAX && train->size + size <= HOSTCAST_TRAIN;
}

static struct train *train_for(struct trains *t, size_t segment, size_t count, size_t size)
{
	struct train *last = t->count > 0 ? &t->list[t->count - 1] : NULL;

	if (last && can_follow(last, segment, count, size))
		return last;
	if (t->count == TRAINS_MAX)
		return NULL;
	last = &t->list[t->count++];
	*last = (struct train){.first_vector = t->vector_count, .segment = segment};
	return last;
}

static void append(struct trains *t, struct train *train, struct iovec vector)
{
	t->vectors[t->vector_count++] = vector;
	train->vector_count++;
	train->size += vector.iov_len;
}

bool trains_add(struct trains *t, struct iovec head, struct iovec body)
{
	size_t size = head.iov_len + body.iov_len;
	struct train *train;

	if (!trains_have_room(t))
		return false;
	train = train_for(t, size, 1, size);
	if (head.iov_len > 0)
		append(t, train, head);
	if (body.iov_len > 0 || head.iov_len == 0)
		append(t, train, body);
	train->count++;
	return true;
}

/* What the kernel takes at once. */
static size_t segments_most(size_t segment)
{
	size_t most = HOSTCAST_TRAIN / segment;

	if (most < 1)
		return 1; /* one datagram may be longer than a train */
	return most < TRAIN_SEGMENTS_MAX ? most : TRAIN_SEGMENTS_MAX;
}

size_t trains_add_run(struct trains *t, struct iovec run, size_t segment)
{
	size_t most = segments_most(segment) * segment, added = 0;

	while (added < run.iov_len && t->vector_count < TRAIN_VECTORS_MAX) {
		size_t left = run.iov_len - added;
		struct iovec part = {(char *)run.iov_base + added, left < most ? left : most};
		size_t count = (part.iov_len + segment - 1) / segment;
		size_t size = count == 1 ? part.iov_len : segment;
		struct train *train = train_for(t, size, count, part.iov_len);

		if (!train)
			break;
		append(t, train, part);
		train->count += count;
		added += part.iov_len;
	}
	return added;
}

/* ---- What the kernel is told ---- */

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t))];
};

/* The buffer has been zeroed, and has room. */
static void put_control(struct msghdr *header, union control *control, int level, int type,
			const void *info, size_t size)
{
	struct cmsghdr *at = (struct cmsghdr *)(control->bytes + header->msg_controllen);

	at->cmsg_level = level;
	at->cmsg_type = type;
	at->cmsg_len = CMSG_LEN(size);
	memcpy(CMSG_DATA(at), info, size);
	header->msg_control = control;
	header->msg_controllen += CMSG_SPACE(size);
}

/* The interface is left to the routing table, except where the address says nothing without it. */
static void put_source(struct msghdr *header, union control *control,
		       const union hostcast_address *from)
{
	struct in6_pktinfo v6 = {.ipi6_addr = from->v6.sin6_addr,
				 .ipi6_ifindex = from->v6.sin6_scope_id};
	struct in_pktinfo v4 = {.ipi_spec_dst = from->v4.sin_addr};

	if (from->any.sa_family == AF_INET)
		put_control(header, control, IPPROTO_IP, IP_PKTINFO, &v4, sizeof v4);
	else
		put_control(header, control, IPPROTO_IPV6, IPV6_PKTINFO, &v6, sizeof v6);
}

/* Segment 0: one datagram. Addresses and bytes are only read, but the types say not. */
static struct msghdr header_of(const struct way *way, const struct iovec *vectors, size_t count,
			       size_t segment, union control *control)
{
	struct msghdr header = {
		.msg_name = (void *)(uintptr_t)way->to,
		.msg_namelen = way->to ? address_size(way->to) : 0,
		.msg_iov = (struct iovec *)(uintptr_t)vectors,
		.msg_iovlen = count,
	};
	uint16_t segment_size = (uint16_t)segment;

	if (way->from || segment > 0)
		memset(control, 0, sizeof *control);
	if (way->from)
		put_source(&header, control, way->from);
	if (segment > 0)
		put_control(&header, control, IPPROTO_UDP, UDP_SEGMENT, &segment_size,
			    sizeof segment_size);
	return header;
}

static int send_headers(int fd, struct mmsghdr *headers, size_t count)
{
	int sent;

	do
		sent = sendmmsg(fd, headers, (unsigned)count, MSG_DONTWAIT);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : sent;
}

int datagram_send(int fd, const struct way *way, struct iovec head, struct iovec body)
{
	const struct iovec vectors[] = {head, body};
	union control control;
	struct mmsghdr header = {.msg_hdr = header_of(way, vectors, 2, 0, &control)};
	int sent = send_headers(fd, &header, 1);

	return sent < 0 ? sent : 0;
}

/* ---- Paths ---- */

void train_path_init(struct train_path *path, int fd, bool is_refusing)
{
	int value;
	socklen_t size = sizeof value;

	*path = (struct train_path){.segment_most = SIZE_MAX, .is_refusing = is_refusing};
	/* Linux before 4.18 would take a train for one long datagram. */
	if (getsockopt(fd, IPPROTO_UDP, UDP_SEGMENT, &value, &size) < 0) {
		path->segment_most = 0;
		path->refusal = errno;
	}
}

const char *train_path_notice(struct train_path *path, const union hostcast_address *to,
			      char text[TRAIN_NOTICE_SIZE])
{
	char address[HOSTCAST_TEXT_SIZE];

	if (path->refusal == 0 || path->is_told)
		return NULL;
	path->is_told = true;
	snprintf(text, TRAIN_NOTICE_SIZE,
		 "the system refuses to send several datagrams to %s as one (%s): they go one by "
		 "one, which costs more",
		 hostcast_address_text(to, address),
		 path->is_refusing ? "as was asked for" : strerror(path->refusal));
	return text;
}

/* A device or tunnel that cannot do it says EIO or EINVAL; so does the kernel (or EMSGSIZE) where
 * one of the datagrams is longer than the path's MTU allows. */
static bool is_refusal(int system)
{
	return system == EIO || system == EINVAL || system == EMSGSIZE || system == EOPNOTSUPP;
}

static void learn(struct train_path *path, size_t segment, int system)
{
	if (system == EMSGSIZE || (system != EIO && segment > CARRIED_BY_ALL)) {
		path->segment_most = segment - 1;
		return;
	}
	path->segment_most = 0;
	path->refusal = system;
}

/* ---- Sending ---- */

static bool goes_whole(const struct train *train, const struct train_path *path)
{
	return train->count == 1 || train->segment <= path->segment_most;
}

static void advance(struct trains *t, size_t datagrams)
{
	struct train *train = &t->list[t->next];

	t->next_datagram += datagrams;
	if (t->next_datagram < train->count)
		return;
	t->next++;
	t->next_datagram = 0;
	t->is_cut = false;
}

/* All that go whole, up to one that does not. Returns 0 or -errno of the first. */
static int send_whole(struct trains *t, int fd, const struct way *way,
		      const struct train_path *path)
{
	struct mmsghdr headers[TRAINS_MAX];
	union control controls[TRAINS_MAX];
	size_t count = 0;
	int sent;

	for (size_t i = t->next; i < t->count && goes_whole(&t->list[i], path); i++) {
		const struct train *train = &t->list[i];

		if (train->count > 1 && path->is_refusing)
			break;
		headers[count].msg_hdr =
			header_of(way, t->vectors + train->first_vector, train->vector_count,
				  train->count > 1 ? train->segment : 0, &controls[count]);
		count++;
	}
	if (count == 0)
		return -EIO; /* path->is_refusing */
	sent = send_headers(fd, headers, count);
	if (sent < 0)
		return sent;
	for (int i = 0; i < sent; i++) {
		t->sent += t->list[t->next].count;
		advance(t, t->list[t->next].count);
	}
	return 0;
}

/* Where a datagram of a train stands in its vectors: it is never spread over more than two. */
struct place {
	size_t vector, offset;
};

static size_t take_vectors(const struct trains *t, struct place *place, size_t size,
			   struct iovec taken[2])
{
	size_t count = 0;

	do {
		const struct iovec *vector = &t->vectors[place->vector];
		size_t left = vector->iov_len - place->offset;
		size_t part = left < size ? left : size;

		taken[count++] = (struct iovec){(char *)vector->iov_base + place->offset, part};
		size -= part;
		place->offset += part;
		if (place->offset == vector->iov_len)
			*place = (struct place){place->vector + 1, 0};
	} while (size > 0);
	return count;
}

/* The datagrams of the first train, one by one. Returns 0 or -errno of the first of them. */
static int send_cut(struct trains *t, int fd, const struct way *way)
{
	const struct train *train = &t->list[t->next];
	struct mmsghdr headers[TRAIN_SEGMENTS_MAX];
	union control controls[TRAIN_SEGMENTS_MAX];
	struct iovec vectors[TRAIN_SEGMENTS_MAX][2];
	struct place place = {train->first_vector, 0};
	size_t left = train->size, count = 0;
	int sent;

	t->is_cut = true;
	for (size_t i = 0; i < train->count; i++) {
		size_t size = left < train->segment ? left : train->segment;
		size_t used = take_vectors(t, &place, size, vectors[count]);

		left -= size;
		if (i < t->next_datagram)
			continue;
		headers[count].msg_hdr = header_of(way, vectors[count], used, 0, &controls[count]);
		count++;
	}
	sent = send_headers(fd, headers, count);
	if (sent < 0)
		return sent;
	t->sent += (size_t)sent;
	advance(t, (size_t)sent);
	return 0;
}

static int send_next(struct trains *t, int fd, const struct way *way, struct train_path *path)
{
	const struct train *train = &t->list[t->next];
	int status, cut;

	if (t->is_cut || !goes_whole(train, path))
		return send_cut(t, fd, way);
	status = send_whole(t, fd, way, path);
	if (status == -EMSGSIZE && train->count > 1) /* perhaps of an earlier one, by ICMP */
		status = send_whole(t, fd, way, path);
	if (status == 0 || train->count == 1 || !is_refusal(-status))
		return status;
	cut = send_cut(t, fd, way);
	if (cut == 0) /* so it was the train that was refused, */
		learn(path, train->segment, -status);
	else if (cut == -EMSGSIZE) /* or its datagrams as well */
		learn(path, train->segment, EMSGSIZE);
	return cut;
}

int trains_send(struct trains *t, int fd, const struct way *way, struct train_path *path)
{
	int status = 0;

	while (status == 0 && t->next < t->count)
		status = send_next(t, fd, way, path);
	return status;
}

size_t trains_skip(struct trains *t)
{
	size_t skipped = t->is_cut ? 1 : t->list[t->next].count;

	advance(t, skipped);
	return skipped;
}
