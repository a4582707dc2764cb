#include "status.h"

void status_begin(struct status *status, const struct own *own, const struct incoming *asker)
{
	status->writer = writer_of(status->bytes, sizeof status->bytes);
	status->own = own;
	status->asker = asker;
}

static void begin_line(struct status *status, const char *key)
{
	writer_string(&status->writer, key);
	writer_byte(&status->writer, ' ');
}

static void end_line(struct status *status)
{
	writer_byte(&status->writer, '\n');
}

void status_add_word(struct status *status, const char *key, const char *word)
{
	begin_line(status, key);
	writer_string(&status->writer, word);
	end_line(status);
}

void status_add_number(struct status *status, const char *key, uint64_t number)
{
	begin_line(status, key);
	writer_decimal(&status->writer, number);
	end_line(status);
}

static void put_address(struct status *status, const struct wire_address *address)
{
	const struct incoming *asker = status->asker;
	struct wire_address told = own_as_told(status->own, *address, &asker->from, asker->at);

	wire_address_write(&status->writer, &told);
}

void status_add_address(struct status *status, const char *key, const struct wire_address *address)
{
	if (wire_address_is_none(address))
		return;
	begin_line(status, key);
	put_address(status, address);
	end_line(status);
}

static uint64_t age_ms(struct monotime now, struct monotime then)
{
	return (uint64_t)(monotime_diff_ns(now, then) / NS_PER_MS);
}

void status_add_heard(struct status *status, const char *key, const struct wire_address *address,
		      struct monotime now, struct monotime heard)
{
	begin_line(status, key);
	put_address(status, address);
	writer_byte(&status->writer, ' ');
	writer_decimal(&status->writer, age_ms(now, heard));
	end_line(status);
}

void status_add_age(struct status *status, const char *key, struct monotime now,
		    struct monotime then)
{
	status_add_number(status, key, age_ms(now, then));
}

void status_add_count(struct status *status, const char *name, uint64_t value)
{
	begin_line(status, "count");
	status_add_number(status, name, value);
}

/* "size N": how large a request has to be. */
static void write_size(struct writer *writer, size_t size)
{
	writer_string(writer, "size ");
	writer_decimal(writer, size);
	writer_byte(writer, '\n');
}

bool status_send(const struct status *status, struct output *output)
{
	const struct incoming *asker = status->asker;
	struct writer writer = output_begin(output, MESSAGE_TATS);
	size_t size = writer.size + status->writer.size;

	if (size <= asker->size)
		writer_put(&writer, status->writer.bytes, status->writer.size);
	else
		write_size(&writer, size);
	if (writer.size > asker->size)
		return false;
	output_end(output, &writer, (struct destination){asker->from, asker->at});
	return true;
}
