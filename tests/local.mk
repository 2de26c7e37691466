# Each links only what stands below what it tests: a call in the wrong direction does not link.

# ---- unit tests ----

check_PROGRAMS += \
	tests/unit/test_archive \
	tests/unit/test_availability \
	tests/unit/test_broker \
	tests/unit/test_calm \
	tests/unit/test_changepoint \
	tests/unit/test_check_contract \
	tests/unit/test_chronic \
	tests/unit/test_colours \
	tests/unit/test_commitment \
	tests/unit/test_compare \
	tests/unit/test_contract \
	tests/unit/test_contract_cases \
	tests/unit/test_credit \
	tests/unit/test_credit_rules \
	tests/unit/test_curve \
	tests/unit/test_deadline \
	tests/unit/test_demand \
	tests/unit/test_dns \
	tests/unit/test_documents \
	tests/unit/test_dossier \
	tests/unit/test_engine \
	tests/unit/test_evidence \
	tests/unit/test_exactness \
	tests/unit/test_filter \
	tests/unit/test_flood \
	tests/unit/test_gateway \
	tests/unit/test_growth \
	tests/unit/test_health \
	tests/unit/test_hearing \
	tests/unit/test_hist \
	tests/unit/test_histories \
	tests/unit/test_hop \
	tests/unit/test_http \
	tests/unit/test_icmp \
	tests/unit/test_identities \
	tests/unit/test_import \
	tests/unit/test_import_formats \
	tests/unit/test_journal \
	tests/unit/test_journal_hours \
	tests/unit/test_judge \
	tests/unit/test_loop \
	tests/unit/test_malformed \
	tests/unit/test_masking \
	tests/unit/test_migration \
	tests/unit/test_notify \
	tests/unit/test_packets \
	tests/unit/test_passive \
	tests/unit/test_prescreen \
	tests/unit/test_profiles \
	tests/unit/test_properties \
	tests/unit/test_quantile \
	tests/unit/test_records \
	tests/unit/test_reload \
	tests/unit/test_results \
	tests/unit/test_rows \
	tests/unit/test_rrdcached \
	tests/unit/test_saturation \
	tests/unit/test_say \
	tests/unit/test_scribe \
	tests/unit/test_settings \
	tests/unit/test_settlement \
	tests/unit/test_shift \
	tests/unit/test_site \
	tests/unit/test_smokeping \
	tests/unit/test_speed \
	tests/unit/test_stats \
	tests/unit/test_steady \
	tests/unit/test_tail \
	tests/unit/test_texts \
	tests/unit/test_timespec \
	tests/unit/test_tracer \
	tests/unit/test_trails \
	tests/unit/test_units \
	tests/unit/test_verdict \
	tests/unit/test_wheel \
	tests/unit/test_window \
	tests/unit/test_working \
	tests/unit/test_zone

JUDGE_LIBS = analyzer/libanalyzer.a config/libconfig.a base/libbase.a $(CONFUSE_LIBS) $(BASE_LIBS) \
	$(CMOCKA_LIBS) -lm
COLLECT_LIBS = collector/libcollector.a config/libconfig.a base/libbase.a $(CARES_LIBS) \
	$(CONFUSE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS) -lm
GATHER = cmd/claims.c cmd/closeups.c cmd/curve.c cmd/drawer.c cmd/gather.c cmd/pass.c cmd/speeds.c \
	cmd/taking.c cmd/terms.c cmd/timespec.c cmd/trails.c cmd/trials.c cmd/verdicts.c \
	cmd/whose.c
GATHER_LIBS = reports/libreports.a analyzer/libanalyzer.a records/librecords.a config/libconfig.a \
	base/libbase.a $(SQLITE_LIBS) $(JANSSON_LIBS) $(CONFUSE_LIBS) $(DRAW_LIBS) $(BASE_LIBS) \
	$(CMOCKA_LIBS) -lm
IMPORT_PARTS = cmd/history.c cmd/import.c cmd/import_atlas.c cmd/import_csv.c cmd/import_facts.c \
	cmd/import_fping.c cmd/import_line.c cmd/import_monitor.c cmd/import_netmon.c \
	cmd/import_ping.c cmd/import_pingplotter.c cmd/import_samples.c cmd/import_smokeping.c \
	cmd/import_speedtest.c cmd/import_stage.c cmd/import_states.c cmd/import_stream.c \
	cmd/import_time.c
IMPORT_LIBS = rrd/libarchive.a config/libconfig.a base/libbase.a $(RRD_LIBS) $(JANSSON_LIBS) \
	$(BASE_LIBS) \
	$(CMOCKA_LIBS) -lm
MADE_PAGES = tests/golden/made_results.c tests/golden/made_results.h tests/golden/made_evidence.c \
	tests/unit/pdf_checks.c tests/unit/pdf_checks.h

tests_unit_test_archive_CFLAGS = $(AM_CFLAGS) $(RRD_CFLAGS)
tests_unit_test_archive_LDADD = rrd/libarchive.a base/libbase.a $(RRD_LIBS) $(BASE_LIBS) \
	$(CMOCKA_LIBS) -lm
tests_unit_test_availability_SOURCES = tests/unit/test_availability.c $(GATHER)
tests_unit_test_availability_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_availability_LDADD = $(GATHER_LIBS)
tests_unit_test_broker_LDADD = $(COLLECT_LIBS)
tests_unit_test_calm_SOURCES = tests/unit/test_calm.c tests/unit/feed.c tests/unit/feed.h
tests_unit_test_calm_LDADD = analyzer/libanalyzer.a base/libbase.a $(BASE_LIBS) $(CMOCKA_LIBS) -lm
tests_unit_test_changepoint_LDADD = $(JUDGE_LIBS)
tests_unit_test_check_contract_SOURCES = tests/unit/test_check_contract.c cmd/check_contract.c
tests_unit_test_check_contract_LDADD = config/libconfig.a base/libbase.a $(CONFUSE_LIBS) \
	$(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_chronic_LDADD = $(JUDGE_LIBS)
tests_unit_test_colours_CFLAGS = $(AM_CFLAGS) $(DRAW_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_colours_LDADD = reports/libreports.a analyzer/libanalyzer.a base/libbase.a \
	$(DRAW_LIBS) $(JANSSON_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS) -lm
tests_unit_test_commitment_LDADD = $(JUDGE_LIBS)
tests_unit_test_compare_LDADD = $(JUDGE_LIBS)
tests_unit_test_contract_LDADD = config/libconfig.a base/libbase.a $(CONFUSE_LIBS) $(BASE_LIBS) \
	$(CMOCKA_LIBS)
tests_unit_test_contract_cases_LDADD = analyzer/libanalyzer.a config/libconfig.a base/libbase.a \
	$(CONFUSE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS) -lm
tests_unit_test_credit_SOURCES = tests/unit/test_credit.c tests/unit/account.h
tests_unit_test_credit_LDADD = $(JUDGE_LIBS)
tests_unit_test_credit_rules_SOURCES = tests/unit/test_credit_rules.c tests/unit/account.h
tests_unit_test_credit_rules_LDADD = $(JUDGE_LIBS)
tests_unit_test_curve_SOURCES = tests/unit/test_curve.c cmd/curve.c
tests_unit_test_curve_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_curve_LDADD = reports/libreports.a config/libconfig.a $(JUDGE_LIBS)
tests_unit_test_deadline_LDADD = $(JUDGE_LIBS)
tests_unit_test_demand_LDADD = $(JUDGE_LIBS)
tests_unit_test_dns_LDFLAGS = -Wl,--wrap=clock_wall
tests_unit_test_dns_LDADD = collector/libcollector.a base/libbase.a $(CARES_LIBS) $(CMOCKA_LIBS)
tests_unit_test_documents_SOURCES = tests/unit/test_documents.c $(MADE_PAGES)
tests_unit_test_documents_CFLAGS = $(AM_CFLAGS) $(DRAW_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_documents_LDADD = reports/libreports.a records/librecords.a analyzer/libanalyzer.a \
	config/libconfig.a base/libbase.a $(SQLITE_LIBS) $(DRAW_LIBS) $(QPDF_LIBS) $(QR_LIBS) \
	$(XLSX_LIBS) $(JANSSON_LIBS) $(CONFUSE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS) -lm
tests_unit_test_dossier_SOURCES = tests/unit/test_dossier.c $(MADE_PAGES)
tests_unit_test_dossier_CFLAGS = $(AM_CFLAGS) $(DRAW_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_dossier_LDADD = reports/libreports.a analyzer/libanalyzer.a base/libbase.a \
	$(DRAW_LIBS) $(QPDF_LIBS) $(QR_LIBS) $(XLSX_LIBS) $(JANSSON_LIBS) $(BASE_LIBS) \
	$(CMOCKA_LIBS) -lm
tests_unit_test_engine_LDADD = collector/libcollector.a base/libbase.a $(CMOCKA_LIBS)
tests_unit_test_evidence_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_evidence_LDADD = reports/libreports.a $(JANSSON_LIBS) $(JUDGE_LIBS)
tests_unit_test_exactness_LDADD = base/libbase.a $(CMOCKA_LIBS)
tests_unit_test_filter_LDADD = $(COLLECT_LIBS)
tests_unit_test_flood_LDADD = $(COLLECT_LIBS)
tests_unit_test_growth_SOURCES = tests/unit/test_growth.c tests/unit/chance.h
tests_unit_test_growth_LDADD = $(JUDGE_LIBS)
tests_unit_test_gateway_SOURCES = tests/unit/test_gateway.c collector/gateway.c
tests_unit_test_gateway_LDADD = $(CMOCKA_LIBS)
tests_unit_test_health_LDADD = $(COLLECT_LIBS)
tests_unit_test_hearing_LDADD = collector/libcollector.a base/libbase.a $(CMOCKA_LIBS)
tests_unit_test_hist_LDADD = base/libbase.a $(CMOCKA_LIBS) -lm
tests_unit_test_histories_SOURCES = tests/unit/test_histories.c tests/unit/feed.c \
	tests/unit/feed.h
tests_unit_test_histories_LDADD = $(JUDGE_LIBS)
tests_unit_test_hop_SOURCES = tests/unit/test_hop.c collector/hop.c collector/gateway.c
tests_unit_test_hop_LDADD = $(CMOCKA_LIBS)
tests_unit_test_http_LDADD = collector/libthroughput.a collector/libcollector.a base/libbase.a \
	$(CARES_LIBS) $(CURL_LIBS) $(CMOCKA_LIBS) -lpthread
tests_unit_test_icmp_LDADD = $(COLLECT_LIBS)
tests_unit_test_identities_SOURCES = tests/unit/test_identities.c tests/unit/feed.c \
	tests/unit/feed.h
tests_unit_test_identities_LDADD = $(JUDGE_LIBS)
tests_unit_test_import_SOURCES = tests/unit/test_import.c $(IMPORT_PARTS)
tests_unit_test_import_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_import_LDADD = $(IMPORT_LIBS)
tests_unit_test_import_formats_SOURCES = tests/unit/test_import_formats.c $(IMPORT_PARTS)
tests_unit_test_import_formats_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(RRD_CFLAGS)
tests_unit_test_import_formats_LDADD = $(IMPORT_LIBS)
tests_unit_test_journal_LDADD = base/libbase.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_journal_hours_SOURCES = tests/unit/test_journal_hours.c tests/sim/clock_virtual.c \
	tests/sim/clock_virtual.h
tests_unit_test_journal_hours_LDADD = base/libbase.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_judge_SOURCES = tests/unit/test_judge.c tests/unit/feed.c tests/unit/feed.h
tests_unit_test_judge_LDADD = analyzer/libanalyzer.a base/libbase.a $(BASE_LIBS) $(CMOCKA_LIBS) \
	-lm
tests_unit_test_loop_LDADD = base/libbase.a $(CMOCKA_LIBS)
tests_unit_test_malformed_LDADD = collector/libcollector.a base/libbase.a $(CARES_LIBS) \
	$(PCAP_LIBS)
tests_unit_test_masking_SOURCES = tests/unit/test_masking.c tests/unit/feed.c tests/unit/feed.h
tests_unit_test_masking_LDADD = analyzer/libanalyzer.a base/libbase.a $(BASE_LIBS) $(CMOCKA_LIBS) \
	-lm
tests_unit_test_migration_LDADD = $(JUDGE_LIBS)
tests_unit_test_notify_SOURCES = tests/unit/test_notify.c cmd/notify.c cmd/notify_curl.c \
	cmd/notify_command.c cmd/notify_resolve.c cmd/spool.c cmd/events.c cmd/alarm.c cmd/seen.c
tests_unit_test_notify_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(CURL_CFLAGS)
tests_unit_test_notify_LDADD = reports/libreports.a analyzer/libanalyzer.a \
	collector/libcollector.a config/libconfig.a base/libbase.a $(CURL_LIBS) $(CARES_LIBS) \
	$(JANSSON_LIBS) $(CONFUSE_LIBS) $(BASE_LIBS) $(CMOCKA_LIBS) -lm
tests_unit_test_packets_LDADD = $(COLLECT_LIBS) $(PCAP_LIBS)
tests_unit_test_passive_LDADD = $(COLLECT_LIBS)
tests_unit_test_prescreen_LDADD = $(JUDGE_LIBS)
tests_unit_test_profiles_LDADD = $(JUDGE_LIBS)
tests_unit_test_properties_SOURCES = tests/unit/test_properties.c tests/unit/feed.c \
	tests/unit/feed.h
tests_unit_test_properties_LDADD = $(JUDGE_LIBS)
tests_unit_test_quantile_LDADD = $(JUDGE_LIBS)
tests_unit_test_records_LDADD = records/librecords.a base/libbase.a $(SQLITE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_reload_LDADD = $(COLLECT_LIBS)
tests_unit_test_results_SOURCES = tests/unit/test_results.c tests/golden/made_results.c \
	tests/golden/made_evidence.c tests/golden/made_results.h $(GATHER)
tests_unit_test_results_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_results_LDADD = $(GATHER_LIBS)
tests_unit_test_rows_LDADD = collector/libcollector.a base/libbase.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_rrdcached_CFLAGS = $(AM_CFLAGS) $(RRD_CFLAGS)
tests_unit_test_rrdcached_LDADD = rrd/libarchive.a base/libbase.a $(RRD_LIBS) $(BASE_LIBS) \
	$(CMOCKA_LIBS) -lm
tests_unit_test_saturation_LDADD = $(JUDGE_LIBS)
tests_unit_test_say_LDADD = reports/libreports.a $(DRAW_LIBS) $(CMOCKA_LIBS)
tests_unit_test_scribe_LDADD = $(COLLECT_LIBS)
tests_unit_test_settings_LDADD = config/libconfig.a base/libbase.a $(CONFUSE_LIBS) $(BASE_LIBS) \
	$(CMOCKA_LIBS)
tests_unit_test_settlement_LDADD = $(JUDGE_LIBS)
tests_unit_test_shift_LDADD = $(JUDGE_LIBS)
tests_unit_test_site_LDADD = $(JUDGE_LIBS)
tests_unit_test_smokeping_LDADD = rrd/libarchive.a base/libbase.a $(RRD_LIBS) -lm
tests_unit_test_speed_SOURCES = tests/unit/test_speed.c tests/unit/feed.c tests/unit/feed.h
tests_unit_test_speed_LDADD = $(JUDGE_LIBS)
tests_unit_test_stats_LDADD = $(JUDGE_LIBS)
tests_unit_test_steady_LDADD = $(COLLECT_LIBS)
tests_unit_test_tail_LDADD = $(JUDGE_LIBS)
tests_unit_test_texts_SOURCES = tests/unit/test_texts.c $(MADE_PAGES)
tests_unit_test_texts_CFLAGS = $(AM_CFLAGS) $(DRAW_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_texts_LDADD = $(GATHER_LIBS) $(QPDF_LIBS) $(QR_LIBS) $(XLSX_LIBS)
tests_unit_test_timespec_SOURCES = tests/unit/test_timespec.c cmd/timespec.c
tests_unit_test_timespec_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_timespec_LDADD = reports/libreports.a config/libconfig.a base/libbase.a \
	$(CMOCKA_LIBS)
tests_unit_test_tracer_SOURCES = tests/unit/test_tracer.c collector/tracer.c collector/trace.c \
	collector/hop.c collector/gateway.c tests/sim/clock_virtual.c tests/sim/clock_virtual.h
tests_unit_test_tracer_LDFLAGS = -Wl,--wrap=sendmsg,--wrap=recvfrom
tests_unit_test_tracer_LDADD = base/libbase.a $(BASE_LIBS) $(CMOCKA_LIBS)
tests_unit_test_trails_SOURCES = tests/unit/test_trails.c cmd/trails.c
tests_unit_test_trails_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_unit_test_trails_LDADD = $(GATHER_LIBS)
tests_unit_test_units_LDADD = config/libconfig.a base/libbase.a $(CONFUSE_LIBS) $(BASE_LIBS) \
	$(CMOCKA_LIBS)
tests_unit_test_verdict_SOURCES = tests/unit/test_verdict.c tests/unit/feed.c tests/unit/feed.h
tests_unit_test_verdict_LDADD = $(JUDGE_LIBS)
tests_unit_test_wheel_LDADD = collector/libcollector.a base/libbase.a $(CMOCKA_LIBS)
tests_unit_test_window_LDADD = $(JUDGE_LIBS)
tests_unit_test_working_LDADD = $(JUDGE_LIBS)
tests_unit_test_zone_LDADD = base/libbase.a $(CMOCKA_LIBS)

EXTRA_DIST += \
	tests/unit/chance.h \
	tests/unit/imports.h \
	tests/unit/network.h \
	tests/unit/rrd_text.h \
	tests/unit/scratch.h \
	tests/unit/traces.h

# ---- golden tests ----

TESTS += \
	tests/golden/histories.sh \
	tests/golden/pages.sh \
	tests/golden/prescreen.sh \
	tests/golden/records.sh \
	tests/golden/reports.sh \
	tests/golden/run.sh \
	tests/golden/tables.sh \
	tests/golden/vectors.sh \
	tests/golden/verify.sh \
	tests/golden/workbook.sh
noinst_PROGRAMS += \
	tests/golden/made_authority \
	tests/golden/made_complaint \
	tests/golden/made_move \
	tests/golden/prose
tests_golden_made_complaint_LDADD = base/libbase.a $(BASE_LIBS)
tests_golden_made_move_LDADD = base/libbase.a $(BASE_LIBS)
tests_golden_prose_SOURCES = tests/golden/prose.c tests/golden/prose_numbers.c tests/golden/prose_numbers.h
tests_golden_prose_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_golden_prose_LDADD = $(JANSSON_LIBS) -lm
EXTRA_DIST += \
	tests/golden/check-contract.txt \
	tests/golden/contract.jq \
	tests/golden/contract.sh \
	tests/golden/expected \
	tests/golden/golden.sh \
	tests/golden/histories.sh \
	tests/golden/history.sh \
	tests/golden/holds.sh \
	tests/golden/outages.csv \
	tests/golden/outages.json \
	tests/golden/outages.txt \
	tests/golden/pages.sh \
	tests/golden/prescreen.sh \
	tests/golden/records.sh \
	tests/golden/reports.sh \
	tests/golden/run.sh \
	tests/golden/sla-ses.json \
	tests/golden/sla.json \
	tests/golden/sla.txt \
	tests/golden/states.csv \
	tests/golden/tables.sh \
	tests/golden/vectors.sh \
	tests/golden/verify.sh \
	tests/golden/workbook.sh

# ---- the simulation ----

# base/clock.c stays out of it, its clock comes first.
noinst_PROGRAMS += tests/sim/sim
tests_sim_sim_SOURCES = tests/sim/sim.c tests/sim/clock_virtual.c tests/sim/clock_virtual.h \
	tests/sim/judged.c tests/sim/judged.h tests/sim/scenario.c tests/sim/scenario.h \
	tests/sim/world.c tests/sim/world.h
tests_sim_sim_LDADD = collector/libcollector.a analyzer/libanalyzer.a base/libbase.a $(BASE_LIBS) \
	-lm
SIMS = \
	tests/sim/scenarios/blips.sim \
	tests/sim/scenarios/both-access.sim \
	tests/sim/scenarios/both-power.sim \
	tests/sim/scenarios/both-targets.sim \
	tests/sim/scenarios/carrier.sim \
	tests/sim/scenarios/clean-lossy.sim \
	tests/sim/scenarios/cpe-customer.sim \
	tests/sim/scenarios/dns.sim \
	tests/sim/scenarios/dst-autumn.sim \
	tests/sim/scenarios/dst-spring.sim \
	tests/sim/scenarios/icmp.sim \
	tests/sim/scenarios/killed.sim \
	tests/sim/scenarios/layers.sim \
	tests/sim/scenarios/loss-30.sim \
	tests/sim/scenarios/loss-5.sim \
	tests/sim/scenarios/month.sim \
	tests/sim/scenarios/never-synchronised.sim \
	tests/sim/scenarios/one-target.sim \
	tests/sim/scenarios/open.sim \
	tests/sim/scenarios/ppp.sim \
	tests/sim/scenarios/reboot.sim \
	tests/sim/scenarios/silent-gateway.sim \
	tests/sim/scenarios/stall.sim \
	tests/sim/scenarios/step-at-boot.sim \
	tests/sim/scenarios/step-back.sim \
	tests/sim/scenarios/step-forward.sim \
	tests/sim/scenarios/stopped-long.sim \
	tests/sim/scenarios/suspend.sim \
	tests/sim/scenarios/year.sim
TEST_EXTENSIONS = .sim
SIM_LOG_COMPILER = tests/sim/sim
TESTS += $(SIMS)
EXTRA_DIST += $(SIMS)
$(SIMS:.sim=.log): tests/sim/sim$(EXEEXT)

# ---- what else is theirs ----

EXTRA_DIST += tests/data/bad-conf tests/data/good-conf tests/lint.sh tests/mutants/list \
	tests/mutants/run.sh tests/setup.sh
