check_PROGRAMS += tests/unit/test_journal
tests_unit_test_journal_LDADD = base/libbase.a $(BASE_LIBS) $(CMOCKA_LIBS)
