/* hostcast doctor: why multicast does not arrive. */
#include "cli/verbs.h"
#include "doctor_listen.h"
#include "examination.h"
#include "health_report.h"

static int listen_to_others(const struct command *command, const struct doctor_options *o, int argc)
{
	const struct listen_options listening = {.listen = o->listen.text, .allowed = o->allowed};

	if (argc > 0 || o->peer || o->all || o->sender || o->common.wait_ns != NOT_GIVEN ||
	    o->common.ttl != NOT_GIVEN)
		return options_usage_error(command,
					   "--listen serves those who ask with --peer; it takes no "
					   "GROUP, --peer, --all, --sender, --wait or --ttl");
	return doctor_listen(command->name, &o->common, &listening);
}

static bool has_option_of_group(const struct doctor_options *o)
{
	const struct common_options *common = &o->common;

	return o->peer || o->all || o->sender || common->wait_ns != NOT_GIVEN ||
	       common->ttl != NOT_GIVEN || common->port != NOT_GIVEN ||
	       common->deadline_ns != NOT_GIVEN || common->ipv4 || common->ipv6;
}

static int report_health(const struct command *command, const struct doctor_options *o)
{
	if (has_option_of_group(o))
		return options_usage_error(command,
					   "--peer, --all, --sender, --wait, --ttl, --port, "
					   "--deadline, -4 and -6 need a GROUP");
	return health_report(command->name, &o->common);
}

static int run(const struct command *command, const struct doctor_options *o, int argc,
	       char **texts)
{
	if (o->listen.is_given)
		return listen_to_others(command, o, argc);
	if (o->allowed.count > 0 || o->common.count != NOT_GIVEN)
		return options_usage_error(command, "--allow and --count need --listen");
	if (argc > 1)
		return options_usage_error(command, "one GROUP at a time; '%s' is a second one",
					   texts[1]);
	if (argc == 0)
		return report_health(command, o);
	if (o->common.ttl != NOT_GIVEN && !o->peer)
		return options_usage_error(command, "--ttl is that of probes, and needs --peer");
	if (o->common.wait_ns == 0)
		return options_usage_error(command,
					   "with --wait 0 doctor would hear nothing: give it "
					   "a second or more");
	return examine_group(command->name, o, texts[0]);
}

int verb_doctor(int argc, char **argv)
{
	struct doctor_options o = {.common = COMMON_OPTIONS_DEFAULT};
	const struct option_row rows[] = {
		ROW_INTERFACE(&o.common.interfaces),
		ROW_PORT(&o.common.port, "port, if GROUP names none; with --listen: to listen at"),
		FLAG_ROW("all", 0, &o.all, "go on after the first cause: there may be two"),
		FLAG_ROW("sender", 0, &o.sender, "this host only sends: nobody here has to join"),
		ROW_WAIT(&o.common.wait_ns,
			 "listen for so long (default 3; 130 outlasts a querier)"),
		TEXT_ROW("peer", 0, &o.peer, "HOST",
			 "ask the doctor there, and compare unicast with multicast"),
		ROW_TTL(&o.common.ttl),
		OPTIONAL_TEXT_ROW("listen", 0, &o.listen, "ADDR",
				  "be asked: serve --peer of other hosts"),
		LIST_ROW("allow", 0, &o.allowed, "CIDR",
			 "with --listen: serve this network (again for more)"),
		ROW_COUNT(&o.common.count, "with --listen: end after so many questions"),
		ROW_DEADLINE(&o.common.deadline_ns),
		ROW_IPV4(&o.common.ipv4),
		ROW_IPV6(&o.common.ipv6),
		ROW_JSON(&o.common.json),
		FLAG_ROW("quiet", 'q', &o.common.quiet, "the verdict alone"),
	};
	const struct command command = {
		.name = "hostcast doctor",
		.usage = "[OPTION]... [[SOURCE@]GROUP[:PORT]]",
		.about = "Walk the causes for which multicast does not arrive, and name the one "
			 "that "
			 "applies.\nWithout GROUP: the health of this host's multicast.",
		.examples =
			"  hostcast doctor                        this host\n"
			"  hostcast doctor 239.1.2.3:5004         why nothing of this arrives "
			"here\n"
			"  hostcast doctor --listen               on the other host; then here:\n"
			"  hostcast doctor --peer 192.0.2.7 239.1.2.3\n",
		.options = rows,
		.option_count = sizeof rows / sizeof rows[0],
	};
	int first = options_parse(&command, argc, argv);

	if (first < 0)
		return -first - 1;
	return run(&command, &o, argc - first, argv + first);
}
