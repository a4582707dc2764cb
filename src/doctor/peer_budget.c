#include "peer_budget.h"

#include "net/address.h"

/* The share of an IP address in this second, at first with nothing. There is room as long as not
 * all answers to the others are used. */
static struct peer_share *share_of(struct peer_budget *budget, const union hostcast_address *asker)
{
	for (size_t i = 0; i < budget->share_count; i++)
		if (address_same_ip(&budget->shares[i].asker, asker))
			return &budget->shares[i];
	budget->shares[budget->share_count] = (struct peer_share){.asker = *asker};
	return &budget->shares[budget->share_count++];
}

static bool take_of_others(struct peer_budget *budget, const union hostcast_address *asker)
{
	struct peer_share *share;

	if (budget->others == PEER_ANSWERS_OTHERS)
		return false;
	share = share_of(budget, asker);
	if (share->answers == PEER_ANSWERS_EACH)
		return false;
	share->answers++;
	budget->others++;
	return true;
}

bool peer_budget_take(struct peer_budget *budget, const union hostcast_address *asker,
		      bool is_served, struct monotime now)
{
	if (monotime_diff_ns(now, budget->second) >= NS_PER_S) {
		budget->second = now;
		budget->served = budget->others = 0;
		budget->share_count = 0;
	}
	if (!is_served)
		return take_of_others(budget, asker);
	if (budget->served == PEER_ANSWERS_SERVED)
		return false;
	budget->served++;
	return true;
}
