/* Small logs made up here, one table of what must come of them, one of what must be said.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/journal.h"
#include "cmd/options.h"
#include "tests/unit/imports.h"

#include <rrd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64], data[80];
static char results[65536];

static int
setup(void **state)
{
	(void)state;
	return scratch_make(dir, sizeof dir, "formats");
}

static int
teardown(void **state)
{
	(void)state;
	unsetenv("TZ");
	return scratch_remove(dir);
}

/* Import a file into an empty data directory; what is said lands in words. */
static int
import_file(const char *format, const char *path, struct options o)
{
	snprintf(data, sizeof data, "%s/data", dir);
	if (access(data, F_OK) == 0)
		assert_int_equal(scratch_remove(data), 0);
	return import_run(format, path, dir, data, o);
}

static int
import_text(const char *format, const char *text, size_t n, struct options o)
{
	char path[128];

	snprintf(path, sizeof path, "%s/in", dir);
	scratch_put(path, text, n);
	return import_file(format, path, o);
}

/* ---- the journal as text, a line a sample ---- */

static struct journal_reader *reader;

static int
on_sample(void *ctx, const struct sample *s)
{
	size_t n, *used = ctx;
	const struct probe_def *p = &journal_probes(reader, &n)[s->probe];

	if (*used > sizeof results - 400)
		return 0;
	*used += (size_t)sprintf(results + *used, "%lld.%03lld %s %s %s %s %s",
	    (long long)(s->time.ns / NS_PER_S),
	    (long long)(s->time.ns % NS_PER_S / NS_PER_MS), p->name, kind_name(p->kind),
	    role_name(p->role), p->target, outcome_name(s->outcome));
	if (s->rtt_ns >= 0)
		*used += (size_t)sprintf(
		    results + *used, " %lld", (long long)(s->rtt_ns / NS_PER_US));
	if (s->code != CODE_NONE)
		*used += (size_t)sprintf(results + *used, " %s", code_name(s->code));
	if (s->bytes != 0)
		*used += (size_t)sprintf(
		    results + *used, " %llu", (unsigned long long)s->bytes);
	*used += (size_t)sprintf(results + *used, "\n");
	return 0;
}

static void
read_results(void)
{
	size_t used = 0;
	struct journal_visitor v = {.ctx = &used, .sample = on_sample};
	char err[256] = "";

	results[0] = '\0';
	if (journal_verify(data, err, sizeof err) != 0 ||
	    journal_read(&reader, data, err, sizeof err) != 0)
		fail_msg("%s", err);
	assert_int_equal(
	    journal_scan(reader, (wall_t){0}, (wall_t){INT64_MAX / 2}, &v), 0);
	journal_reader_free(reader);
}

static const struct {
	const char *format, *zone, *text, *results;
} GOOD[] = {
    /* stamped; packet 2 is missing, 5 and 6 by the summary; a duplicate; a router's word
     */
    {"ping", NULL,
        "PING dns.example (192.0.2.1) 56(84) bytes of data.\n"
        "[1772323200.500000] 64 bytes from dns.example (192.0.2.1): icmp_seq=1 ttl=57 "
        "time=500 ms\n"
        "[1772323202.010000] 64 bytes from dns.example (192.0.2.1): icmp_seq=3 ttl=57 "
        "time=10.0 ms\n"
        "[1772323202.020000] 64 bytes from dns.example (192.0.2.1): icmp_seq=3 ttl=57 "
        "time=20.0 ms (DUP!)\n"
        "[1772323203.100000] From 10.0.0.1 icmp_seq=4 Destination Host Unreachable\n\n"
        "--- dns.example ping statistics ---\n"
        "6 packets transmitted, 2 received, +1 duplicates, +1 errors, 66% packet loss, "
        "time 5005ms\nrtt min/avg/max/mdev = 10.0/255.0/500.0/1.0 ms\n",
        "1772323200.000 dns-example ping internet dns.example reply 500000\n"
        "1772323201.000 dns-example ping internet dns.example lost\n"
        "1772323202.000 dns-example ping internet dns.example reply 10000\n"
        "1772323203.000 dns-example ping internet dns.example lost unreachable\n"
        "1772323204.000 dns-example ping internet dns.example lost\n"
        "1772323205.000 dns-example ping internet dns.example lost\n"},
    /* -O, answered late; calls that failed; cut off before the summary; a gateway */
    {"ping", NULL,
        "PING 192.168.0.1 (192.168.0.1) 56(84) bytes of data.\n"
        "[1772323200.010] 64 bytes from 192.168.0.1: icmp_seq=1 ttl=64 time=10 ms\n"
        "[1772323202.000] no answer yet for icmp_seq=2\n"
        "[1772323202.100] 64 bytes from 192.168.0.1: icmp_seq=2 ttl=64 time=1100 ms\n"
        "ping: sendmsg: Network is unreachable\n"
        "[1772323205.010] 64 bytes from 192.168.0.1: icmp_seq=6 ttl=64 time=10 ms\n",
        "1772323200.000 192-168-0-1 ping gateway 192.168.0.1 reply 10000\n"
        "1772323201.000 192-168-0-1 ping gateway 192.168.0.1 reply 1100000\n"
        "1772323202.000 192-168-0-1 ping gateway 192.168.0.1 not-sent send-failed\n"
        "1772323203.000 192-168-0-1 ping gateway 192.168.0.1 lost\n"
        "1772323204.000 192-168-0-1 ping gateway 192.168.0.1 lost\n"
        "1772323205.000 192-168-0-1 ping gateway 192.168.0.1 reply 10000\n"},
    /* a time before the series, and a series that follows on it; BOM, CR, NUL bytes */
    {"ping", "Europe/London",
        "\xef\xbb\xbf\xef\xbb\xbf"
        "2026-07-01 01:00:00 every 200ms\r\n"
        "PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.\r\n"
        "64 bytes from 192.0.2.1: icmp_seq=2 ttl=57 time=1.5 ms\r\n"
        "2 packets transmitted, 1 received, 50% packet loss, time 400ms\r\n"
        "PING 192.0.2.2 (192.0.2.2): 56 data bytes\r\n"
        "64 bytes from 192.0.2.2: seq=0 ttl=57 time=2 ms\r\n",
        "1782864000.000 192-0-2-1 ping internet 192.0.2.1 lost\n"
        "1782864000.200 192-0-2-1 ping internet 192.0.2.1 reply 1500\n"
        "1782864000.400 192-0-2-2 ping internet 192.0.2.2 reply 2000\n"},
    /* behind ts; begins and ends in the middle; the sequence goes round */
    {"ping", NULL,
        "2026-03-01T00:00:00Z 64 bytes from 192.0.2.1: icmp_seq=65534 ttl=57 time=0.0 ms\n"
        "2026-03-01T00:00:03Z 64 bytes from 192.0.2.1: icmp_seq=1 ttl=57 time=0.0 ms\n",
        "1772323200.000 192-0-2-1 ping internet 192.0.2.1 reply 0\n"
        "1772323201.000 192-0-2-1 ping internet 192.0.2.1 lost\n"
        "1772323202.000 192-0-2-1 ping internet 192.0.2.1 lost\n"
        "1772323203.000 192-0-2-1 ping internet 192.0.2.1 reply 0\n"},
    {"fping", NULL,
        "[1772323200.012] 192.0.2.1 : [0], 64 bytes, 12.0 ms (12.0 avg, 0% loss)\n"
        "[1772323201.500] 192.0.2.1 : [1], timed out (12.0 avg, 50% loss)\n"
        "192.0.2.1 : xmt/rcv/%loss = 2/1/50%, min/avg/max = 12.0/12.0/12.0\n"
        "192.0.2.1 : 12.0 -\n",
        "1772323200.000 192-0-2-1 ping internet 192.0.2.1 reply 12000\n"
        "1772323201.500 192-0-2-1 ping internet 192.0.2.1 lost\n"},
    {"fping", NULL,
        "2026-03-01T00:00:00Z every 500ms\n"
        "192.0.2.1 : 1.5 -\n10.0.0.1  : 0.5 0.6\n"
        "2026-03-01T00:05:00Z\n192.0.2.1 : - 2.5\n"
        "2026-03-01T00:10:00Z 192.0.2.1 is alive (3.5 ms)\n"
        "2026-03-01T00:15:01Z 192.0.2.1 : 4.5 -\n",
        "1772323200.000 192-0-2-1 ping internet 192.0.2.1 reply 1500\n"
        "1772323200.000 10-0-0-1 ping gateway 10.0.0.1 reply 500\n"
        "1772323200.500 192-0-2-1-2 ping internet 192.0.2.1 lost\n"
        "1772323200.500 10-0-0-1-2 ping gateway 10.0.0.1 reply 600\n"
        "1772323500.000 192-0-2-1 ping internet 192.0.2.1 lost\n"
        "1772323501.000 192-0-2-1-2 ping internet 192.0.2.1 reply 2500\n"
        "1772323800.000 192-0-2-1 ping internet 192.0.2.1 reply 3500\n"
        "1772324100.000 192-0-2-1 ping internet 192.0.2.1 reply 4500\n"
        "1772324101.000 192-0-2-1-2 ping internet 192.0.2.1 lost\n"},
    {"fping", NULL,
        "2026-03-01T00:00:00Z\n"
        "192.0.2.1 : [0], 64 bytes, 1.00 ms (1.00 avg, 0% loss)\n"
        "192.0.2.1 : [2], timed out (1.00 avg, 50% loss)\n",
        "1772323200.000 192-0-2-1 ping internet 192.0.2.1 reply 1000\n"
        "1772323202.000 192-0-2-1 ping internet 192.0.2.1 lost\n"},
    /* an array over several lines, old counts as text, an answer twice, an error */
    {"atlas", NULL,
        "\xef\xbb\xbf[{\"type\":\"ping\",\"msm_id\":7,\"prb_id\":1,\"timestamp\":1772323200,\n"
        "\"dst_name\":\"a.example\",\"dst_addr\":\"192.0.2.1\",\"result\":[{\"rtt\":1.5},"
        "{\"dup\":1,\"rtt\":2},{\"x\":\"*\"},{\"error\":\"sendto failed\"}]},\n"
        " {\"type\":\"ping\",\"msm_id\":7,\"prb_id\":1,\"timestamp\":1772323440,"
        "\"dst_name\":\"a.example\",\"dst_addr\":\"192.0.2.9\",\"sent\":\"2\","
        "\"rcvd\":\"1\",\"avg\":\"2.25\"}]\n",
        "1772323200.000 ping-7 ping internet a.example reply 1500\n"
        "1772323201.000 ping-7-2 ping internet a.example lost\n"
        "1772323202.000 ping-7-3 ping internet a.example not-sent send-failed\n"
        "1772323440.000 ping-7 ping internet a.example reply 2250\n"
        "1772323441.000 ping-7-2 ping internet a.example lost\n"},
    {"atlas", NULL,
        "{\"type\":\"dns\",\"msm_id\":8,\"prb_id\":1,\"timestamp\":1772323200,"
        "\"dst_addr\":\"192.0.2.53\",\"result\":{\"rt\":12.5,\"abuf\":\"AAGBggABAAAAAAAA\"}}\n"
        "\n"
        "{\"type\":\"dns\",\"msm_id\":8,\"prb_id\":1,\"timestamp\":1772323260,\"resultset\":["
        "{\"time\":1772323261,\"dst_addr\":\"192.0.2.53\",\"result\":{\"rt\":2,"
        "\"abuf\":\"AAGBgwABAAAAAAAA\"}},"
        "{\"time\":1772323262,\"dst_addr\":\"192.0.2.54\",\"error\":{\"timeout\":5000}}]}\n"
        "{\"type\":\"traceroute\",\"msm_id\":9,\"prb_id\":1,\"timestamp\":1772323263,"
        "\"proto\":\"TCP\",\"dst_addr\":\"2001:db8::1\",\"result\":[{\"hop\":1,\"result\":["
        "{\"x\":\"*\"},{\"from\":\"fe80::1\",\"rtt\":0.5}]},{\"hop\":2,\"result\":["
        "{\"from\":\"2001:db8:0::1\",\"rtt\":9.5}]}]}\n"
        "{\"type\":\"traceroute\",\"msm_id\":9,\"prb_id\":1,\"timestamp\":1772323264,"
        "\"proto\":\"TCP\",\"dst_addr\":\"2001:db8::1\",\"result\":[{\"hop\":1,\"error\":"
        "\"connect failed: Network is unreachable\"}]}",
        "1772323200.000 dns-8-192-0-2-53 dns internet 192.0.2.53 reply 12500 rcode\n"
        "1772323261.000 dns-8-192-0-2-53 dns internet 192.0.2.53 reply 2000\n"
        "1772323262.000 dns-8-192-0-2-54 dns internet 192.0.2.54 lost timeout\n"
        "1772323263.000 trace-9 tcp internet 2001:db8::1 reply 9500\n"
        "1772323263.000 gateway-fe80--1 ping gateway fe80::1 reply 500\n"
        "1772323264.000 trace-9 tcp internet 2001:db8::1 not-sent no-route\n"},
    {"speedtest", "Australia/Brisbane",
        "datetimestart,datetimestop,provider,server,distance,ping,download,upload\n"
        "2026-03-01 10:00:00,2026-03-01 10:00:30,\"A, B\",x,5.3,12.5,40.5,0\n"
        "2026-03-01 10:30:00,2026-03-01 10:30:02,A,x,5.3,1800000,0,0\n",
        "1772323200.000 ping ping internet speedtest reply 12500\n"
        "1772323200.000 download http throughput speedtest reply 10000000 50625000\n"
        "1772323200.000 upload http throughput speedtest lost http\n"
        "1772325000.000 ping ping internet speedtest lost\n"
        "1772325000.000 download http throughput speedtest lost http\n"
        "1772325000.000 upload http throughput speedtest lost http\n"},
    /* speedtest-cli without its header: UTC whatever the zone */
    {"speedtest", "Australia/Brisbane",
        "1,S,N,2026-03-01T00:00:00.500000,5.1,12.5,8000000.4,800000.0\n",
        "1772323200.500 ping ping internet speedtest reply 12500\n"
        "1772323200.500 download http throughput speedtest reply 10000000 10000001\n"
        "1772323200.500 upload http throughput speedtest reply 10000000 1000000\n"},
    {"speedtest", "Europe/Berlin",
        "25/10/2026 02:30\nPing: 1.5 ms\nDownload: 8.00 Mbits/s\nUpload: 0.8 Mbits/s\n"
        "25/10/2026 02:10\nPing: 2.5 ms\nDownload: 8.00 Mbits/s\nUpload: 0.8 Mbits/s\n",
        "1792888200.000 ping ping internet speedtest reply 1500\n"
        "1792888200.000 download http throughput speedtest reply 10000000 10000000\n"
        "1792888200.000 upload http throughput speedtest reply 10000000 1000000\n"
        "1792890600.000 ping ping internet speedtest reply 2500\n"
        "1792890600.000 download http throughput speedtest reply 10000000 10000000\n"
        "1792890600.000 upload http throughput speedtest reply 10000000 1000000\n"},
    {"speedtest", "UTC",
        "2026-03-01 00:00\nCannot retrieve speedtest configuration\n2026-03-01 00:10\n"
        "Ping: 2 ms\nDownload: 8.00 Mbits/s\nUpload: 0.8 Mbits/s\n",
        "1772323200.000 ping ping internet speedtest lost\n"
        "1772323200.000 download http throughput speedtest lost http\n"
        "1772323200.000 upload http throughput speedtest lost http\n"
        "1772323800.000 ping ping internet speedtest reply 2000\n"
        "1772323800.000 download http throughput speedtest reply 10000000 10000000\n"
        "1772323800.000 upload http throughput speedtest reply 10000000 1000000\n"},
    {"speedtest", "UTC",
        "2026-03-01 00:00:00,192.0.2.1,OK,20.4,38.5,91.4,30.6\n"
        "2026-03-01 00:00:03,10.0.0.1,FAILED,-1,-1,-1,-1\n",
        "1772323200.000 192-0-2-1 ping internet 192.0.2.1 reply 38500\n"
        "1772323203.000 10-0-0-1 ping gateway 10.0.0.1 lost\n"},
    {"speedtest", "UTC", "timestamp,latency(ms)\n2026-03-01T00:00:00,19.4\n",
        "1772323200.000 latency ping internet latency reply 19400\n"},
    {"pingplotter", NULL,
        "\xef\xbb\xbf\xef\xbb\xbfHost Information\n1,,-\n2,sw,10.0.0.5\n3,r,192.0.2.254\n"
        "4,www.example,2001:db8::1\nSample Information\n"
        "2026-03-01 00:00:00Z,*,1.25,N/A,24.35\n2026-03-01 00:00:02Z,*,*,*,N/A\n",
        "1772323200.000 10-0-0-5 ping gateway 10.0.0.5 reply 1250\n"
        "1772323200.000 192-0-2-254 ping isp 192.0.2.254 lost\n"
        "1772323200.000 www-example ping internet 2001:db8::1 reply 24350\n"
        "1772323202.000 www-example ping internet 2001:db8::1 lost\n"},
    {"netmon", NULL,
        "timestamp,target,ip,status,rtt_ms\n"
        "2026-03-01T01:00:00+01:00,gateway,10.0.0.1,ok,0.276\n"
        "2026-03-01T01:00:01+01:00,quad9,192.0.2.9,LOSS,\n"
        "2026-03-01T01:00:02+01:00,--,--,STOPPED,\n",
        "1772323200.000 gateway ping gateway 10.0.0.1 reply 276\n"
        "1772323201.000 quad9 ping internet 192.0.2.9 lost\n"},
    {"netmon", NULL,
        "timestamp,dns_ms,tcp_ms,tls_ms,http_code,status\n"
        "2026-03-01T00:00:00Z,4.5,1.5,39.5,204,ok\n"
        "2026-03-01T00:00:30Z,4.5,,,000,FAIL\n",
        "1772323200.000 dns dns internet resolver reply 4500\n"
        "1772323200.000 tcp tcp internet google.com:443 reply 1500\n"
        "1772323200.000 web http internet https://google.com/generate_204 reply 39500\n"
        "1772323230.000 dns dns internet resolver reply 4500\n"
        "1772323230.000 tcp tcp internet google.com:443 lost\n"
        "1772323230.000 web http internet https://google.com/generate_204 lost http\n"},
    {"netmon", NULL,
        "timestamp,down_mbps,bytes,seconds,http_code\n"
        "2026-03-01T00:00:00Z,137.79,50000000,2.5,200\n"
        "2026-03-01T01:00:00Z,,,19.8,000\n",
        "1772323200.000 download http throughput download reply 2500000 50000000\n"
        "1772326800.000 download http throughput download lost http\n"},
    {"connection-monitor", NULL,
        "timestamp,datetime,connected,ping_time,jitter,packet_loss,udp_time,socket_time,"
        "http_time\n"
        "1772323200.5,2026-03-01 03:00:00,1,19.5,2.3,33.33333333333333,21.5,,308.5\n"
        "1772323204.5,2026-03-01 03:00:04,0,,,100.0,,,\n",
        "1772323200.500 ping ping internet 8.8.8.8 reply 19500\n"
        "1772323200.500 udp dns internet 8.8.8.8:53 reply 21500\n"
        "1772323200.500 tcp tcp internet 8.8.8.8:53 lost\n"
        "1772323200.500 web http internet http://www.google.com reply 308500\n"
        "1772323201.500 ping-2 ping internet 8.8.8.8 reply 19500\n"
        "1772323202.500 ping-3 ping internet 8.8.8.8 lost\n"
        "1772323204.500 ping ping internet 8.8.8.8 lost\n"
        "1772323204.500 udp dns internet 8.8.8.8:53 lost\n"
        "1772323204.500 tcp tcp internet 8.8.8.8:53 lost\n"
        "1772323204.500 web http internet http://www.google.com lost\n"
        "1772323205.500 ping-2 ping internet 8.8.8.8 lost\n"
        "1772323206.500 ping-3 ping internet 8.8.8.8 lost\n"},
    {"connection-monitor", NULL,
        "timestamp,datetime,connected,ping_time\n1772323200,x,1,2.5\n1772323201,x,0,None\n",
        "1772323200.000 ping ping internet 8.8.8.8 reply 2500\n"
        "1772323201.000 ping ping internet 8.8.8.8 lost\n"},
};

static void
good_logs(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof GOOD / sizeof GOOD[0]; i++) {
		unsetenv("TZ");
		int status =
		    import_text(GOOD[i].format, GOOD[i].text, strlen(GOOD[i].text),
		        (struct options){.strict = true, .timezone = GOOD[i].zone});
		if (status != 0)
			fail_msg("%s %zu: %s", GOOD[i].format, i, words);
		read_results();
		if (strcmp(results, GOOD[i].results) != 0)
			fail_msg("%s %zu: wanted\n%sgot\n%s", GOOD[i].format, i,
			    GOOD[i].results, results);
	}
}

#define PING1 "PING 192.0.2.1 (192.0.2.1) 56(84) bytes of data.\n"
#define PLOT  "Host Information\n1,a,10.0.0.1\n2,b,192.0.2.1\nSample Information\n"

static const struct {
	const char *format, *text, *why;
} BAD[] = {
    {"ping", PING1 "64 bytes from 192.0.2.1: icmp_seq=1 ttl=57 time=1 ms\n",
        "in:1: no times: log with ping -D"},
    {"ping", "[1772323200] 64 bytes from 192.0.2.1: icmp_seq=x time=1 ms\n",
        ":1: not \"icmp"},
    {"ping", "[1772323200] 64 bytes from 192.0.2.1: icmp_seq=1 ttl=2\n", ":1: no time=:"},
    {"ping", "[yesterday] 64 bytes from 192.0.2.1: icmp_seq=1 time=1 ms\n",
        ":1: yesterday: time: not RFC 3339"},
    {"ping", "12:00:01 64 bytes from 192.0.2.1: icmp_seq=1 time=1 ms\n",
        ":1: 12:00:01: time"},
    {"ping", "what is this\n", ":1: not a line of ping, nor a time"},
    {"ping", "2026-03-01 00:00:00\n" PING1, ":1: not a line of ping, nor a time"},
    {"ping", "1772323200\n" PING1 "4000000000 packets transmitted, 0 received\n",
        ":2: more than 5000000 lost packets"},
    {"ping", "", "no rows"},
    {"fping", "192.0.2.1 : [0], 64 bytes, 12.0 ms (12.0 avg, 0% loss)\n",
        ":1: no time: log"},
    {"fping", "1772323200\n192.0.2.1 : 1.0\n192.0.2.1 : 2.0\n", ":3: no time: log"},
    {"fping", "192.0.2.1 : xmt/rcv/%loss = 5/5/0%\n", ":1: only sums, no packets"},
    {"fping", "[1772323200] 192.0.2.1 : [0], 64 bytes, soon\n", ":1: not \"N bytes"},
    {"fping", "192.0.2.1 : 12.0 x\n", ":1: not a packet, nor times"},
    {"fping", "1772323200\n192.0.2.1 is alive\n", ":2: alive, but not how fast"},
    {"fping", "192.0.2.1: Name or service not known\n", ":1: not a line of fping"},
    {"atlas", "time,probe\n", ":1: not RIPE Atlas JSON"},
    {"atlas", "{\"type\":\"ping\"\n", ":1: not JSON"},
    {"atlas", "[{\"type\":\"ping\"", ":1: not JSON"},
    {"atlas", "{}\n{\"type\":\"ntp\",\"msm_id\":1,\"prb_id\":1}\n",
        ":2: type: ntp: not ping"},
    {"atlas", "\n[{}\n,[]", ":2: not a result of RIPE Atlas"},
    {"atlas", "[{}", ":1: the array is not closed"},
    {"atlas",
        "{\"type\":\"ping\",\"msm_id\":1,\"prb_id\":1,\"timestamp\":-5,\"addr\":\"a\"}\n",
        ":1: timestamp: not Unix seconds"},
    {"atlas",
        "{\"type\":\"ping\",\"msm_id\":1,\"prb_id\":1,\"timestamp\":5,\"addr\":\"a\","
        "\"sent\":1e9,\"rcvd\":0}\n",
        ":1: no result, and not sent"},
    {"atlas",
        "{\"type\":\"ping\",\"msm_id\":1,\"prb_id\":1,\"timestamp\":5,\"addr\":\"a\","
        "\"sent\":1,\"rcvd\":0}\n"
        "{\"type\":\"ping\",\"msm_id\":1,\"prb_id\":2,\"timestamp\":6,\"addr\":\"a\","
        "\"sent\":1,\"rcvd\":0}\n",
        ":2: prb_id: 2, but what came before is of 1"},
    {"speedtest", "a,b\n1,2\n",
        ":1: not a header we know; the header must name datetimestart"},
    {"speedtest", "2026-03-01T00:00:00Z\nPing: fast\n",
        ":2: ping: fast: not milliseconds"},
    {"speedtest", "2026-03-01T00:00:00Z\nDownload: 5\n", ":2: Download: 5: not a number"},
    {"speedtest", "26/11/2015 21:10\nPing: 5 ms\n", ":1: not a header we know"},
    {"speedtest", "2026-03-01T00:00:00Z\nPing: 5 ms\n", ":2: the file ends before"},
    {"speedtest", "1,S,N,2026-03-01T00:00:00Z,5.1,12.5,-1,80\n",
        ":1: Download: -1: not a rate"},
    {"pingplotter", "1,a,b\n", ":1: not PingPlotter's"},
    {"pingplotter", "Host Information\nSample Information\n", ":2: samples, but no host"},
    {"pingplotter", "Host Information\n999,a,b\n", ":2: not a host"},
    {"pingplotter", "Host Information\n1,a,-\nSample Information\n",
        ":3: the last host has no"},
    {"pingplotter", PLOT "2026-03-01 00:00:00Z,1\n", ":5: 1 values, but 2 hosts"},
    {"pingplotter", PLOT "2026-03-01 00:00:00Z,1,2,3\n", ":5: 3 values, but 2 hosts"},
    {"pingplotter", PLOT "2026-03-01 00:00:00Z,x,2\n", ":5: hop 1: x: not milliseconds"},
    {"pingplotter", PLOT "2026-03-01 00:00:00,1,2\n", ":5: time: without an offset"},
    {"netmon", "time,probe\n",
        ":1: not a header we know; the header must name timestamp"},
    {"netmon", "timestamp,target,ip,status,rtt_ms\n1,a,b,dead,\n",
        ":2: status: dead: not ok"},
    {"netmon", "timestamp,target,ip,status,rtt_ms\n1,a,b,ok,\n", ":2: rtt_ms: : not"},
    {"netmon", "timestamp,down_mbps,bytes,seconds,http_code\n1,2,3,x,200\n",
        ":2: seconds: x"},
    {"connection-monitor", "timestamp,connected,ping_time\n1,2,3\n",
        ":2: connected: 2: not 0"},
    {"connection-monitor", "timestamp,connected,ping_time\n1,1,\n",
        ":2: ping_time: empty"},
    {"smokeping", "no round robin at all, but long enough to have a head of one",
        ":0: not an RRD"},
};

static void
bad_logs(void **state)
{
	struct stat st;

	(void)state;
	for (size_t i = 0; i < sizeof BAD / sizeof BAD[0]; i++) {
		unsetenv("TZ");
		int status = import_text(BAD[i].format, BAD[i].text, strlen(BAD[i].text),
		    (struct options){.strict = true});
		if (status != 1 || strstr(words, BAD[i].why) == NULL)
			fail_msg("%s: %s: %d, said: %s", BAD[i].format, BAD[i].text,
			    status, words);
		assert_non_null(strstr(words, "nothing was imported"));
		assert_int_equal(stat(data, &st), -1);
	}
}

static void
formats_are_named(void **state)
{
	(void)state;
	assert_int_equal(import_text("smoke", "", 0, (struct options){0}), 2);
	assert_non_null(
	    strstr(words, "samples, states, smokeping, atlas, ping, fping, "
	                  "speedtest, pingplotter, netmon or connection-monitor"));
}

/* A bad line spoils its test, and no other. */
static void
one_test_is_spoilt(void **state)
{
	static const char TEXT[] =
	    "2026-03-01T00:00:00Z\nPing: 1 ms\nDownload: 8 Mbits/s\nUpload: 8 Mbits/s\n"
	    "2026-03-32T00:00:00Z\nPing: 2 ms\nDownload: 8 Mbits/s\nUpload: 8 Mbits/s\n"
	    "2026-03-01T00:20:00Z\nPing: 3 ms\nDownload: fast\nUpload: 8 Mbits/s\n"
	    "2026-03-01T00:30:00Z\nPing: 4 ms\nDownload: 8 Mbits/s\nUpload: 8 Mbits/s\n";

	(void)state;
	assert_int_equal(
	    import_text("speedtest", TEXT, strlen(TEXT), (struct options){0}), 0);
	assert_non_null(strstr(words, "in:5: time: not RFC 3339"));
	assert_non_null(strstr(words, "in:11: Download: fast: not a number"));
	assert_non_null(strstr(words, "2 bad rows were left out, the 6 good taken"));
	read_results();
	assert_string_equal(results,
	    "1772323200.000 ping ping internet speedtest reply 1000\n"
	    "1772323200.000 download http throughput speedtest reply 10000000 10000000\n"
	    "1772323200.000 upload http throughput speedtest reply 10000000 10000000\n"
	    "1772325000.000 ping ping internet speedtest reply 4000\n"
	    "1772325000.000 download http throughput speedtest reply 10000000 10000000\n"
	    "1772325000.000 upload http throughput speedtest reply 10000000 10000000\n");
}

/* A ping that ran through an outage of ten hours: its 16-bit number went round. */
static void
sequence_goes_round(void **state)
{
	char text[8192];
	int n = 0;

	(void)state;
	for (int i = 0; i < 40; i++)
		n += sprintf(text + n,
		    "[%d.5] 64 bytes from 192.0.2.1: icmp_seq=%d ttl=57 time=0.0 ms\n",
		    1772323200 + i, i + 1);
	n += sprintf(text + n,
	    "[%d.5] 64 bytes from 192.0.2.1: icmp_seq=%d ttl=57 time=0.0 ms\n",
	    1772323200 + 70000, (70000 + 1) % 65536);
	assert_int_equal(
	    import_text("ping", text, (size_t)n, (struct options){.strict = true}), 0);
	struct journal_stats stats;
	char err[256];
	assert_int_equal(journal_read(&reader, data, err, sizeof err), 0);
	assert_int_equal(journal_stats(reader, &stats), 0);
	assert_int_equal(stats.by_outcome[OUTCOME_REPLY], 41);
	assert_int_equal(stats.by_outcome[OUTCOME_LOST], 69960);
	journal_reader_free(reader);
}

/* ---- SmokePing: 4 pings a minute, 6 rows of it, then 10-minute rows ---- */

#define STEP  60
#define BEGAN 1772323200

static void
make_rrd(const char *path, const char *const *updates, int n)
{
	const char *shape[] = {"DS:uptime:GAUGE:120:0:U", "DS:loss:GAUGE:120:0:4",
	    "DS:median:GAUGE:120:0:180", "DS:ping1:GAUGE:120:0:180",
	    "DS:ping2:GAUGE:120:0:180", "DS:ping3:GAUGE:120:0:180",
	    "DS:ping4:GAUGE:120:0:180", "RRA:AVERAGE:0.5:1:6", "RRA:AVERAGE:0.5:10:4",
	    "RRA:MAX:0.5:10:4"};

	rrd_clear_error();
	if (rrd_create_r(path, STEP, BEGAN, 10, shape) != 0)
		fail_msg("%s", rrd_get_error());
	for (int i = 0; i < n; i++) {
		char row[128];
		const char *one[] = {row};
		snprintf(row, sizeof row, "%d:U:%s", BEGAN + (i + 1) * STEP, updates[i]);
		if (rrd_update_r(path, NULL, 1, one) != 0)
			fail_msg("%s", rrd_get_error());
	}
}

static const char *const MINUTES[] = {
    /* older than the six rows of a minute: 5 dark of 10, 10 lost of 20 in all */
    "4:U:U:U:U:U",
    "4:U:U:U:U:U",
    "4:U:U:U:U:U",
    "4:U:U:U:U:U",
    "4:U:U:U:U:U",
    "0:0.02:0.01:0.02:0.02:0.03",
    "0:0.02:0.01:0.02:0.02:0.03",
    "0:0.02:0.01:0.02:0.02:0.03",
    "0:0.02:0.01:0.02:0.02:0.03",
    "0:0.02:0.01:0.02:0.02:0.03",
    /* six rows of a minute */
    "0:0.02:0.01:0.02:0.02:0.03",
    "2:0.02:U:0.01:0.02:U",
    "4:U:U:U:U:U",
    "U:U:U:U:U:U",
    "3:0.05:U:0.05:U:U",
    "0:0.02:0.01:0.02:0.03:0.04",
};

static void
smokeping_of_another_shape(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof path, "%s/Office_4.rrd", dir);
	make_rrd(path, MINUTES, 16);
	assert_int_equal(
	    import_file("smokeping", path, (struct options){.strict = true}), 0);
	read_results();
	/* the 10-minute row: 40 pings, 15 s apart, every other one lost */
	const char *line = results;
	for (int i = 0; i < 40; i++) {
		char wanted[64];
		snprintf(wanted, sizeof wanted, "%d.%d", BEGAN + i * 15 + 7, 500);
		assert_memory_equal(line, wanted, strlen(wanted));
		const char *end = strchr(line, '\n');
		assert_non_null(end);
		assert_true((memmem(line, (size_t)(end - line), " lost", 5) != NULL) ==
		            (i % 2 == 0));
		line = end + 1;
	}
	char rest[2048];
	snprintf(rest, sizeof rest, "%s", line);
	const char *name = strrchr(dir, '/') + 1;
	char wanted[2048];
	size_t n = 0;
	static const struct {
		int at;
		const char *outcome;
	} ROWS[] = {{7, "reply 10000"}, {22, "reply 20000"}, {37, "reply 20000"},
	    {52, "reply 30000"}, {67, "lost"}, {82, "reply 10000"}, {97, "lost"},
	    {112, "reply 20000"}, {127, "lost"}, {142, "lost"}, {157, "lost"},
	    {172, "lost"}, {247, "lost"}, {262, "lost"}, {277, "reply 50000"},
	    {292, "lost"}, {307, "reply 10000"}, {322, "reply 20000"},
	    {337, "reply 30000"}, {352, "reply 40000"}};
	for (size_t i = 0; i < sizeof ROWS / sizeof ROWS[0]; i++)
		n += (size_t)sprintf(wanted + n,
		    "%d.500 office-4 ping internet %s/Office_4 %s\n",
		    BEGAN + 600 + ROWS[i].at, name, ROWS[i].outcome);
	assert_string_equal(rest, wanted);
}

static void
smokeping_refuses(void **state)
{
	char path[128];
	const char *other[] = {"DS:value:GAUGE:120:0:U", "RRA:AVERAGE:0.5:1:6"};

	(void)state;
	snprintf(path, sizeof path, "%s/other.rrd", dir);
	assert_int_equal(rrd_create_r(path, STEP, BEGAN, 2, other), 0);
	assert_int_equal(import_file("smokeping", path, (struct options){0}), 1);
	assert_non_null(strstr(words, "not SmokePing's: no data sources loss and ping1"));
	/* cut off at each length: refused, or what is left is read, and never a crash */
	snprintf(path, sizeof path, "%s/cut.rrd", dir);
	make_rrd(path, MINUTES, 16);
	struct stat st;
	assert_int_equal(stat(path, &st), 0);
	for (long n = st.st_size - 1; n > 0; n -= n > 4096 ? 997 : 61) {
		assert_int_equal(truncate(path, n), 0);
		if (import_file("smokeping", path, (struct options){0}) != 0)
			assert_non_null(strstr(words, "cut.rrd:0: "));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(good_logs, setup, teardown),
	    cmocka_unit_test_setup_teardown(bad_logs, setup, teardown),
	    cmocka_unit_test_setup_teardown(formats_are_named, setup, teardown),
	    cmocka_unit_test_setup_teardown(one_test_is_spoilt, setup, teardown),
	    cmocka_unit_test_setup_teardown(sequence_goes_round, setup, teardown),
	    cmocka_unit_test_setup_teardown(smokeping_of_another_shape, setup, teardown),
	    cmocka_unit_test_setup_teardown(smokeping_refuses, setup, teardown),
	};

	return cmocka_run_group_tests_name("import formats", tests, NULL, NULL);
}
