/* A querier as JSON, alike wherever one is shown. */
#ifndef CLI_QUERIER_JSON_H
#define CLI_QUERIER_JSON_H

#include "base/text.h"
#include "traffic/queriers.h"

/* "igmp" or "mld": what is behind "protocol". */
const char *querier_protocol_name(bool is_mld);

/* What its queries told, as members of the JSON object that is open. Its interface is not among
 * them: who shows it knows the name. */
void querier_json(struct text *out, const struct querier *querier);

#endif
