#include "script.h"

#include "must.h"

#include <stdlib.h>
#include <string.h>

/* ---- Who there is ---- */

static struct wire_address address_of(const char *text)
{
	struct reader reader = reader_of(text, strlen(text));
	struct wire_address address = {.port = 0};

	wire_address_read(&reader, &address);
	must(!reader.failed, "the script's own addresses are read");
	return address;
}

static struct wire_network network_of(const char *text, unsigned prefix)
{
	struct wire_address address = address_of(text);
	struct wire_network network = {.prefix = (uint8_t)prefix};

	memcpy(network.ip, address.ip, IP_SIZE);
	return network;
}

static void add_hosts(struct cast *cast)
{
	for (int letter = 'a'; letter <= 'z'; letter++)
		cast->hosts[letter] =
			wire_address_v4(0x0a00000bu + (uint32_t)(letter - 'a'), MCAST_PORT);
	cast->hosts['M'] = address_of("10.0.0.2 10000");
	cast->hosts['R'] = address_of("10.0.0.1 10000");
	cast->hosts['S'] = address_of("192.0.2.66 10000");
	cast->hosts['T'] = address_of("127.0.0.7 10000");
	cast->hosts['V'] = address_of("2001:db8::66 10000");
	cast->hosts['W'] = address_of("2001:db9::66 10000");
	cast->hosts['X'] = address_of("10.0.0.2 10007");
	cast->hosts['Z'] = wire_address_v4(0x0affffffu, 0);
}

void cast_init(struct cast *cast)
{
	static const char *const OWN[OWN_COUNT] = {"10.0.0.2 1", "127.0.0.1 1", "2001:db8::2 1"};

	*cast = (struct cast){.own.port = MCAST_PORT};
	for (size_t i = 0; i < OWN_COUNT; i++)
		memcpy(cast->own_ips[i], address_of(OWN[i]).ip, IP_SIZE);
	cast->own.ips = (const uint8_t(*)[IP_SIZE])cast->own_ips;
	cast->own.count = OWN_COUNT;
	cast->admitted[0] = network_of("10.0.0.0 1", 96 + 8);
	cast->admitted[1] = network_of("127.0.0.0 1", 96 + 8);
	cast->admitted[2] = network_of("2001:db8:: 1", 32);
	add_hosts(cast);
}

struct wire_address cast_address(const struct cast *cast, int letter)
{
	return letter >= 0 && letter < LETTERS ? cast->hosts[letter]
					       : (struct wire_address){.port = 0};
}

/* ---- The script ---- */

bool script_next(struct reader *script, struct reader *step)
{
	const uint8_t *end;

	if (reader_left(script) == 0)
		return false;
	end = memchr(script->at, ';', reader_left(script));
	*step = (struct reader){script->at, end ? end : script->end, false};
	script->at = end ? end + 1 : script->end;
	return true;
}

static int take_byte(struct reader *step)
{
	int byte = reader_peek(step);

	if (byte >= 0)
		step->at++;
	return byte;
}

/* What follows an "@". */
static void fill_in(struct writer *writer, const struct cast *cast, int letter)
{
	struct wire_address address = cast_address(cast, letter);

	if (!wire_address_is_none(&address))
		wire_address_write(writer, &address);
	else if (letter == '=' && writer->size > HEADER_SIZE)
		writer_put(writer, writer->bytes + HEADER_SIZE, writer->size - HEADER_SIZE);
	else if (letter >= 0)
		writer_byte(writer, (uint8_t)letter);
}

struct reader script_text(struct reader *step, const struct cast *cast, size_t most)
{
	uint8_t room[UDP_MAX_6];
	struct writer writer = writer_of(room, most);
	uint8_t *bytes;

	must(most <= sizeof room, "there is room for a datagram");
	for (int byte; (byte = take_byte(step)) >= 0;) {
		if (byte == '@')
			fill_in(&writer, cast, take_byte(step));
		else
			writer_byte(&writer, (uint8_t)byte);
	}
	bytes = malloc(writer.size);
	must(bytes || writer.size == 0, "there is memory");
	if (writer.size > 0)
		memcpy(bytes, room, writer.size);
	return reader_of(bytes, writer.size);
}

struct incoming script_datagram(struct reader *step, const struct cast *cast)
{
	struct incoming in = {.from = cast_address(cast, take_byte(step))};
	int at = take_byte(step) - '0';
	size_t most = wire_address_is_v4(&in.from) ? UDP_MAX_4 : UDP_MAX_6;
	struct reader text = script_text(step, cast, most);

	in.at = at >= 0 && at < OWN_COUNT ? (uint8_t)at : OWN_ANY;
	in.bytes = text.at;
	in.size = reader_left(&text);
	return in;
}

int64_t script_duration_ns(struct reader *step)
{
	return (int64_t)reader_decimal(step, 3600 * 1000) * NS_PER_MS;
}
