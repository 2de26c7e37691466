#include "cmd/prescreen.h"

#include <string.h>

/* The texts of config/regimes/, made by prescreen_files.awk: { name, text }, … */
static const struct {
	const char *name, *text;
} FILES[] = {
#include "cmd/prescreen_files.inc"
};

const char *
prescreen_files_text(enum regime_id id)
{
	for (size_t i = 0; i < sizeof FILES / sizeof FILES[0]; i++)
		if (strcmp(FILES[i].name, regime_name(id)) == 0)
			return FILES[i].text;
	return "";
}
