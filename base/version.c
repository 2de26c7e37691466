#include <config.h>

#include "base/version.h"

const char *
version_number(void)
{
	return PACKAGE_VERSION;
}
