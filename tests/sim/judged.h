#ifndef SIM_JUDGED_H
#define SIM_JUDGED_H

#include "tests/sim/scenario.h"

/* Judge the journal in ${dir} and hold it against what the scenario expects: 0 if all is
 * as expected, 1 with a line for each difference. */
int judged(struct scenario *s, const char *dir);

#endif
