#include "table.h"

#include "base/monotime.h"
#include "cli/json.h"

#include <inttypes.h>
#include <stdio.h>

enum { CELL = 32 };

/* The columns of heading and rows; who, rates, losses, latency, cost. */
#define WHO_COLUMNS    "%4s %-21s %8s %8s"
#define LOSS_COLUMNS   " %8s %8s %5s %5s %6s "
#define LATENCY_COLUMN " %7s"
#define COST_COLUMN    " %8s\n"

void table_heading(struct text *out, const char *who, const char *latency)
{
	static const char *const percentiles[] = {"p50", "p90", "p99", "p99.9", "max"};

	text_addf(out, WHO_COLUMNS LOSS_COLUMNS "  %s latency, us\n", "", "", "", "", "", "", "",
		  "", "", latency);
	text_addf(out, WHO_COLUMNS LOSS_COLUMNS, "step", who, "msg/s", "Mbit/s", "lost", "loss",
		  "dup", "reord", "gap");
	for (size_t i = 0; i < sizeof percentiles / sizeof percentiles[0]; i++)
		text_addf(out, LATENCY_COLUMN, percentiles[i]);
	text_addf(out, COST_COLUMN, "CPU/msg");
}

/* Three digits that say something, and no exponent. */
static const char *decimal(char cell[static CELL], double value)
{
	snprintf(cell, CELL, "%.*f", value >= 1000 ? 0 : value >= 100 ? 1 : 2, value);
	return cell;
}

static const char *rate(char cell[static CELL], double value)
{
	return value > 0 ? decimal(cell, value) : "-";
}

static const char *count(char cell[static CELL], uint64_t value)
{
	snprintf(cell, CELL, "%" PRIu64, value);
	return cell;
}

static void add_latency(struct text *out, const struct result *result)
{
	const uint64_t values[] = {result->latency_p50_ns, result->latency_p90_ns,
				   result->latency_p99_ns, result->latency_p999_ns,
				   result->latency_max_ns};
	char cell[CELL];

	for (size_t i = 0; i < sizeof values / sizeof values[0]; i++)
		text_addf(out, LATENCY_COLUMN,
			  result->latency_count > 0
				  ? decimal(cell, (double)values[i] / (double)NS_PER_US)
				  : "-");
}

/* CPU time for each message; "-" where nothing was measured. */
static void add_cost(struct text *out, const struct result *result)
{
	double ns = result->received > 0 ? (double)result->cpu_ns / (double)result->received : 0;
	char cell[CELL] = "-", number[CELL];

	if (ns > 0 && ns < 10000)
		snprintf(cell, CELL, "%.0f ns", ns);
	else if (ns > 0)
		snprintf(cell, CELL, "%.8s us", decimal(number, ns / (double)NS_PER_US));
	text_addf(out, COST_COLUMN, cell);
}

static void begin_row(struct text *out, unsigned step, const char *who, const struct result *result)
{
	char number[CELL], messages[CELL], bits[CELL];

	text_addf(out, WHO_COLUMNS, count(number, step), who,
		  rate(messages, result_message_rate(result)),
		  rate(bits, result_bit_rate(result) / 1e6));
}

/* "100 %" and "0 %" are exact: what is lost is never rounded away. */
static const char *loss(char cell[static CELL], const struct result *result)
{
	double percent = result_loss(result);

	if (result->lost == 0 || result->received == 0)
		snprintf(cell, CELL, "%.0f %%", percent);
	else if (percent < 0.001)
		snprintf(cell, CELL, "<0.001 %%");
	else
		snprintf(cell, CELL, "%.3f %%", percent > 99.999 ? 99.999 : percent);
	return cell;
}

/* What has no column, because it is mostly nothing. */
static void add_remarks(struct text *out, const struct result *result)
{
	const struct {
		uint64_t number;
		const char *least, *what;
	} remarks[] = {
		{result->corrupt, "", "with wrong content"},
		/* The kernel counts a train that it drops as one. */
		{result->kernel_drops, "at least ",
		 "messages dropped, the receive buffer being full (--rcvbuf)"},
		{result->late, "", "too late to tell whether they came twice"},
		{result->wild, "", "with a number far ahead"},
		{result->latency_backward, "",
		 "that came before they went, or minutes after: the clocks disagree"},
	};
	const char *before = "     there were ";

	for (size_t i = 0; i < sizeof remarks / sizeof remarks[0]; i++) {
		if (remarks[i].number == 0)
			continue;
		text_addf(out, "%s%s%" PRIu64 " %s", before, remarks[i].least, remarks[i].number,
			  remarks[i].what);
		before = "; ";
	}
	if (*before == ';')
		text_add_string(out, "\n");
}

void table_row(struct text *out, unsigned step, const char *who, const struct result *result)
{
	char lost[CELL], percent[CELL], duplicates[CELL], reordered[CELL], gap[CELL];

	begin_row(out, step, who, result);
	text_addf(out, LOSS_COLUMNS, count(lost, result->lost), loss(percent, result),
		  count(duplicates, result->duplicates), count(reordered, result->reordered),
		  count(gap, result->longest_gap));
	add_latency(out, result);
	add_cost(out, result);
	add_remarks(out, result);
}

void table_row_sent(struct text *out, unsigned step, const char *who, const struct result *result)
{
	begin_row(out, step, who, result);
	text_addf(out, LOSS_COLUMNS, "", "", "", "", "");
	for (int i = 0; i < 5; i++)
		text_addf(out, LATENCY_COLUMN, "");
	add_cost(out, result);
}

void table_row_text(struct text *out, unsigned step, const char *who, const char *sentence)
{
	text_addf(out, "%4u %-21s  %s\n", step, who, sentence);
}

void table_json(struct text *out, const struct result *result)
{
#define FIELD_JSON(field) json_integer(out, #field, (int64_t)result->field);
	RESULT_FIELDS(FIELD_JSON)
#undef FIELD_JSON
	json_real(out, "messages_per_second", result_message_rate(result));
	json_real(out, "bits_per_second", result_bit_rate(result));
	json_real(out, "loss_percent", result_loss(result));
}

void table_rate(struct text *out, double per_second, bool is_bits)
{
	static const char *const prefixes[] = {"", "k", "M", "G"};
	size_t prefix = 0;

	while (per_second >= 1000 && prefix < 3) {
		per_second /= 1000;
		prefix++;
	}
	text_addf(out, "%.4g %s%s", per_second, prefixes[prefix], is_bits ? "bit/s" : "pps");
}
