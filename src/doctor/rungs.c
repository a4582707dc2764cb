#include "rungs.h"

const struct rung rungs[] = {
	{1, "interface", "interface", NEEDS_HOST, rung_interface},
	{2, "address", "address", NEEDS_HOST, rung_address},
	{3, "route", "route", NEEDS_HOST, rung_route},
	{4, "group", "group and scope", NEEDS_HOST, rung_group},
	{5, "join", "joining", NEEDS_HOST, rung_join},
	{6, "membership", "membership", NEEDS_HOST, rung_membership},
	{7, "binding", "binding", NEEDS_HOST, rung_binding},
	{8, "reverse-path", "reverse-path filter", NEEDS_OBSERVATION, rung_reverse},
	{9, "firewall", "firewall", NEEDS_OBSERVATION, rung_firewall},
	{10, "buffer", "receive buffer", NEEDS_OBSERVATION, rung_buffer},
	{11, "ttl", "TTL", NEEDS_EITHER, rung_ttl},
	{12, "snooping", "snooping and querier", NEEDS_OBSERVATION, rung_snooping},
	{13, "version", "IGMP/MLD version", NEEDS_OBSERVATION, rung_version},
	{14, "network", "network", NEEDS_PEER, rung_network},
	{15, "duplicates", "duplicates", NEEDS_EITHER, rung_duplicates},
	{16, "fragments", "fragments", NEEDS_EITHER, rung_fragments},
	{17, "environment", "environment", NEEDS_HOST, rung_environment},
};

const size_t rung_count = sizeof rungs / sizeof rungs[0];

/* Each has its place in what two doctors tell each other. */
_Static_assert(sizeof rungs / sizeof rungs[0] == PEER_RUNGS, "a rung that peers do not know of");
