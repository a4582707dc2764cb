#include "timeline_axis.h"

#include "base/monotime.h"
#include "base/svg.h"

#include <math.h>

enum { NUMBERS_MOST = 8 };

#define LENGTH_LEAST_S 0.001

struct axis axis_of(int64_t begin_ns, int64_t end_ns, double left, double right)
{
	double length_s = (double)(end_ns - begin_ns) / (double)NS_PER_S;

	return (struct axis){begin_ns, fmax(length_s, LENGTH_LEAST_S), left, right};
}

double axis_x_of_seconds(const struct axis *axis, double s)
{
	double part = fmin(fmax(s / axis->length_s, 0), 1);

	return axis->left + part * (axis->right - axis->left);
}

double axis_x(const struct axis *axis, int64_t time_ns)
{
	return axis_x_of_seconds(axis, (double)(time_ns - axis->begin_ns) / (double)NS_PER_S);
}

/* 1, 2 or 5 times a power of ten. */
static double step_of(const struct axis *axis)
{
	double least = axis->length_s / NUMBERS_MOST;
	double power = pow(10, floor(log10(least)));

	if (least <= power)
		return power;
	if (least <= 2 * power)
		return 2 * power;
	return least <= 5 * power ? 5 * power : 10 * power;
}

void axis_add(struct text *out, const struct axis *axis, double top, double bottom)
{
	double step_s = step_of(axis);
	bool is_short = axis->length_s < 1;
	struct text number = {0};

	for (int i = 0; i * step_s <= axis->length_s * 1.0001; i++) {
		double x = axis_x_of_seconds(axis, i * step_s);

		svg_line(out, "grid", x, top, x, bottom + 5);
		text_clear(&number);
		text_addf(&number, is_short ? "%.6g ms" : "%.6g s",
			  i * step_s * (is_short ? 1000 : 1));
		svg_text(out, "small", x, bottom + 19, SVG_MIDDLE, &number, 0);
	}
	text_done(&number);
}
