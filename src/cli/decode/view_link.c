#include "view_link.h"

#include "cli/json.h"

#include <inttypes.h>
#include <string.h>

void view_interface(struct text *out, const char *before, const struct view_options *options,
		    unsigned interface, uint32_t cooked_interface)
{
	const char *name = capture_file_interface(options->file, interface);

	if (!*name && cooked_interface == 0)
		return;
	text_add_string(out, before);
	text_add_escaped(out, name, strlen(name)); /* of whoever made the file: any bytes */
	if (cooked_interface > 0)
		text_addf(out, "%sif %" PRIu32, *name ? " " : "", cooked_interface);
}

void view_interface_json(struct text *out, const struct view_options *options, unsigned interface,
			 uint32_t cooked_interface)
{
	const char *name = capture_file_interface(options->file, interface);

	if (*name)
		json_string(out, "interface", name);
	if (cooked_interface > 0)
		json_integer(out, "interface_index", cooked_interface);
}
