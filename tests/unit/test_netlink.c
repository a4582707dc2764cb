/* net/netlink: questions to the kernel whose answers are interrupted. */
#include "net/netlink.h"
#include "unit.h"

#include <errno.h>
#include <linux/rtnetlink.h>

struct asking {
	int messages, begun_again, interrupted;
};

static int interrupted_at_first(const struct nlmsghdr *message, void *context)
{
	struct asking *asking = context;

	(void)message;
	asking->messages++;
	if (asking->begun_again >= asking->interrupted)
		return MNL_CB_OK;
	errno = EINTR;
	return MNL_CB_ERROR;
}

static void begin_again(void *context)
{
	struct asking *asking = context;

	asking->messages = 0;
	asking->begun_again++;
}

static int ask_for_links(struct asking *asking)
{
	struct netlink_request request;
	struct nlmsghdr *question = netlink_begin(&request, RTM_GETLINK, NLM_F_DUMP);

	mnl_nlmsg_put_extra_header(question, sizeof(struct ifinfomsg));
	return netlink_ask(question, interrupted_at_first, begin_again, asking);
}

static void an_interrupted_dump_is_asked_for_again(void **state)
{
	struct asking once = {.interrupted = 0}, twice = {.interrupted = 2},
		      always = {.interrupted = 1000};

	(void)state;
	assert_int_equal(ask_for_links(&once), 0);
	assert_int_equal(once.begun_again, 0);
	assert_int_equal(ask_for_links(&twice), 0);
	assert_int_equal(twice.begun_again, 2);
	assert_int_equal(twice.messages, once.messages); /* what came before does not count */
	assert_int_equal(ask_for_links(&always), -EINTR);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_interrupted_dump_is_asked_for_again),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
