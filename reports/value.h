#ifndef REPORTS_VALUE_H
#define REPORTS_VALUE_H

#include "reports/results.h"

/* Values of our JSON, new references all; set takes the one it is given. */
json_t *value_instant(int64_t ns); /* UTC, microseconds, "Z" */
/* Such a text back; false: it is none (NULL is none). */
bool value_read_instant(const char *text, int64_t *ns);
/* Text of others: what is not UTF-8 is still told, its bytes as question marks. */
json_t *value_text(const char *text);
json_t *value_text_or_null(const char *text);
void value_set(json_t *o, const char *key, json_t *value);
void value_set_s(json_t *o, const char *key, int64_t ns); /* as seconds */

/* What every output begins with. */
json_t *value_envelope(const struct results *r, const char *schema);

#endif
