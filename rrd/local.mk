noinst_LIBRARIES += rrd/libarchive.a
rrd_libarchive_a_SOURCES = \
	rrd/archive.c \
	rrd/archive.h \
	rrd/curve.c \
	rrd/curve.h \
	rrd/smokeping.c \
	rrd/smokeping.h
rrd_libarchive_a_CFLAGS = $(AM_CFLAGS) $(RRD_CFLAGS)
