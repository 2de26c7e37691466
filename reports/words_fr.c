#include "reports/say.h"

/* French. One pair a sentence; how they are written: reports/say.h. */
static const struct sentence list[] = {
    {"Page {1} of {2}", "Page {1} sur {2}"},
};

const struct language language_fr = {
    "fr", "fr-FR", list, sizeof list / sizeof *list, true};
