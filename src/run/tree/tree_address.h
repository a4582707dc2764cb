/* Addresses and networks of the tree's core as the system has them, and back. */
#ifndef RUN_TREE_ADDRESS_H
#define RUN_TREE_ADDRESS_H

#include "net/networks.h"
#include "wire/address.h"

/* Family 0 is none, and none is family 0. A zone is not kept: what needs one is not usable (T-1).
 */
struct wire_address wire_of_address(const union hostcast_address *address);
union hostcast_address address_of_wire(const struct wire_address *wire);

struct wire_network wire_of_network(const struct network *network);
struct network network_of_wire(const struct wire_network *wire);

#endif
