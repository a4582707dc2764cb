/* Reading what was captured: pcap and pcapng files of either byte order, from a file or a pipe. By
 * hand, because libpcap gives neither comments nor the names of interfaces, and refuses files whose
 * interfaces are of several kinds. pcapng: draft-ietf-opsawg-pcapng; pcap: draft-ietf-opsawg-pcap.
 */
#ifndef CAPTURE_CAPTURE_FILE_H
#define CAPTURE_CAPTURE_FILE_H

#include "base/error.h"
#include "decode/frame.h"

struct capture_file;

/* "-": standard input. HOSTCAST_INVALID: not such a file, the text says what it looks like;
 * HOSTCAST_SYSTEM. */
struct capture_file *capture_file_open(const char *path, struct error *error);

/* The same from bytes in memory, which outlive it: for tests and the fuzzer. */
struct capture_file *capture_file_of(const void *bytes, size_t size, struct error *error);
void capture_file_close(struct capture_file *file);

/* From now on capture_file_next() does not wait for a pipe: HOSTCAST_AGAIN, when it has to be
 * called again once the descriptor is readable. */
void capture_file_never_wait(struct capture_file *file);

/* What it is read from; -1: memory. */
int capture_file_fd(const struct capture_file *file);

/* The next packet, whose bytes are valid until the next call. Returns 1, 0 at the end, or an
 * error's code: the file is cut off or makes no sense from here on (the text says at which byte).
 */
int capture_file_next(struct capture_file *file, struct frame *frame, struct error *error);

/* Of those that were met so far; "" if the file does not tell the name. */
const char *capture_file_interface(const struct capture_file *file, unsigned number);

/* What the file says that its capture dropped, of all interfaces, INT64_MAX at most; and packets,
 * or blocks, that were passed over because they are of a kind that is not known. */
uint64_t capture_file_dropped(const struct capture_file *file);
uint64_t capture_file_skipped(const struct capture_file *file);

#endif
