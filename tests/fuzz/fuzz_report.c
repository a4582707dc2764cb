/* Any bytes, as the report of a node or RP (T-16). */
#include "core/report.h"
#include "must.h"
#include "target.h"

#include <stdlib.h>
#include <string.h>

/* A word is printed as it is. */
static void check_word(const char word[static REPORT_WORD_SIZE])
{
	must(memchr(word, '\0', REPORT_WORD_SIZE), "a word has an end");
	must(strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(word),
	     "a word is a word");
}

static void check_report(const struct report *report)
{
	must(report->path_length <= PATH_MAX_LENGTH && report->child_count <= CHILDREN_MAX &&
		     report->count_count <= REPORT_COUNTS_MAX,
	     "lists have a limit");
	for (size_t i = 0; i < report->path_length; i++)
		must(wire_address_is_usable(&report->path[i]), "the root path can be used");
	for (size_t i = 0; i < report->child_count; i++)
		must(wire_address_is_usable(&report->children[i].address), "children can be asked");
	for (size_t i = 0; i < report->count_count; i++)
		check_word(report->counts[i].name);
	check_word(report->state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report *report = malloc(sizeof *report); /* what is not written to is noticed */

	must(report, "memory");
	if (report_read(report, data, size) && report->size_needed == 0)
		check_report(report);
	free(report);
	return 0;
}
