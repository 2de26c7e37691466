noinst_LIBRARIES += config/libconfig.a
config_libconfig_a_SOURCES = config/builtin.c config/contract.c config/contract.h config/link.c config/notify.c config/outline.c config/outline.h \
	config/reading.h config/settings.c config/settings.h config/text.c config/text.h config/units.c config/units.h
config_libconfig_a_CFLAGS = $(AM_CFLAGS) $(CONFUSE_CFLAGS) $(BASE_CFLAGS)
