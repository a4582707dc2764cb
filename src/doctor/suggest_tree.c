#include "suggest_tree.h"

void suggest_tree(struct finding *finding, const char *host)
{
	const char *name = host ? host : "HOST";

	text_addf(finding_instead(finding),
		  "over a tree of hosts, without multicast; on %s: hostcast rdv",
		  host ? host : "a HOST that all others reach");
	text_addf(finding_instead(finding),
		  "on receivers: hostcast recv tree://%s; on senders: hostcast send tree://%s",
		  name, name);
}
