BENCHES = tests/bench/bench_journal tests/bench/bench_analyzer tests/bench/bench_verdict \
	tests/bench/bench_report tests/bench/bench_archive
# What linkwitnessd is held against on the wire.
WIRE_BENCHES = \
	tests/bench/bench_passive \
	tests/bench/bench_rate \
	tests/bench/bench_rings \
	tests/bench/bench_rtt \
	tests/bench/bench_services \
	tests/bench/bench_station \
	tests/bench/bench_throughput
BARE = tests/bench/bare_icmp tests/bench/bare_ring
EXTRA_PROGRAMS = $(BENCHES) $(BARE)
CLEANFILES += $(BENCHES) $(BARE)
EXTRA_DIST += $(WIRE_BENCHES) tests/bench/bare.h
tests_bench_bench_journal_SOURCES = tests/bench/bench_journal.c tests/bench/made.c \
	tests/bench/made.h
tests_bench_bench_journal_LDADD = base/libbase.a $(BASE_LIBS)
tests_bench_bench_analyzer_SOURCES = tests/bench/bench_analyzer.c tests/bench/made.c \
	tests/bench/made.h
tests_bench_bench_analyzer_LDADD = analyzer/libanalyzer.a base/libbase.a $(BASE_LIBS) -lm
tests_bench_bench_verdict_LDADD = analyzer/libanalyzer.a config/libconfig.a base/libbase.a \
	$(CONFUSE_LIBS) $(BASE_LIBS) -lm
tests_bench_bench_report_SOURCES = tests/bench/bench_report.c tests/golden/made_results.c \
	tests/golden/made_results.h tests/golden/made_evidence.c
tests_bench_bench_report_CFLAGS = $(AM_CFLAGS) $(DRAW_CFLAGS) $(JANSSON_CFLAGS)
tests_bench_bench_report_LDADD = reports/libreports.a analyzer/libanalyzer.a records/librecords.a base/libbase.a \
	$(DRAW_LIBS) $(QPDF_LIBS) $(QR_LIBS) $(SQLITE_LIBS) $(JANSSON_LIBS) $(BASE_LIBS) -lm
tests_bench_bench_archive_LDADD = rrd/libarchive.a base/libbase.a $(RRD_LIBS) $(BASE_LIBS) -lm
.PHONY: bench
bench: $(BENCHES) $(BARE) linkwitnessd linkwitness
	@. $(top_srcdir)/tests/setup.sh; packages_install $$PEERS || echo "these rows are left out"
	@for b in $(BENCHES); do ./$$b || exit 1; done
	@for b in $(WIRE_BENCHES); do $(top_srcdir)/$$b . || exit 1; done
