#include "peer_values.h"

#include "net/address.h"

#include <string.h>

unsigned value_read_below(struct reader *line, unsigned below)
{
	return (unsigned)reader_decimal(line, below - 1);
}

void value_read_word(struct reader *line, char *word, size_t room)
{
	size_t size = 0;

	while (reader_peek(line) > ' ' && size < room - 1)
		word[size++] = (char)*line->at++;
	word[size] = '\0';
	if (size == 0 || reader_peek(line) > ' ')
		line->failed = true;
}

void value_read_ip(struct reader *line, union hostcast_address *address)
{
	char word[HOSTCAST_TEXT_SIZE];

	value_read_word(line, word, sizeof word);
	if (line->failed || strchr(word, '%') || strchr(word, '[') || !address_parse(word, address))
		line->failed = true;
}

void value_read_ip_and_port(struct reader *line, union hostcast_address *address)
{
	uint16_t port;

	value_read_ip(line, address);
	reader_expect(line, ' ');
	port = (uint16_t)reader_decimal(line, UINT16_MAX);
	if (!line->failed)
		address_set_port(address, port);
}

void value_read_text(struct reader *line, char *text, size_t room)
{
	size_t size = reader_left(line) < room ? reader_left(line) : room - 1;

	if (memchr(line->at, '\0', size))
		line->failed = true;
	while (size > 0 && line->at[size - 1] == '\r')
		size--;
	memcpy(text, line->at, size);
	text[size] = '\0';
	line->at = line->end;
}

static int hex_of(int byte)
{
	if (byte >= '0' && byte <= '9')
		return byte - '0';
	return byte >= 'a' && byte <= 'f' ? byte - 'a' + 10 : -1;
}

void value_read_mac(struct reader *line, uint8_t mac[static MAC_SIZE])
{
	for (size_t i = 0; i < 2 * MAC_SIZE; i++) {
		int digit = hex_of(reader_peek(line));

		if (digit < 0) {
			line->failed = true;
			return;
		}
		mac[i / 2] = (unsigned char)(mac[i / 2] << 4 | digit);
		line->at++;
	}
}

void value_write_ip(struct writer *writer, const union hostcast_address *address)
{
	char text[HOSTCAST_TEXT_SIZE];

	writer_string(writer, address_plain_text(address, text));
}

void value_write_ip_and_port(struct writer *writer, const union hostcast_address *address)
{
	value_write_ip(writer, address);
	writer_byte(writer, ' ');
	writer_decimal(writer, address_port(address));
}

void value_write_mac(struct writer *writer, const uint8_t mac[static MAC_SIZE])
{
	static const char DIGITS[] = "0123456789abcdef";

	for (size_t i = 0; i < MAC_SIZE; i++) {
		writer_byte(writer, (uint8_t)DIGITS[mac[i] >> 4]);
		writer_byte(writer, (uint8_t)DIGITS[mac[i] & 15]);
	}
}
