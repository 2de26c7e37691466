#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "reports/chart_more.h"

#include <math.h>
#include <stdio.h>

/*
 * Contrast by WCAG 2.1, differences by CIE 1976 in L*a*b* (D65), what people with
 * dichromacy see by Machado, Oliveira and Fernandes (2009), severity 1.
 */
struct rgb {
	double v[3]; /* linear */
};

static struct rgb
linear(uint32_t colour)
{
	struct rgb c;

	for (int i = 0; i < 3; i++) {
		double s = (colour >> (16 - 8 * i) & 255) / 255.0;
		c.v[i] = s <= 0.04045 ? s / 12.92 : pow((s + 0.055) / 1.055, 2.4);
	}
	return c;
}

static double
luminance(struct rgb c)
{
	return 0.2126 * c.v[0] + 0.7152 * c.v[1] + 0.0722 * c.v[2];
}

static double
contrast(uint32_t a, uint32_t b)
{
	double x = luminance(linear(a)), y = luminance(linear(b));

	return (fmax(x, y) + 0.05) / (fmin(x, y) + 0.05);
}

static double
bend(double t)
{
	return t > 216.0 / 24389 ? cbrt(t) : (24389.0 / 27 * t + 16) / 116;
}

static void
lab(struct rgb c, double out[3])
{
	double x = 0.4124 * c.v[0] + 0.3576 * c.v[1] + 0.1805 * c.v[2];
	double z = 0.0193 * c.v[0] + 0.1192 * c.v[1] + 0.9505 * c.v[2];
	double fx = bend(x / 0.9505), fy = bend(luminance(c)), fz = bend(z / 1.089);

	out[0] = 116 * fy - 16;
	out[1] = 500 * (fx - fy);
	out[2] = 200 * (fy - fz);
}

static const double sights[4][3][3] = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
    {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413},
        {-0.011820, 0.042940, 0.968881}},
    {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216},
        {-0.003882, -0.048116, 1.051998}},
    {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602},
        {0.004733, 0.691367, 0.303900}}};
static const char *const sight_names[4] = {
    "normal", "deuteranopia", "protanopia", "tritanopia"};

static double
distance(uint32_t a, uint32_t b, int sight)
{
	double x[3], y[3];
	const uint32_t both[2] = {a, b};

	for (int k = 0; k < 2; k++) {
		struct rgb c = linear(both[k]), seen;
		for (int i = 0; i < 3; i++) {
			seen.v[i] = 0;
			for (int j = 0; j < 3; j++)
				seen.v[i] += sights[sight][i][j] * c.v[j];
			seen.v[i] = fmin(1, fmax(0, seen.v[i]));
		}
		lab(seen, k == 0 ? x : y);
	}
	return sqrt(pow(x[0] - y[0], 2) + pow(x[1] - y[1], 2) + pow(x[2] - y[2], 2));
}

static void
test_words_can_be_read(void **state)
{
	static const uint32_t TEXT[] = {INK, INK_MUTED, INK_BLUE, INK_BAD, INK_GOOD};

	(void)state;
	assert_true(fabs(contrast(0xFFFFFF, 0x000000) - 21) < 1e-9);
	assert_true(fabs(contrast(0xFFFFFF, 0x777777) - 4.48) < 0.01);
	for (size_t i = 0; i < sizeof TEXT / sizeof *TEXT; i++)
		if (contrast(TEXT[i], INK_PAPER) < 4.5 ||
		    contrast(TEXT[i], INK_TINT_ROW) < 4.5)
			fail_msg("%06X: %.2f, %.2f", TEXT[i],
			    contrast(TEXT[i], INK_PAPER),
			    contrast(TEXT[i], INK_TINT_ROW));
}

/* Each step is told from the next by everybody, and darker. */
static void
check_ramp(const char *name, const uint32_t *ramp, size_t n)
{
	double before = 101, now[3];

	for (size_t i = 0; i < n; i++) {
		lab(linear(ramp[i]), now);
		if (now[0] >= before)
			fail_msg("%s: step %zu is not darker", name, i);
		before = now[0];
		for (int s = 0; i > 0 && s < 4; s++)
			if (distance(ramp[i - 1], ramp[i], s) < 10)
				fail_msg("%s: steps %zu and %zu, %s: %.1f", name, i - 1,
				    i, sight_names[s], distance(ramp[i - 1], ramp[i], s));
	}
}

static void
test_ramps_are_ordered(void **state)
{
	(void)state;
	check_ramp("loss", loss_colour, LOSS_CLASSES);
	check_ramp("coverage", coverage_colour, COVERAGE_CLASSES);
}

static void
test_verdicts_are_told_apart(void **state)
{
	(void)state;
	for (int s = 0; s < 4; s++) {
		assert_true(distance(INK_BAD, INK_GOOD, s) >= 10);
		for (int i = 0; i < DOTS_MOST; i++)
			for (int k = 0; k < i; k++)
				assert_true(
				    distance(dots_colour[i], dots_colour[k], s) >= 10);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_words_can_be_read),
	    cmocka_unit_test(test_ramps_are_ordered),
	    cmocka_unit_test(test_verdicts_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
