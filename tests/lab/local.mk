noinst_PROGRAMS += tests/lab/wan
tests_lab_wan_SOURCES = tests/lab/wan.c tests/lab/line.c tests/lab/line.h
