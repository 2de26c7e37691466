sbin_PROGRAMS += linkwitnessd
linkwitnessd_SOURCES = cmd/linkwitnessd.c
linkwitnessd_CPPFLAGS = $(AM_CPPFLAGS) -DBINDIR='"$(bindir)"' -DLIBEXECDIR='"$(pkglibexecdir)"'
linkwitnessd_LDADD = collector/libcollector.a config/libconfig.a base/libbase.a \
	$(CARES_LIBS) $(CONFUSE_LIBS) $(BASE_LIBS)

pkglibexec_PROGRAMS = linkwitness-http
linkwitness_http_SOURCES = cmd/http_child.c
linkwitness_http_LDADD = collector/libthroughput.a collector/libcollector.a base/libbase.a \
	$(CURL_LIBS)
