#include "icmp.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

enum { ANY_CODE = -1 };

struct meaning {
	int type, code;
	const char *text;
};

/* The first that fits counts. */
static const struct meaning MEANINGS_4[] = {
	/* RFC 792, RFC 1122 section 3.2.2.1, RFC 1812 section 5.2.7.1 */
	{0, ANY_CODE, "echo reply"},
	{3, 0, "network unreachable"},
	{3, 1, "host unreachable"},
	{3, 2, "protocol unreachable"},
	{3, 3, "port unreachable"},
	{3, 4, "fragmentation needed"},
	{3, 5, "source route failed"},
	{3, 6, "network unknown"},
	{3, 7, "host unknown"},
	{3, 9, "network administratively prohibited"},
	{3, 10, "host administratively prohibited"},
	{3, 11, "network unreachable for this type of service"},
	{3, 12, "host unreachable for this type of service"},
	{3, 13, "communication administratively prohibited"},
	{3, 14, "host precedence violation"},
	{3, 15, "precedence cutoff in effect"},
	{3, ANY_CODE, "destination unreachable"},
	{4, ANY_CODE, "source quench"},
	{5, ANY_CODE, "redirect"},
	{8, ANY_CODE, "echo request"},
	{9, ANY_CODE, "router advertisement"},
	{10, ANY_CODE, "router solicitation"},
	{11, 0, "time exceeded in transit"},
	{11, 1, "fragment reassembly time exceeded"},
	{11, ANY_CODE, "time exceeded"},
	{12, ANY_CODE, "parameter problem"},
	{13, ANY_CODE, "timestamp request"},
	{14, ANY_CODE, "timestamp reply"},
};

static const struct meaning MEANINGS_6[] = {
	/* RFC 4443 */
	{1, 0, "no route to destination"},
	{1, 1, "communication administratively prohibited"},
	{1, 2, "beyond the scope of the source address"},
	{1, 3, "address unreachable"},
	{1, 4, "port unreachable"},
	{1, 5, "source address failed policy"},
	{1, 6, "rejected by the route to the destination"},
	{1, ANY_CODE, "destination unreachable"},
	{2, ANY_CODE, "packet too big"},
	{3, 0, "hop limit exceeded in transit"},
	{3, 1, "fragment reassembly time exceeded"},
	{3, ANY_CODE, "time exceeded"},
	{4, 0, "parameter problem: erroneous header field"},
	{4, 1, "parameter problem: unrecognized next header"},
	{4, 2, "parameter problem: unrecognized option"},
	{4, ANY_CODE, "parameter problem"},
	{128, ANY_CODE, "echo request"},
	{129, ANY_CODE, "echo reply"},
	/* RFC 4861 */
	{133, ANY_CODE, "router solicitation"},
	{134, ANY_CODE, "router advertisement"},
	{135, ANY_CODE, "neighbor solicitation"},
	{136, ANY_CODE, "neighbor advertisement"},
	{137, ANY_CODE, "redirect"},
	/* RFC 4286 */
	{151, ANY_CODE, "multicast router advertisement"},
	{152, ANY_CODE, "multicast router solicitation"},
	{153, ANY_CODE, "multicast router termination"},
};

static const char *find(const struct meaning *meanings, size_t count, int type, int code)
{
	for (size_t i = 0; i < count; i++)
		if (meanings[i].type == type &&
		    (meanings[i].code == code || meanings[i].code == ANY_CODE))
			return meanings[i].text;
	return "of a type that is not known";
}

const char *icmp_meaning(const struct icmp_message *icmp)
{
	return icmp->is_v6 ? find(MEANINGS_6, COUNT_OF(MEANINGS_6), icmp->type, icmp->code)
			   : find(MEANINGS_4, COUNT_OF(MEANINGS_4), icmp->type, icmp->code);
}
