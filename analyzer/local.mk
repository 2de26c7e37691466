noinst_LIBRARIES += analyzer/libanalyzer.a
analyzer_libanalyzer_a_SOURCES = analyzer/books.c analyzer/cause.c analyzer/coverage.c analyzer/degrade.c \
	analyzer/judge.c analyzer/judge.h analyzer/line.h analyzer/live.c analyzer/run.c analyzer/ses.c \
	analyzer/ses.h analyzer/verdict.c analyzer/verdict.h analyzer/vote.c analyzer/words.c
