sbin_PROGRAMS += linkwitnessd
linkwitnessd_SOURCES = cmd/linkwitnessd.c
linkwitnessd_CPPFLAGS = $(AM_CPPFLAGS) -DBINDIR='"$(bindir)"' -DLIBEXECDIR='"$(pkglibexecdir)"'
linkwitnessd_LDADD = collector/libcollector.a config/libconfig.a base/libbase.a \
	$(CARES_LIBS) $(CONFUSE_LIBS) $(BASE_LIBS)

pkglibexec_PROGRAMS = linkwitness-http
linkwitness_http_SOURCES = cmd/http_child.c
linkwitness_http_LDADD = collector/libthroughput.a collector/libcollector.a base/libbase.a \
	$(CURL_LIBS)

bin_PROGRAMS += linkwitness
linkwitness_SOURCES = \
	cmd/alarm.c \
	cmd/alarm.h \
	cmd/archive.c \
	cmd/authority.c \
	cmd/authority.h \
	cmd/check_config.c \
	cmd/check_contract.c \
	cmd/check_contract.h \
	cmd/claims.c \
	cmd/claims.h \
	cmd/closeups.c \
	cmd/closeups.h \
	cmd/common_samples.c \
	cmd/common_samples.h \
	cmd/comparing.c \
	cmd/comparing.h \
	cmd/curve.c \
	cmd/curve.h \
	cmd/delivery.c \
	cmd/delivery.h \
	cmd/drawer.c \
	cmd/drawer.h \
	cmd/events.c \
	cmd/events.h \
	cmd/exclude.c \
	cmd/filler.c \
	cmd/filler.h \
	cmd/gather.c \
	cmd/gather.h \
	cmd/history.c \
	cmd/history.h \
	cmd/import.c \
	cmd/import.h \
	cmd/import_atlas.c \
	cmd/import_csv.c \
	cmd/import_csv.h \
	cmd/import_facts.c \
	cmd/import_facts.h \
	cmd/import_fping.c \
	cmd/import_line.c \
	cmd/import_line.h \
	cmd/import_monitor.c \
	cmd/import_netmon.c \
	cmd/import_ping.c \
	cmd/import_pingplotter.c \
	cmd/import_samples.c \
	cmd/import_smokeping.c \
	cmd/import_speedtest.c \
	cmd/import_stage.c \
	cmd/import_stage.h \
	cmd/import_states.c \
	cmd/import_stream.c \
	cmd/import_stream.h \
	cmd/import_time.c \
	cmd/import_time.h \
	cmd/journal.c \
	cmd/journal_roots.c \
	cmd/journal_roots.h \
	cmd/journal_rows.c \
	cmd/journal_rows.h \
	cmd/keygen.c \
	cmd/linkwitness.c \
	cmd/notify.c \
	cmd/notify.h \
	cmd/notify_command.c \
	cmd/notify_curl.c \
	cmd/notify_resolve.c \
	cmd/options.h \
	cmd/outages.c \
	cmd/pass.c \
	cmd/pass.h \
	cmd/passing.c \
	cmd/passing.h \
	cmd/prescreen.c \
	cmd/prescreen.h \
	cmd/prescreen_facts.c \
	cmd/prescreen_facts.h \
	cmd/prescreen_files.c \
	cmd/prescreen_json.c \
	cmd/rejudge.c \
	cmd/rejudge.h \
	cmd/report.c \
	cmd/report.h \
	cmd/report_compare.c \
	cmd/report_dossier.c \
	cmd/report_migration.c \
	cmd/report_sla.c \
	cmd/seen.c \
	cmd/seen.h \
	cmd/sla.c \
	cmd/speeds.c \
	cmd/speeds.h \
	cmd/spool.c \
	cmd/spool.h \
	cmd/status.c \
	cmd/taking.c \
	cmd/taking.h \
	cmd/terms.c \
	cmd/terms.h \
	cmd/ticket.c \
	cmd/timespec.c \
	cmd/timespec.h \
	cmd/trails.c \
	cmd/trails.h \
	cmd/trials.c \
	cmd/trials.h \
	cmd/verdicts.c \
	cmd/verdicts.h \
	cmd/verify.c \
	cmd/watch.c \
	cmd/whose.c \
	cmd/whose.h
linkwitness_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS) $(CURL_CFLAGS)
linkwitness_LDADD = reports/libreports.a analyzer/libanalyzer.a rrd/libarchive.a records/librecords.a \
	collector/libcollector.a config/libconfig.a base/libbase.a $(DRAW_LIBS) $(QPDF_LIBS) $(QR_LIBS) $(XLSX_LIBS) \
	$(RRD_LIBS) $(SQLITE_LIBS) $(CURL_LIBS) $(CARES_LIBS) $(JANSSON_LIBS) $(CONFUSE_LIBS) $(BASE_LIBS) -lm

# The regimes' files are built in: their text, as it lies in config/regimes.
cmd/prescreen_files.inc: cmd/prescreen_files.awk $(dist_regimes_DATA)
	$(AM_V_GEN)$(MKDIR_P) cmd && (cd $(srcdir) && LC_ALL=C awk -f cmd/prescreen_files.awk \
	$(dist_regimes_DATA)) >$@.new && mv $@.new $@
cmd/linkwitness-prescreen_files.$(OBJEXT): cmd/prescreen_files.inc
BUILT_SOURCES = cmd/prescreen_files.inc
CLEANFILES += cmd/prescreen_files.inc
EXTRA_DIST += cmd/prescreen_files.awk
