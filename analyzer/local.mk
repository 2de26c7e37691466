noinst_LIBRARIES += analyzer/libanalyzer.a
analyzer_libanalyzer_a_SOURCES = analyzer/bins.c analyzer/books.c analyzer/cause.c analyzer/coverage.c analyzer/degrade.c \
	analyzer/dark.c analyzer/dark.h analyzer/judge.c analyzer/judge.h analyzer/layer.c analyzer/layer.h analyzer/line.h analyzer/live.c analyzer/run.c analyzer/profile.c \
	analyzer/profile.h analyzer/verdict.c analyzer/verdict.h analyzer/vote.c analyzer/words.c
