#include "names.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

static void escape(const char *name, char text[static INTERFACE_TEXT_SIZE])
{
	struct text escaped = {0};

	text_add_escaped(&escaped, name, strlen(name));
	snprintf(text, INTERFACE_TEXT_SIZE, "%s", text_string(&escaped));
	text_done(&escaped);
}

void names_read(struct names *names)
{
	struct if_nameindex *list = if_nameindex();

	names->count = 0;
	for (size_t i = 0; list && list[i].if_index > 0 && names->count < NAMES_MAX; i++) {
		struct interface_name *name = &names->list[names->count++];

		name->index = list[i].if_index;
		escape(list[i].if_name, name->text);
	}
	if (list)
		if_freenameindex(list);
}

static void ask(unsigned interface, char text[static INTERFACE_TEXT_SIZE])
{
	char name[IF_NAMESIZE];

	if (!if_indextoname(interface, name))
		snprintf(name, sizeof name, "#%u", interface);
	escape(name, text);
}

const char *interface_text(const struct names *names, unsigned interface,
			   char text[static INTERFACE_TEXT_SIZE])
{
	for (size_t i = 0; i < names->count; i++)
		if (names->list[i].index == interface)
			return strcpy(text, names->list[i].text);
	ask(interface, text);
	return text;
}
