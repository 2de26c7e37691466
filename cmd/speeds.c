#include "cmd/speeds.h"

#include "base/link.h"
#include "base/zone.h"

#include <string.h>

bool
speeds_up(const struct settings *s, const struct probe_def *p)
{
	for (size_t i = 0; s != NULL && i < s->n_links; i++) {
		const struct link_conf *l = &s->links[i];
		if (strcmp(l->def.centre, p->centre) != 0 ||
		    strcmp(l->def.link, p->link) != 0)
			continue;
		for (size_t k = 0; k < l->n_probes; k++)
			if (l->probes[k].def.kind == KIND_HTTP &&
			    strcmp(l->probes[k].def.name, p->name) == 0)
				return l->probes[k].upload;
	}
	return strcmp(p->name, "upload") == 0;
}

void
speeds_tell_probe(struct judge *j, const struct settings *s,
    const struct probe_def *probe, uint32_t number)
{
	if (probe->kind == KIND_HTTP && speeds_up(s, probe))
		judge_direction(j, number, true);
}

void
speeds_tell_link(struct judge *j, const struct settings *s, const struct link_def *link,
    uint32_t number, int64_t at_ns)
{
	struct zone_time t;

	if (s == NULL)
		return;
	/* The link as it is configured today names the contract. */
	const struct link_conf *now = settings_link(s, link->centre, link->link);
	if (now != NULL)
		link = &now->def;
	zone_civil(at_ns, link_zone(link), &t);
	const struct contract_conf *c = settings_contract_at(s, link,
	    (struct civil_date){(int16_t)t.year, (uint8_t)t.month, (uint8_t)t.day});
	for (size_t i = 0; c != NULL && i < c->n_commitments; i++)
		if (c->commitments[i].metric >= METRIC_SPEED_DOWN)
			judge_speed(j, number,
			    c->commitments[i].metric == METRIC_SPEED_UP,
			    c->commitments[i].minimum);
}
