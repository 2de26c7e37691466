noinst_LIBRARIES += base/libbase.a
base_libbase_a_SOURCES = base/bytes.c base/bytes.h base/clock.c base/clock.h base/exactness.c \
	base/digest.c base/digest.h base/exactness.h base/hist.c base/hist.h \
	base/journal.h base/journal_columns.c base/journal_columns.h base/journal_follow.c \
	base/journal_format.c base/journal_format.h base/journal_frame.c base/journal_frame.h \
	base/journal_hold.c base/journal_hold.h base/journal_more.c base/journal_more.h \
	base/journal_open.c base/journal_reader.c base/journal_reading.c base/journal_reading.h \
	base/journal_recover.c base/journal_recover.h base/journal_roots.c base/journal_roots.h base/journal_rows.c \
	base/journal_scan.c base/journal_segment.c base/journal_segment.h \
	base/journal_stats.c \
	base/journal_tables.c base/journal_verify.c base/journal_writer.c \
	base/journal_writing.h base/link.c base/link.h base/loop.c base/loop.h base/path.h base/pcapng.c base/pcapng.h base/sample.c base/sample.h \
	base/schedule.c base/schedule.h base/signing.c base/signing.h base/stamp.c base/stamp.h base/table.c base/table.h base/throughput.h base/version.c base/version.h base/whole.c base/whole.h \
	base/zone.c base/zone.h
base_libbase_a_CFLAGS = $(AM_CFLAGS) $(BASE_CFLAGS)
