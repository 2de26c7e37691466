check_PROGRAMS += tests/unit/test_journal
tests_unit_test_journal_LDADD = base/libbase.a $(BASE_LIBS) $(CMOCKA_LIBS)
check_PROGRAMS += tests/unit/test_engine
tests_unit_test_engine_SOURCES = tests/unit/test_engine.c collector/engine.c collector/engine.h
tests_unit_test_engine_LDADD = base/libbase.a $(CMOCKA_LIBS)
