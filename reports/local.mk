noinst_LIBRARIES += reports/libreports.a
reports_libreports_a_SOURCES = reports/annex.c reports/annex.h reports/canonical.c reports/canonical.h reports/dossier_attach.c reports/dossier_verify.c \
	reports/dossier_attach.h reports/findings.c reports/findings.h reports/inspect.c reports/inspect.h \
	reports/redact.c reports/redact.h reports/recount.c reports/recount.h reports/recount_csv.c reports/verify.c reports/verify.h reports/manifest.c reports/manifest.h reports/records_json.c reports/results_json.c \
	reports/chart.h reports/chart_axis.c reports/chart_band.c \
	reports/chart_dots.c reports/chart_heat.c reports/chart_lanes.c reports/chart_months.c \
	reports/chart_coverage.c reports/chart_more.h reports/chart_rates.c reports/chart_spread.c \
	reports/chart_zone.c reports/comparison.c reports/comparison.h reports/comparison_pairs.c reports/comparison_pdf.c reports/csv.c \
	reports/dossier.c reports/dossier.h reports/dossier_closeup.c reports/dossier_finish.c \
	reports/dossier_latency.c reports/dossier_method.c reports/dossier_overview.c reports/dossier_owed.c \
	reports/dossier_contacts.c reports/dossier_distribution.c reports/dossier_exclusions.c reports/dossier_found.c reports/dossier_reading.c \
	reports/dossier_months.c reports/dossier_names.c reports/dossier_objections.c \
	reports/dossier_quality.c reports/dossier_throughput.c reports/dossier_register.c reports/dossier_summary.c reports/dossier_words.c \
	reports/evidence.c reports/evidence.h reports/evidence_complete.c reports/evidence_json.c \
	reports/evidence_rows.c reports/objections.c reports/objections.h reports/csv.h reports/tables.c reports/tables.h \
	reports/tables_evidence.c reports/tables_links.c reports/tables_plan.h reports/tables_verdicts.c \
	reports/say.c reports/say.h reports/terms.c reports/terms.h reports/tally.c reports/tally.h reports/words_de.c reports/words_fr.c \
	reports/draft.c reports/draft.h reports/draw.c reports/draw.h reports/draw_text.c \
	reports/draw_text.h reports/instant.c reports/json.c reports/json_sla.c reports/trail.c reports/trail.h \
	reports/chart_ladder.c reports/dossier_path.c reports/throughput.c reports/throughput.h reports/value.c reports/value.h reports/page.c reports/page.h reports/picture.c reports/picture.h \
	reports/letter.c reports/letter.h reports/migration.c reports/migration.h reports/migration_pdf.c reports/migration_steps.c \
	reports/chart_week.c reports/page_table.c reports/promise.c reports/promise.h reports/results.h reports/sla.c reports/sla.h reports/sla_record.c reports/sla_record.h reports/text.c reports/text.h reports/text_outages.c reports/text_sla.c reports/text_status.c \
	reports/workbook.c reports/workbook.h reports/workbook_credit.c \
	reports/workbook_formula.c reports/workbook_formula.h reports/workbook_working.c \
	reports/workbook_incidents.c reports/workbook_throughput.c reports/workbook_sheet.h reports/workbook_tables.c
reports_libreports_a_CFLAGS = $(AM_CFLAGS) $(DRAW_CFLAGS) $(QPDF_CFLAGS) $(QR_CFLAGS) $(XLSX_CFLAGS) $(JANSSON_CFLAGS)
