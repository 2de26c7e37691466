# Replay of the seeds is a test; `make fuzz` hunts for FUZZ_SECONDS a target.
check_PROGRAMS += tests/fuzz/fuzz_dns
tests_fuzz_fuzz_dns_SOURCES = tests/fuzz/fuzz_dns.c tests/fuzz/driver.c collector/resolve.c collector/dns_channel.c \
	collector/dns_socket.c collector/dns_message.c collector/stamp.c collector/pool.c
tests_fuzz_fuzz_dns_LDADD = base/libbase.a -lcares

check_PROGRAMS += tests/fuzz/fuzz_import
tests_fuzz_fuzz_import_SOURCES = tests/fuzz/fuzz_import.c tests/fuzz/driver.c cmd/import_csv.c \
	cmd/import_time.c cmd/import_samples.c cmd/import_states.c cmd/history.c cmd/import_line.c \
	cmd/import_facts.c cmd/import_stream.c cmd/import_ping.c cmd/import_fping.c \
	cmd/import_atlas.c cmd/import_speedtest.c cmd/import_pingplotter.c cmd/import_netmon.c \
	cmd/import_monitor.c
tests_fuzz_fuzz_import_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_import_LDADD = base/libbase.a $(JANSSON_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_settings
tests_fuzz_fuzz_settings_SOURCES = tests/fuzz/fuzz_settings.c tests/fuzz/driver.c
tests_fuzz_fuzz_settings_LDADD = config/libconfig.a base/libbase.a $(CONFUSE_LIBS) $(BASE_LIBS)

check_PROGRAMS += tests/fuzz/fuzz_journal tests/fuzz/fuzz_echo
tests_fuzz_fuzz_journal_SOURCES = tests/fuzz/fuzz_journal.c tests/fuzz/driver.c
tests_fuzz_fuzz_journal_LDADD = base/libbase.a $(BASE_LIBS)
tests_fuzz_fuzz_echo_SOURCES = tests/fuzz/fuzz_echo.c tests/fuzz/driver.c collector/echo.c

check_PROGRAMS += tests/fuzz/fuzz_capture
tests_fuzz_fuzz_capture_SOURCES = tests/fuzz/fuzz_capture.c tests/fuzz/driver.c
tests_fuzz_fuzz_capture_LDADD = collector/libcollector.a base/libbase.a

check_PROGRAMS += tests/fuzz/fuzz_hop
tests_fuzz_fuzz_hop_SOURCES = tests/fuzz/fuzz_hop.c tests/fuzz/driver.c collector/hop.c collector/gateway.c

check_PROGRAMS += tests/fuzz/fuzz_dossier
tests_fuzz_fuzz_dossier_SOURCES = tests/fuzz/fuzz_dossier.c tests/fuzz/driver.c
tests_fuzz_fuzz_dossier_CFLAGS = $(AM_CFLAGS) $(JANSSON_CFLAGS)
tests_fuzz_fuzz_dossier_LDADD = reports/libreports.a analyzer/libanalyzer.a records/librecords.a \
	config/libconfig.a base/libbase.a $(DRAW_LIBS) $(QPDF_LIBS) $(QR_LIBS) $(SQLITE_LIBS) \
	$(JANSSON_LIBS) $(CONFUSE_LIBS) $(BASE_LIBS) -lm
EXTRA_DIST += tests/fuzz/run.sh tests/fuzz/corpus

FUZZ_SECONDS = 60
.PHONY: fuzz
fuzz:
	LW_TOP='$(abs_top_srcdir)' LW_BUILD='$(abs_top_builddir)' $(top_srcdir)/tests/fuzz/run.sh $(FUZZ_SECONDS)
