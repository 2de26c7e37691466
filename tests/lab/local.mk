noinst_PROGRAMS += tests/lab/wan tests/lab/answers
tests_lab_wan_SOURCES = tests/lab/wan.c tests/lab/line.c tests/lab/line.h
EXTRA_DIST += tests/lab/centre.sh tests/lab/proof.sh tests/lab/compare.jq tests/lab/demo.jq tests/lab/demo.sh \
	tests/lab/lab.sh tests/lab/scenario.sh tests/lab/suite.sh tests/lab/scenarios tests/lab/proofs
noinst_PROGRAMS += tests/lab/stepped
tests_lab_stepped_SOURCES = tests/lab/stepped.c cmd/linkwitnessd.c
tests_lab_stepped_CPPFLAGS = $(linkwitnessd_CPPFLAGS)
tests_lab_stepped_LDADD = $(linkwitnessd_LDADD)
tests_lab_stepped_LDFLAGS = -Wl,--wrap=clock_gettime,--wrap=recvmsg,--wrap=recvmmsg,--wrap=capture_next
