/* Writing pcapng files (draft-ietf-opsawg-pcapng): by hand, because libpcap cannot. Time stamps are
 * in nanoseconds; each interface stands there with its name. Written whole packets at a time, so
 * that what is there can be read while it grows. */
#ifndef CAPTURE_PCAPNG_WRITER_H
#define CAPTURE_PCAPNG_WRITER_H

#include "base/error.h"
#include "decode/frame.h"

struct pcapng_writer;

/* "-": standard output. An existing file is replaced. HOSTCAST_SYSTEM. `command` is written into
 * the file as what made it. */
struct pcapng_writer *pcapng_writer_open(const char *path, const char *command,
					 struct error *error);

/* The same with a file that is not there yet: one that is, or a link, is an error. */
struct pcapng_writer *pcapng_writer_create(const char *path, const char *command,
					   struct error *error);

/* Called before something is written to a pipe, PIPE_BUF bytes at a time, to wait until it takes
 * them; false: it was interrupted. Without it a pipe is written to as it is. */
typedef bool pcapng_wait_fn(int fd);
void pcapng_writer_set_wait(struct pcapng_writer *writer, pcapng_wait_fn *wait);

/* Writes what is left and closes. A failure of any write before shows here too. */
int pcapng_writer_close(struct pcapng_writer *writer, struct error *error);

/* In the order of their numbers (frame.interface), from 0. */
int pcapng_writer_add_interface(struct pcapng_writer *writer, const char *name, unsigned link_type,
				size_t snap, struct error *error);

/* comment: one line of text, cut off after 64 KiB; NULL: none. */
int pcapng_writer_add(struct pcapng_writer *writer, const struct frame *frame, const char *comment,
		      struct error *error);

/* What an interface has received and dropped, at the end. */
int pcapng_writer_add_counters(struct pcapng_writer *writer, unsigned interface, uint64_t received,
			       uint64_t dropped, int64_t time_ns, struct error *error);

/* To the file what is still in the program. */
int pcapng_writer_flush(struct pcapng_writer *writer, struct error *error);

/* Bytes so far. */
uint64_t pcapng_writer_size(const struct pcapng_writer *writer);

#endif
