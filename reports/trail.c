#include "reports/trail.h"

#include "reports/value.h"

#include <arpa/inet.h>
#include <string.h>

bool
trail_is_known(const struct trail *r)
{
	return r->has[TRAIL_BEFORE] || r->has[TRAIL_DURING] || r->has[TRAIL_AFTER];
}

bool
trail_reached(const struct path *p)
{
	return p->n_hops > 0 && p->hops[p->n_hops - 1].kind == HOP_TARGET;
}

bool
trail_same(const struct path *a, const struct path *b)
{
	if (a->family != b->family || a->n_hops != b->n_hops)
		return false;
	for (unsigned i = 0; i < a->n_hops; i++) {
		const struct path_hop *x = &a->hops[i], *y = &b->hops[i];
		if (x->kind == HOP_SILENT || y->kind == HOP_SILENT)
			continue;
		if (memcmp(x->from, y->from, sizeof x->from) != 0)
			return false;
	}
	return true;
}

int
trail_last(const struct trail *r)
{
	return r->has[TRAIL_DURING] ? r->at[TRAIL_DURING].n_hops : -1;
}

bool
trail_next(const struct trail *r, struct path_hop *out, unsigned *number)
{
	const struct path *before = &r->at[TRAIL_BEFORE];
	int last = trail_last(r);

	if (last < 0 || !r->has[TRAIL_BEFORE])
		return false;
	for (unsigned i = (unsigned)last; i < before->n_hops; i++)
		if (before->hops[i].kind != HOP_SILENT) {
			*out = before->hops[i];
			*number = i + 1;
			return true;
		}
	return false;
}

const char *
trail_address(uint8_t family, const uint8_t address[16], char out[46])
{
	if (inet_ntop(family == 4 ? AF_INET : AF_INET6, address, out, 46) == NULL)
		out[0] = '\0';
	return out;
}

/* ---- JSON ---- */

json_t *
trail_trace_json(const struct path *p)
{
	json_t *o = json_object(), *hops = json_array();
	char text[46];

	value_set(o, "time", value_instant(p->time.ns));
	value_set(o, "reason", json_string(path_reason_name(p->reason)));
	value_set(o, "target", json_string(trail_address(p->family, p->target, text)));
	value_set(o, "reached", json_boolean(trail_reached(p)));
	value_set(o, "isp_hop", p->isp_hop > 0 ? json_integer(p->isp_hop) : json_null());
	for (unsigned i = 0; i < p->n_hops; i++) {
		const struct path_hop *h = &p->hops[i];
		bool silent = h->kind == HOP_SILENT;
		json_t *hop = json_object();
		value_set(hop, "hop", json_integer(i + 1));
		value_set(hop, "kind", json_string(hop_kind_name(h->kind)));
		value_set(hop, "address",
		    silent ? json_null()
		           : json_string(trail_address(p->family, h->from, text)));
		value_set(hop, "rtt_s", silent ? json_null() : seconds_json(h->rtt_ns));
		value_set(hop, "probes", json_integer(h->sent));
		json_array_append_new(hops, hop);
	}
	value_set(o, "hops", hops);
	return o;
}

json_t *
trail_json(const struct trail *r)
{
	static const char *const NAMES[TRAIL_TIMES] = {"before", "during", "after"};
	json_t *o = json_object();
	int last = trail_last(r);

	for (int i = 0; i < TRAIL_TIMES; i++)
		value_set(
		    o, NAMES[i], r->has[i] ? trail_trace_json(&r->at[i]) : json_null());
	value_set(o, "last_answering_hop", last >= 0 ? json_integer(last) : json_null());
	value_set(o, "same_after",
	    r->has[TRAIL_BEFORE] && r->has[TRAIL_AFTER]
	        ? json_boolean(trail_same(&r->at[TRAIL_BEFORE], &r->at[TRAIL_AFTER]))
	        : json_null());
	return o;
}

/* ---- text ---- */

void
trail_trace_text(const struct path *p, char *out, size_t room)
{
	char text[46];
	size_t n = 0;

	out[0] = '\0';
	for (unsigned i = 0; i < p->n_hops && n < room; i++) {
		const struct path_hop *h = &p->hops[i];
		int did = snprintf(out + n, room - n, "%s%u %s%s%s", i > 0 ? "  " : "",
		    i + 1,
		    h->kind == HOP_SILENT ? "*" : trail_address(p->family, h->from, text),
		    h->kind == HOP_UNREACHABLE ? " (says unreachable)" : "",
		    i + 1 == p->isp_hop ? " (ISP)" : "");
		n += did > 0 ? (size_t)did : 0;
	}
}

void
trail_text(const struct trail *r, FILE *out)
{
	char line[PATH_HOPS * 64], next[46] = "";
	struct path_hop hop;
	unsigned number;

	if (r == NULL)
		return;
	if (r->has[TRAIL_BEFORE]) {
		trail_trace_text(&r->at[TRAIL_BEFORE], line, sizeof line);
		fprintf(out, "      path before: %s\n", line);
	}
	if (r->has[TRAIL_DURING]) {
		const struct path *p = &r->at[TRAIL_DURING];
		trail_trace_text(p, line, sizeof line);
		fprintf(out, "      path during: %s",
		    p->n_hops > 0 ? line : "no hop answered");
		if (trail_next(r, &hop, &number))
			fprintf(out, "; silent from %u %s on", number,
			    trail_address(r->at[TRAIL_BEFORE].family, hop.from, next));
		fputc('\n', out);
	}
	if (r->has[TRAIL_AFTER] && r->has[TRAIL_BEFORE] &&
	    trail_same(&r->at[TRAIL_BEFORE], &r->at[TRAIL_AFTER])) {
		fputs("      path after:  as before\n", out);
	} else if (r->has[TRAIL_AFTER]) {
		trail_trace_text(&r->at[TRAIL_AFTER], line, sizeof line);
		fprintf(out, "      path after:  %s\n", line);
	}
}
