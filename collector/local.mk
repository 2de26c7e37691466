noinst_LIBRARIES += collector/libcollector.a collector/libthroughput.a
collector_libcollector_a_SOURCES = collector/account.c collector/account.h collector/broker.c collector/broker.h \
	collector/budget.c collector/budget.h collector/capture.c collector/capture.h \
	collector/change.c collector/change.h collector/dns.c \
	collector/dns.h collector/dns_channel.c collector/dns_channel.h collector/dns_message.c \
	collector/dns_message.h collector/dns_socket.c collector/dns_socket.h collector/door.c collector/door.h collector/echo.c \
	collector/echo.h collector/echo_socket.c collector/echo_socket.h collector/egress.c collector/egress.h collector/engine.c \
	collector/engine.h collector/health.c collector/health.h collector/hearing.c collector/hearing.h collector/hop.c collector/hop.h collector/http.c \
	collector/filter.c collector/filter.h collector/flight.h collector/flows.c collector/flows.h \
	collector/packet_file.c collector/packet_file.h collector/freezer.c collector/freezer.h collector/gateway.c collector/gateway.h \
	collector/packet_ring.c collector/packet_ring.h \
	collector/http.h collector/http_sockets.c collector/http_sockets.h collector/http_spawn.c collector/http_spawn.h collector/http_url.c \
	collector/http_url.h collector/icmp.c collector/icmp.h collector/idle.c collector/idle.h collector/mail.c collector/mail.h collector/methods.c collector/methods.h collector/outlet.h \
	collector/packet.c collector/packet.h collector/passive.c collector/passive.h collector/pool.c collector/pool.h collector/privilege.c collector/privilege.h \
	collector/resolve.c collector/resolve.h collector/route.c collector/route.h collector/stamp.c collector/stamp.h \
	collector/scribe.c collector/scribe.h collector/station.c collector/station.h collector/tcp.c collector/tcp.h \
	collector/trace.c collector/trace.h collector/tracer.c collector/tracer.h \
	collector/wheel.c collector/wheel.h collector/wire.c collector/wire.h
collector_libcollector_a_CFLAGS = $(AM_CFLAGS) $(CARES_CFLAGS)
# What only the throughput test's own process needs: curl stays out of the daemon.
collector_libthroughput_a_SOURCES = collector/http_child.c collector/http_child.h \
	collector/http_meter.c collector/http_meter.h \
	collector/http_streams.c collector/http_streams.h
collector_libthroughput_a_CFLAGS = $(AM_CFLAGS) $(CURL_CFLAGS)
