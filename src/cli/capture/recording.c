#include "recording.h"

#include "run/clock.h"
#include "run/loop.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool is_rotated(const struct recording *r)
{
	return r->rotation.size > 0;
}

/* ---- One file ---- */

static int add_interfaces(struct recording *r, struct error *error)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < r->intake->count; i++) {
		struct intake_source *source = &r->intake->list[i];

		r->before[i] = source->counters;
		status = pcapng_writer_add_interface(r->writer, source->name,
						     live_link_type(source->live),
						     r->snap > 0 ? r->snap : LIVE_SNAP, error);
	}
	return status;
}

/* It may be a pipe, which waits for its reader. */
static struct pcapng_writer *open_or_wait(const struct recording *r, struct error *error)
{
	struct pcapng_writer *writer;

	loop_release_signals();
	writer = pcapng_writer_open(r->name, r->command, error);
	loop_hold_signals();
	return writer;
}

static int open_file(struct recording *r, struct error *error)
{
	r->writer = is_rotated(r) ? pcapng_writer_create(r->name, r->command, error)
				  : open_or_wait(r, error);
	if (!r->writer)
		return error->code;
	pcapng_writer_set_wait(r->writer, loop_wait_to_write);
	intake_count(r->intake);
	return add_interfaces(r, error);
}

static int add_counters(struct recording *r, struct error *error)
{
	int64_t now_ns = clock_realtime_ns();
	int status = 0;

	intake_count(r->intake);
	for (size_t i = 0; status == 0 && i < r->intake->count; i++) {
		struct live_counters now = r->intake->list[i].counters;

		status = pcapng_writer_add_counters(
			r->writer, (unsigned)i, now.received - r->before[i].received,
			now.dropped - r->before[i].dropped, now_ns, error);
	}
	return status;
}

static int close_file(struct recording *r, struct error *error)
{
	struct error first;
	int counted, closed;

	if (!r->writer)
		return 0;
	counted = add_counters(r, &first);
	closed = pcapng_writer_close(r->writer, error);
	r->writer = NULL;
	if (counted < 0)
		*error = first;
	return counted < 0 ? counted : closed;
}

/* ---- One after the other ---- */

static int name_file(struct recording *r, struct error *error)
{
	bool fits;

	if (is_rotated(r))
		fits = rotation_name(r->path, r->number, r->name, sizeof r->name);
	else
		fits = (size_t)snprintf(r->name, sizeof r->name, "%s", r->path) < sizeof r->name;
	if (fits)
		return 0;
	return error_set(error, HOSTCAST_INVALID,
			 "the name of the file to write has more than %zu bytes",
			 sizeof r->name - 1);
}

/* The path's, without its slash; "" where it names none, "/" of the uppermost one. */
static void folder_of(const char *path, char folder[RECORDING_NAME_SIZE])
{
	const char *slash = strrchr(path, '/');
	int length = !slash ? 0 : slash == path ? 1 : (int)(slash - path);

	snprintf(folder, RECORDING_NAME_SIZE, "%.*s", length, path);
}

/* What an earlier run has left, or somebody has made meanwhile. A folder that cannot be listed may
 * still take files: none of those there is replaced in any case. */
static uint64_t highest_number(const char *path)
{
	char folder[RECORDING_NAME_SIZE];
	const struct dirent *entry;
	uint64_t highest = 0;
	DIR *directory;

	folder_of(path, folder);
	directory = opendir(folder[0] ? folder : ".");
	while (directory && (entry = readdir(directory))) {
		uint64_t number = rotation_number(path, entry->d_name);

		if (number > highest)
			highest = number;
	}
	if (directory)
		closedir(directory);
	return highest;
}

/* Of this run: that whose place the next one takes. */
static int remove_oldest(const struct recording *r, uint64_t number, struct error *error)
{
	char name[RECORDING_NAME_SIZE];

	if (rotation_name(r->path, number, name, sizeof name) && unlink(name) < 0 &&
	    errno != ENOENT)
		return error_system(error, HOSTCAST_SYSTEM, errno, "cannot remove %.300s", name);
	return 0;
}

/* Which files are this run's only it knows: others may take numbers between them. */
static int make_room(struct recording *r, struct error *error)
{
	uint64_t *place;
	int status = 0;

	if (r->rotation.files == 0)
		return 0;
	place = &r->kept[r->files % r->rotation.files];
	if (*place > 0)
		status = remove_oldest(r, *place, error);
	*place = r->number;
	return status;
}

static void choose_number(struct recording *r)
{
	uint64_t highest = highest_number(r->path);

	r->number = (highest > r->number ? highest : r->number) + 1;
}

static int open_next(struct recording *r, struct error *error)
{
	if (is_rotated(r))
		choose_number(r);
	if (name_file(r, error) < 0 || make_room(r, error) < 0)
		return error->code;
	r->files++;
	return open_file(r, error);
}

int recording_open(struct recording *r, struct error *error)
{
	r->before = calloc(r->intake->count + 1, sizeof *r->before);
	r->kept = calloc(r->rotation.files + 1, sizeof *r->kept);
	if (!r->before || !r->kept)
		return error_set(error, HOSTCAST_NO_MEMORY, "out of memory");
	return open_next(r, error);
}

static bool is_full(const struct recording *r)
{
	return is_rotated(r) && pcapng_writer_size(r->writer) >= r->rotation.size;
}

int recording_add(struct recording *r, const struct frame *frame, const char *comment,
		  struct error *error)
{
	if (is_full(r) && (close_file(r, error) < 0 || open_next(r, error) < 0))
		return error->code;
	return pcapng_writer_add(r->writer, frame, comment, error);
}

int recording_flush(struct recording *r, struct error *error)
{
	return pcapng_writer_flush(r->writer, error);
}

int recording_close(struct recording *r, struct error *error)
{
	int status = close_file(r, error);

	free(r->before);
	free(r->kept);
	r->before = NULL;
	r->kept = NULL;
	return status;
}
