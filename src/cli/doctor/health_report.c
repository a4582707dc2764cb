#include "health_report.h"

#include "cli/common_interfaces.h"
#include "doctor/health_judge.h"
#include "doctor_show.h"
#include "health_show.h"

struct report {
	struct session session;
	struct health health;
};

static int read_health(struct report *report, const struct common_options *options)
{
	unsigned wanted[LIST_MAX];
	size_t count;
	struct error error;

	if (common_interfaces(options, wanted, &count, &error) < 0 ||
	    health_read(&report->health, wanted, count, &error) < 0)
		return session_fail(&report->session, &error);
	health_judge(&report->health);
	return EXIT_DONE;
}

static void show(struct report *report, const struct common_options *options)
{
	struct text lines = {0};

	if (options->json) {
		health_show_json(&report->session.out, &report->health);
		return;
	}
	if (!options->quiet) {
		health_show(&lines, &report->health);
		text_add_string(&lines, "\n");
	}
	health_show_problems(&lines, &report->health);
	show_safely(&report->session.out, &lines);
	text_done(&lines);
}

int health_report(const char *command, const struct common_options *options)
{
	static const struct session_events events = {0};
	struct report report = {0};
	int status = session_begin(&report.session, command, options, &events, &report);

	if (status != EXIT_DONE)
		return status;
	if (read_health(&report, options) == EXIT_DONE) {
		show(&report, options);
		session_end(&report.session,
			    health_faults(&report.health) > 0 ? EXIT_FOUND : EXIT_DONE);
	}
	status = session_done(&report.session);
	health_done(&report.health);
	return status;
}
