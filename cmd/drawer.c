#include "cmd/drawer.h"

#include <stdlib.h>

int
drawer_open(struct drawer *d, const struct options *o, bool write)
{
	char err[1200];

	*d = (struct drawer){0};
	if (records_open(&d->records, o->data_dir, write, err, sizeof err) < 0)
		return complain(1, "%s", err);
	int n = records_list(d->records, INT64_MAX, &d->rows, err, sizeof err);
	if (n < 0) {
		drawer_close(d);
		return complain(1, "%s", err);
	}
	d->n_rows = (size_t)n;
	return 0;
}

int
drawer_add(struct drawer *d, struct record *rec)
{
	char err[1200];

	if (records_add(d->records, rec, err, sizeof err) < 0)
		return complain(1, "%s", err);
	return 0;
}

void
drawer_close(struct drawer *d)
{
	free(d->rows);
	records_close(d->records);
	*d = (struct drawer){0};
}
