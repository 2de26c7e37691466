#ifndef BASE_VERSION_H
#define BASE_VERSION_H

/* The version of all programs built together, "0.1.0"; what stands in documents and
 * journals. */
const char *version_number(void);

#endif
