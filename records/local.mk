noinst_LIBRARIES += records/librecords.a
records_librecords_a_SOURCES = \
	records/records.c \
	records/records.h \
	records/tickets.c \
	records/tickets.h
records_librecords_a_CFLAGS = $(AM_CFLAGS) $(SQLITE_CFLAGS)
