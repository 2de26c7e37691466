#include "reports/say.h"

/* German. One pair a sentence; how they are written: reports/say.h. */
static const struct sentence list[] = {
    {"Page {1} of {2}", "Seite {1} von {2}"},
};

const struct language language_de = {
    "de", "de-DE", list, sizeof list / sizeof *list, false};
