#include "allowed.h"

#include "net/address.h"
#include "run/tree/tree_address.h"
#include "tree_options.h"

#include <stdio.h>
#include <stdlib.h>

enum { NOTICE_MAX = 600 };

int allowed_init(struct allowed *allowed, const struct text_list *texts, struct error *error)
{
	struct wire_network networks[LIST_MAX];
	struct attachment *attachments;
	size_t count;
	int status;

	*allowed = (struct allowed){0};
	status = parse_allowed(texts, networks, error);
	if (status == 0)
		status = attachments_read(&attachments, &count, error);
	if (status < 0)
		return status;
	status = admitted_init(&allowed->admitted, networks, texts->count, attachments, count,
			       error);
	free(attachments);
	return status;
}

void allowed_done(struct allowed *allowed)
{
	admitted_done(&allowed->admitted);
}

/* Its network is the same on each link, so there is no use in naming more than one. */
static void tell_link_local(struct allowed *allowed, const union hostcast_address *address)
{
	char text[NOTICE_MAX], who[HOSTCAST_TEXT_SIZE];

	if (allowed->is_link_local_told)
		return;
	allowed->is_link_local_told = true;
	snprintf(text, sizeof text,
		 "%s is not answered, its network is not allowed; to answer it: --allow %s",
		 address_ip_text(address, who),
		 address->any.sa_family == AF_INET6 ? "fe80::/10" : "169.254.0.0/16");
	allowed->notice(allowed->context, text);
}

static void tell(struct allowed *allowed, const struct wire_address *address)
{
	char text[NOTICE_MAX];

	if (admitted_refuse(&allowed->admitted, address, text, sizeof text))
		allowed->notice(allowed->context, text);
}

bool allowed_has(struct allowed *allowed, const union hostcast_address *address)
{
	const struct admission admission = admitted_admission(&allowed->admitted);
	const struct wire_address wire = wire_of_address(address);

	if (admission_has(&admission, &wire))
		return true;
	if (address_is_link_local(address))
		tell_link_local(allowed, address);
	else if (wire_address_is_usable(
			 &wire)) /* reserved ones are forged: nobody would allow them */
		tell(allowed, &wire);
	return false;
}
