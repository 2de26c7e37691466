/* The JSON of pre-screens; see INTERFACES.md. */
#include "cmd/prescreen.h"

#include "config/clause.h"
#include "reports/value.h"

static void
set_source(json_t *o, const struct regime_source *s)
{
	char day[16];

	clause_print_date(s->as_of, day, sizeof day);
	value_set(o, "source", value_text(s->text));
	value_set(o, "as_of", json_string(day));
	value_set(o, "status", json_string(regime_status_name(s->status)));
}

static json_t *
figures_json(const struct regime *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_figures; i++) {
		json_t *o = json_object();
		value_set(o, "name", json_string(r->figures[i].name));
		value_set(o, "value", value_text(r->figures[i].value));
		set_source(o, &r->figures[i].source);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
certified_json(const struct regime *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_lacks; i++) {
		json_t *o = json_object();
		value_set(o, "name", value_text(r->lacks[i].name));
		value_set(o, "text", value_text(r->lacks[i].text));
		set_source(o, &r->lacks[i].source);
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
sentences_json(char (*list)[PRESCREEN_ROOM], size_t n)
{
	json_t *a = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(a, value_text(list[i]));
	return a;
}

static json_t *
numbers_json(const struct prescreen *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_numbers; i++) {
		json_t *o = json_object();
		value_set(o, "name", value_text(p->numbers[i].name));
		value_set(o, "value", json_real(p->numbers[i].value));
		value_set(o, "unit", value_text(p->numbers[i].unit));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
conditions_json(const struct prescreen *p)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->n_conditions; i++) {
		json_t *o = json_object();
		value_set(o, "name", value_text(p->conditions[i].name));
		value_set(o, "holds", json_boolean(p->conditions[i].holds));
		value_set(o, "text", value_text(p->conditions[i].text));
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *
screen_json(const struct prescreened *s)
{
	const struct prescreen *p = &s->result;
	const struct regime *r = s->regime;
	json_t *o = json_object();

	value_set(o, "regime", value_text(r->name));
	value_set(o, "title", value_text(r->title));
	value_set(o, "applies", value_text(r->applies));
	value_set(o, "method", value_text(r->method));
	set_source(o, &r->source);
	value_set(o, "centre", value_text(s->link->def->centre));
	value_set(o, "link", value_text(s->link->def->link));
	value_set(o, "from", value_instant(s->link->result->period.start_ns));
	value_set(o, "to", value_instant(s->link->result->period.end_ns));
	value_set(o, "label", json_string("indicative"));
	value_set(o, "outcome", json_string(prescreen_outcome_name(p->outcome)));
	value_set(o, "findings", sentences_json(p->findings, p->n_findings));
	value_set(o, "numbers", numbers_json(p));
	value_set(o, "conditions", conditions_json(p));
	value_set(o, "missing", sentences_json(p->lacks, p->n_lacks));
	value_set(o, "missing_for_certified", certified_json(r));
	value_set(o, "figures", figures_json(r));
	return o;
}

json_t *
prescreen_json(const struct results *r, const struct prescreened *list, size_t n)
{
	json_t *o = value_envelope(r, "linkwitness/prescreen/1"), *screens = json_array();

	value_set(o, "note", json_string(PRESCREEN_LABEL));
	for (size_t i = 0; i < n; i++)
		json_array_append_new(screens, screen_json(&list[i]));
	value_set(o, "prescreens", screens);
	return o;
}
