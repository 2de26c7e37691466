noinst_LIBRARIES += config/libconfig.a
config_libconfig_a_SOURCES = config/builtin.c config/link.c config/outline.c config/outline.h \
	config/reading.h config/settings.c config/settings.h config/units.c config/units.h
config_libconfig_a_CFLAGS = $(AM_CFLAGS) $(CONFUSE_CFLAGS) $(BASE_CFLAGS)
