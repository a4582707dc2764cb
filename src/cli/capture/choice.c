#include "choice.h"

#include "net/interface.h"

#include <string.h>

/* Kernel memory, where none is named: of all interfaces together, and of each. */
enum { BUFFERS_MAX = 4 * LIVE_BUFFER, BUFFER_LEAST = 1024 * 1024 };

/* ---- One interface ---- */

/* The selection's filter. */
static int add_selected(const struct choice *choice, const char *name,
			const struct live_options *options, struct intake *intake,
			struct error *error)
{
	struct live_options filtered = *options;
	struct text filter = {0};
	int status;

	selection_filter(choice->selection, &filter);
	filtered.filter = text_string(&filter);
	filtered.with_vlans = true;
	status = intake_add(intake, name, &filtered, error);
	text_done(&filter);
	return status;
}

static int add(const struct choice *choice, const char *name, size_t buffer, struct intake *intake,
	       struct error *error)
{
	const struct live_options options = {
		.filter = choice->filter,
		.snap = choice->snap,
		.buffer = choice->buffer > 0 ? choice->buffer : buffer,
		.is_promiscuous = choice->is_promiscuous,
	};

	if (choice->filter || selection_is_all(choice->selection))
		return intake_add(intake, name, &options, error);
	return add_selected(choice, name, &options, intake, error);
}

/* ---- Those that are named ---- */

static bool has(const struct intake *intake, const char *name)
{
	for (size_t i = 0; i < intake->count; i++)
		if (strcmp(intake->list[i].name, name) == 0)
			return true;
	return false;
}

static int add_named(const struct choice *choice, const struct interfaces *interfaces,
		     const char *text, struct intake *intake, struct error *error)
{
	const char *name;
	unsigned index;

	if (strcmp(text, "any") == 0) /* it is none of this host's; the error says why not */
		return add(choice, text, LIVE_BUFFER, intake, error);
	if (interface_find(interfaces, text, &index, error) < 0)
		return error->code;
	name = interface_by_index(interfaces, index)->name;
	return has(intake, name) ? 0 : add(choice, name, LIVE_BUFFER, intake, error);
}

static int open_named(const struct choice *choice, const struct interfaces *interfaces,
		      struct intake *intake, struct error *error)
{
	int status = 0;

	for (size_t i = 0; status == 0 && i < choice->names->count; i++)
		status = add_named(choice, interfaces, choice->names->list[i], intake, error);
	return status;
}

/* ---- Those that are up ---- */

static size_t count_up(const struct interfaces *interfaces, bool with_loopback)
{
	size_t count = 0;

	for (size_t i = 0; i < interfaces->count; i++)
		count += interfaces->list[i].is_up &&
			 (with_loopback || !interfaces->list[i].is_loopback);
	return count;
}

static size_t share_of_buffers(size_t count)
{
	size_t share = count > 0 ? BUFFERS_MAX / count : LIVE_BUFFER;

	if (share > LIVE_BUFFER)
		return LIVE_BUFFER;
	return share < BUFFER_LEAST ? BUFFER_LEAST : share;
}

/* What is wrong with all of them is an error at once. */
static bool is_of_all(int code)
{
	return code == HOSTCAST_REFUSED || code == HOSTCAST_INVALID;
}

static int open_up(const struct choice *choice, struct session *session,
		   const struct interfaces *interfaces, struct intake *intake, struct error *error)
{
	bool with_loopback = choice->with_loopback || count_up(interfaces, false) == 0;
	size_t buffer = share_of_buffers(count_up(interfaces, with_loopback));

	error_set(error, HOSTCAST_INTERFACE, "no interface of this host is up");
	for (size_t i = 0; i < interfaces->count; i++) {
		const struct interface *interface = &interfaces->list[i];

		if (!interface->is_up || (interface->is_loopback && !with_loopback) ||
		    add(choice, interface->name, buffer, intake, error) == 0)
			continue;
		if (is_of_all(error->code))
			return error->code;
		session_notice(session, "%s", error->text);
	}
	return intake->count > 0 ? 0 : error->code;
}

int choice_open(const struct choice *choice, struct session *session, struct intake *intake,
		struct error *error)
{
	struct interfaces interfaces;
	int status = interfaces_read(&interfaces, error);

	if (status < 0)
		return status;
	if (choice->names->count > 0)
		status = open_named(choice, &interfaces, intake, error);
	else
		status = open_up(choice, session, &interfaces, intake, error);
	interfaces_done(&interfaces);
	return status;
}
