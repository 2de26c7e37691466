#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "cmd/alarm.h"
#include "cmd/notify.h"
#include "cmd/options.h"
#include "cmd/seen.h"
#include "cmd/spool.h"
#include "reports/draft.h"
#include "tests/unit/scratch.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char dir[32];

int
complain(int status, const char *format, ...)
{
	(void)format;
	return status;
}

static int
setup(void **state)
{
	(void)state;
	return scratch_make(dir, sizeof dir, "notify");
}

static int
teardown(void **state)
{
	(void)state;
	return scratch_remove(dir);
}

/* ---- sinks: one connection after the other, all that came in kept in DIR/sink ---- */

static pid_t sink;

/* Talk SMTP, or HTTP with the given status, for as many lines as come. */
static void
converse(int fd, bool mail, const char *status, FILE *out)
{
	FILE *in = fdopen(dup(fd), "r");
	char line[4096];
	long body = 0;
	bool data = false;

	if (mail)
		dprintf(fd, "220 sink\r\n");
	while (in != NULL && fgets(line, sizeof line, in) != NULL) {
		fputs(line, out);
		fflush(out);
		if (data) {
			data = strcmp(line, ".\r\n") != 0;
			if (!data)
				dprintf(fd, "%s\r\n", status);
		} else if (mail && strncmp(line, "DATA", 4) == 0) {
			data = true;
			dprintf(fd, "354 go on\r\n");
		} else if (mail && strncmp(line, "QUIT", 4) == 0) {
			dprintf(fd, "221 bye\r\n");
			break;
		} else if (mail) {
			dprintf(fd, "250 ok\r\n");
		} else if (strncasecmp(line, "Content-Length:", 15) == 0) {
			body = atol(line + 15);
		} else if (strcmp(line, "\r\n") == 0) {
			for (; body > 0; body--)
				fputc(fgetc(in), out);
			dprintf(fd, "HTTP/1.1 %s\r\nContent-Length: 0\r\n\r\n", status);
			break;
		}
	}
	if (in != NULL)
		fclose(in);
}

static void
sink_start(bool mail, const char *status, char *url, size_t room)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t n = sizeof a;
	char path[128];

	int fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	snprintf(url, room, "%s://127.0.0.1:%d%s", mail ? "smtp" : "http",
	    ntohs(a.sin_port), mail ? "" : "/hook?a=1");
	snprintf(path, sizeof path, "%s/sink", dir);
	FILE *out = fopen(path, "w");
	assert_non_null(out);
	setvbuf(out, NULL, _IONBF, 0); /* what was heard is there before it is answered */
	sink = fork();
	assert_true(sink >= 0);
	if (sink == 0) {
		for (;;) {
			int one = accept(fd, NULL, NULL);
			if (one >= 0)
				converse(one, mail, status, out);
			fflush(out);
			close(one);
		}
	}
	fclose(out);
	close(fd);
}

static void
sink_stop(char *out, size_t room)
{
	char path[128];

	kill(sink, SIGKILL);
	waitpid(sink, NULL, 0);
	snprintf(path, sizeof path, "%s/sink", dir);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	out[fread(out, 1, room - 1, f)] = '\0';
	fclose(f);
}

/* ---- what is told ---- */

static struct link_def LINKS[2] = {{.centre = "victoria",
                                       .link = "fibre",
                                       .centre_name = "Victoria Café",
                                       .isp = "Example Fibre Ltd",
                                       .timezone = "Europe/London",
                                       .interface = "lo"},
    {.centre = "victoria", .link = "lte", .interface = "lo"}};

static struct outage
outage(bool open)
{
	struct outage o = {.start_ns = 1795417171 * NS_PER_S,
	    .end_ns = 1795417231 * NS_PER_S,
	    .start_bound_ns = 400 * NS_PER_MS,
	    .end_bound_ns = 300 * NS_PER_MS,
	    .open = open,
	    .counted = true,
	    .networks_failed = 5,
	    .networks_total = 5,
	    .probes_lost = 300,
	    .attribution = ATTR_ACCESS,
	    .confidence = CONF_MEDIUM,
	    .deepest_answering = "gateway",
	    .links_up = 2};

	strcpy(o.id, "0123456789abcdef");
	strcpy(o.incident, o.id);
	return o;
}

static struct notice
notice(const char *name)
{
	struct outage o = outage(true);
	struct draft d = {.kind = DRAFT_CONFIRMED,
	    .link = &LINKS[0],
	    .reference = "Order 4711",
	    .outage = &o,
	    .links = LINKS,
	    .n_links = 2,
	    .now_ns = o.end_ns};
	struct notice n = {
	    .created_s = 1795417231, .centre = "victoria", .link = "fibre"};

	strcpy(n.id, "0123456789abcdef-confirmed");
	snprintf(n.notify, sizeof n.notify, "%s", name);
	draft_subject(&d, n.subject, sizeof n.subject);
	n.text = draft_text(&d);
	n.event = event_json("confirmed", &LINKS[0], d.now_ns, NULL, &o, LINKS, 2);
	assert_non_null(n.text);
	return n;
}

static struct settings
settings(struct notify_conf *conf, size_t n)
{
	static struct link_conf links[2];

	links[0].def = LINKS[0];
	links[1].def = LINKS[1];
	return (struct settings){
	    .links = links, .n_links = 2, .notify = conf, .n_notify = n};
}

static bool
fibre_is_dark(void *ctx, const struct link_def *link)
{
	(void)ctx;
	return strcmp(link->link, "fibre") == 0;
}

/* ---- tests ---- */

static void
draft_says_what_was_judged(void **state)
{
	struct notice n = notice("ops");

	(void)state;
	assert_non_null(strstr(n.subject, "victoria/fibre: Internet outage since 2026-"));
	static const char *const WANT[] = {"Victoria Café", "Order 4711",
	    "Example Fibre Ltd", "2026-11-23T06:59:31", "within 0.40 s",
	    "5 of 5 networks", "access", "confidence medium", "Others up", "lte",
	    "0123456789abcdef", "ticket number"};
	for (size_t i = 0; i < sizeof WANT / sizeof WANT[0]; i++)
		if (strstr(n.text, WANT[i]) == NULL)
			fail_msg("no %s in: %s", WANT[i], n.text);
	notice_done(&n);
}

static void
mail_arrives(void **state)
{
	struct notify_conf conf = {.kind = NOTIFY_MAIL,
	    .name = "ops",
	    .from = "Witness <witness@example.org>",
	    .to = "ops@example.org, Desk <desk@example.org>\r\nBcc: evil@example.org"};
	struct route route = {.name = "lo", .interface = "lo"};
	struct notice n = notice("ops");
	char got[32768], err[512] = "";

	(void)state;
	strcpy(n.subject, "one\r\nX-Injected: two");
	sink_start(true, "250 taken", conf.url, sizeof conf.url);
	int rc = notify_send(&conf, &n, &route, err, sizeof err);
	sink_stop(got, sizeof got);
	if (rc != 0)
		fail_msg("%s", err);
	assert_non_null(strstr(got, "MAIL FROM:<witness@example.org>"));
	assert_non_null(strstr(got, "RCPT TO:<ops@example.org>"));
	assert_non_null(strstr(got, "RCPT TO:<desk@example.org>"));
	assert_null(strstr(got, "RCPT TO:<evil@example.org>"));
	assert_null(strstr(got, "\nBcc:"));
	assert_null(strstr(got, "\nX-Injected"));
	assert_non_null(strstr(got, "Message-ID: <0123456789abcdef-confirmed.ops@"));
	assert_non_null(strstr(got, "Content-Type: text/plain; charset=utf-8\r\n"));
	assert_non_null(strstr(got, "Victoria Café"));
	for (const char *p = got; (p = strchr(p, '\n')) != NULL; p++)
		assert_true(p[-1] == '\r');
	/* refused by the server: not told */
	sink_start(true, "452 full", conf.url, sizeof conf.url);
	rc = notify_send(&conf, &n, &route, err, sizeof err);
	sink_stop(got, sizeof got);
	assert_true(rc < 0);
	notice_done(&n);
}

/* A name server on loopback that knows one address for every name. */
static uint16_t
name_server(pid_t *child)
{
	struct sockaddr_in a = {
	    .sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	static const uint8_t ANSWER[] = {
	    0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 127, 0, 0, 1};
	socklen_t n = sizeof a;
	uint8_t m[600];

	int fd = socket(AF_INET, SOCK_DGRAM, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &n), 0);
	*child = fork();
	assert_true(*child >= 0);
	for (; *child == 0; n = sizeof a) {
		ssize_t got = recvfrom(fd, m, 512, 0, (struct sockaddr *)&a, &n);
		ssize_t end = 12; /* of the question: what follows it is dropped */
		while (end < got && m[end] != 0)
			end += m[end] + 1;
		end += 5;
		if (got < 17 || end > got)
			continue;
		m[2] = 0x81;
		m[3] = 0x80;
		m[7] = 1; /* one answer */
		m[9] = m[11] = 0;
		memcpy(m + end, ANSWER, sizeof ANSWER);
		sendto(fd, m, (size_t)end + sizeof ANSWER, 0, (struct sockaddr *)&a, n);
	}
	close(fd);
	return ntohs(a.sin_port);
}

/* A name is asked of the DNS servers of the link the notice takes, not of the system. */
static void
name_is_asked_by_the_link(void **state)
{
	struct notify_conf conf = {.kind = NOTIFY_WEBHOOK, .name = "hook"};
	struct probe_conf dns = {.def = {.kind = KIND_DNS}, .address = "127.0.0.1"};
	struct link_conf link = {.probes = &dns, .n_probes = 1};
	struct route route = {.name = "lo", .interface = "lo", .link = &link};
	struct notice n = notice("hook");
	char got[32768], err[512] = "", address[1024];
	pid_t server;

	(void)state;
	dns.port = name_server(&server);
	sink_start(false, "200 ok", conf.url, sizeof conf.url);
	snprintf(
	    address, sizeof address, "http://hooks.example%s", strrchr(conf.url, ':'));
	memcpy(conf.url, address, sizeof conf.url);
	int rc = notify_send(&conf, &n, &route, err, sizeof err);
	sink_stop(got, sizeof got);
	kill(server, SIGKILL);
	waitpid(server, NULL, 0);
	if (rc != 0)
		fail_msg("%s", err);
	assert_non_null(strstr(got, "Host: hooks.example:"));
	notice_done(&n);
}

static void
webhook_arrives(void **state)
{
	struct notify_conf conf = {.kind = NOTIFY_WEBHOOK, .name = "hook"};
	struct route route = {.name = "any way"};
	struct notice n = notice("hook");
	char got[32768], err[512] = "";

	(void)state;
	sink_start(false, "204 fine", conf.url, sizeof conf.url);
	int rc = notify_send(&conf, &n, &route, err, sizeof err);
	sink_stop(got, sizeof got);
	if (rc != 0)
		fail_msg("%s", err);
	assert_int_equal(strncmp(got, "POST /hook?a=1 HTTP/1.1\r\n", 25), 0);
	char *body = strstr(got, "\r\n\r\n");
	assert_non_null(body);
	json_t *j = json_loads(body + 4, 0, NULL);
	assert_non_null(j);
	assert_string_equal(
	    json_string_value(json_object_get(j, "schema")), "linkwitness/notice/1");
	json_t *event = json_object_get(j, "event");
	assert_string_equal(
	    json_string_value(json_object_get(event, "event")), "confirmed");
	assert_string_equal(json_string_value(json_object_get(j, "text")), n.text);
	json_decref(j);
	static const char *const NOT_TOLD[] = {"500 no", "404 no", "302 elsewhere"};
	for (int i = 0; i < 3; i++) {
		sink_start(false, NOT_TOLD[i], conf.url, sizeof conf.url);
		rc = notify_send(&conf, &n, &route, err, sizeof err);
		sink_stop(got, sizeof got);
		assert_true(rc < 0);
		assert_non_null(strstr(err, "answered"));
	}
	snprintf(conf.url, sizeof conf.url, "file:///etc/passwd");
	assert_true(notify_send(&conf, &n, &route, err, sizeof err) < 0);
	notice_done(&n);
}

static void
slurp(const char *name, char *out, size_t room)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", dir, name);
	FILE *f = fopen(path, "r");
	out[f != NULL ? fread(out, 1, room - 1, f) : 0] = '\0';
	if (f != NULL)
		fclose(f);
}

/* Facts are data to the command and never part of it. */
static void
command_is_not_injected(void **state)
{
	struct notify_conf conf = {.kind = NOTIFY_COMMAND, .name = "script"};
	struct route route = {.name = "any way"};
	struct notice n = notice("script");
	char got[32768], err[512] = "";

	(void)state;
	snprintf(
	    n.subject, sizeof n.subject, "$(touch %s/evil); `touch %s/evil`", dir, dir);
	snprintf(conf.command, sizeof conf.command,
	    "cat >%s/stdin; printf %%s \"$LINKWITNESS_SUBJECT\" >%s/subject", dir, dir);
	assert_int_equal(notify_send(&conf, &n, &route, err, sizeof err), 0);
	slurp("subject", got, sizeof got);
	assert_string_equal(got, n.subject);
	slurp("stdin", got, sizeof got);
	json_t *j = json_loads(got, 0, NULL);
	assert_non_null(j);
	assert_string_equal(json_string_value(json_object_get(j, "subject")), n.subject);
	json_decref(j);
	snprintf(conf.command, sizeof conf.command, "%s/evil", dir);
	assert_int_equal(access(conf.command, F_OK), -1);
	snprintf(conf.command, sizeof conf.command, "exit 3");
	assert_true(notify_send(&conf, &n, &route, err, sizeof err) < 0);
	assert_non_null(strstr(err, "ended with 3"));
	notice_done(&n);
}

static int
take_first(void *ctx, struct notice *n)
{
	struct notice *out = ctx;

	*out = *n;
	n->text = NULL;
	out->event = json_incref(n->event);
	return 1;
}

/* Kept until told, with longer and longer waits; told once. */
static void
spool_keeps_until_told(void **state)
{
	struct notify_conf conf = {.kind = NOTIFY_WEBHOOK, .name = "hook"};
	struct settings s = settings(&conf, 1);
	struct notice n = notice("hook"), kept;
	char got[32768];

	(void)state;
	sink_start(false, "200 ok", conf.url, sizeof conf.url);
	sink_stop(got, sizeof got); /* a port where nobody is */
	assert_int_equal(spool_put(dir, &n), 0);
	assert_int_equal(spool_put(dir, &n), 0);
	assert_int_equal(spool_due(dir), 0);
	assert_int_equal(courier_run(dir, &s, fibre_is_dark, NULL), 1);
	assert_int_equal(spool_each(dir, take_first, &kept), 1);
	assert_int_equal(kept.attempts, 1);
	assert_true(kept.next_s > time(NULL) + 2 && kept.next_s <= time(NULL) + 6);
	assert_string_equal(kept.text, n.text);
	assert_string_equal(kept.subject, n.subject);
	assert_true(json_equal(kept.event, n.event));
	assert_int_equal(courier_run(dir, &s, fibre_is_dark, NULL), 1); /* not due */
	kept.next_s = 0;
	assert_int_equal(spool_later(dir, &kept), 0);
	sink_start(false, "200 ok", conf.url, sizeof conf.url);
	assert_int_equal(courier_run(dir, &s, fibre_is_dark, NULL), 0);
	assert_int_equal(courier_run(dir, &s, fibre_is_dark, NULL), 0);
	sink_stop(got, sizeof got);
	assert_int_equal(spool_due(dir), INT64_MAX);
	char *first = strstr(got, "POST ");
	assert_non_null(first);
	assert_null(strstr(first + 1, "POST "));
	assert_int_equal(notify_backoff_s(1), 5);
	assert_int_equal(notify_backoff_s(7), 320);
	assert_int_equal(notify_backoff_s(4000000000u), 600);
	notice_done(&kept);
	notice_done(&n);
}

/* Torn and hostile files in the spool are passed over. */
static void
spool_survives_rubbish(void **state)
{
	static const char *const RUBBISH[] = {"", "{", "[]", "{\"id\":\"../../x\"}",
	    "{\"id\":\"../x\",\"notify\":\"a\",\"centre\":\"a\",\"link\":\"a\",\"subject\":\"a\","
	    "\"text\":\"a\",\"event\":{}}"};
	struct notice n = notice("hook");
	char path[128];
	int64_t due = 5;

	(void)state;
	assert_int_equal(spool_put(dir, &n), 0);
	for (size_t i = 0; i < sizeof RUBBISH / sizeof RUBBISH[0]; i++) {
		snprintf(path, sizeof path, "%s/spool/%zu.json", dir, i);
		FILE *f = fopen(path, "w");
		assert_non_null(f);
		fputs(RUBBISH[i], f);
		fclose(f);
	}
	snprintf(path, sizeof path, "%s/spool/pipe.json", dir);
	assert_int_equal(mkfifo(path, 0600), 0);
	due = spool_due(dir);
	assert_int_equal(due, 0);
	notice_done(&n);
}

static void
other_links_first(void **state)
{
	struct notify_conf conf = {.kind = NOTIFY_MAIL};
	struct settings s = settings(&conf, 1);
	struct route routes[ROUTES_MAX];
	struct notice n = {.centre = "victoria", .link = "fibre"};

	(void)state;
	assert_int_equal(notify_routes(&s, &conf, &n, fibre_is_dark, NULL, routes), 2);
	assert_string_equal(routes[0].name, "victoria/lte");
	assert_string_equal(routes[0].interface, "lo");
	assert_null(routes[1].link);
	strcpy(n.link, "lte"); /* the other is dark: its own, then any way */
	assert_int_equal(notify_routes(&s, &conf, &n, fibre_is_dark, NULL, routes), 2);
	assert_string_equal(routes[0].name, "victoria/lte");
	strcpy(conf.via, "fibre");
	assert_int_equal(notify_routes(&s, &conf, &n, fibre_is_dark, NULL, routes), 3);
	assert_string_equal(routes[0].name, "victoria/fibre");
	conf.kind = NOTIFY_COMMAND;
	assert_int_equal(notify_routes(&s, &conf, &n, fibre_is_dark, NULL, routes), 1);
}

/* ---- from judgement to events ---- */

static struct probe_def
voter(int i)
{
	struct probe_def p = {.centre = "victoria",
	    .link = "fibre",
	    .family = 4,
	    .every_ns = NS_PER_S,
	    .timeout_ns = 3 * NS_PER_S};

	snprintf(p.name, sizeof p.name, "p%d", i);
	snprintf(p.target, sizeof p.target, "192.0.%d.1", i);
	snprintf(p.network, sizeof p.network, "192.0.%d.0/24", i);
	return p;
}

#define BASE_NS (1795000000 * NS_PER_S)

/* Seconds [from, to) as the watch sees them arrive; losses three seconds after their
 * sending, and where late, an answer two seconds later still. */
static void
live_seconds(struct alarm *a, struct judge *j, int from, int to, int dark_from,
    int dark_to, bool late)
{
	for (int t = from; t < to; t++) {
		int64_t now = BASE_NS + t * NS_PER_S;
		for (int i = 0; i < 3; i++) {
			struct sample s = {
			    .probe = (uint32_t)i, .session = 1, .stamp = STAMP_KERNEL};
			bool lost = t - 3 >= dark_from && t - 3 < dark_to;
			s.sent.ns = s.time.ns = now + i * 300 * NS_PER_MS;
			s.seq = (uint64_t)t + 1;
			s.rtt_ns = 10 * NS_PER_MS;
			if (t < dark_from || t >= dark_to)
				judge_arrival(j, &s);
			if (lost) {
				s.sent.ns -= 3 * NS_PER_S;
				s.time.ns -= 3 * NS_PER_S;
				s.seq -= 3;
				s.rtt_ns = -1;
				s.outcome = OUTCOME_LOST;
				judge_arrival(j, &s);
			}
			if (late && t - 5 >= dark_from && t - 5 < dark_to) {
				s.time.ns = s.sent.ns =
				    now - 5 * NS_PER_S + i * 300 * NS_PER_MS;
				s.seq = (uint64_t)t - 4;
				s.rtt_ns = 5 * NS_PER_S;
				s.outcome = OUTCOME_REPLY;
				s.flags = FLAG_LATE;
				judge_arrival(j, &s);
			}
		}
		judge_settle(j, now);
		if (a != NULL)
			assert_int_equal(
			    alarm_look(a, j, LINKS, 1, now, now - 10 * NS_PER_S), 0);
	}
}

static void
count_events(const char *want)
{
	char path[128], line[8192], got[256] = "";

	snprintf(path, sizeof path, "%s/events.jsonl", dir);
	FILE *f = fopen(path, "r");
	assert_non_null(f);
	while (fgets(line, sizeof line, f) != NULL) {
		json_t *j = json_loads(line, 0, NULL);
		assert_non_null(j);
		assert_string_equal(json_string_value(json_object_get(j, "schema")),
		    "linkwitness/event/1");
		strcat(got, json_string_value(json_object_get(j, "event")));
		strcat(got, " ");
		json_decref(j);
	}
	fclose(f);
	assert_string_equal(got, want);
}

static int
count_one(void *ctx, struct notice *n)
{
	(void)n;
	(*(int *)ctx)++;
	return 0;
}

static struct judge *
judge_of_three(void)
{
	struct judge_rule rule;

	judge_rule_default(&rule);
	struct judge *j = judge_new(&rule);
	judge_link(j, &LINKS[0]);
	for (int i = 0; i < 3; i++) {
		struct probe_def p = voter(i);
		judge_probe(j, &p, 0);
	}
	return j;
}

/* An outage is suspected, confirmed and over, once, whatever is restarted in between; its
 * notices are two, one for each phase. A line that only answered late is
 * suspected and cleared. */
static void
told_once_an_incident(void **state)
{
	struct notify_conf conf = {.kind = NOTIFY_COMMAND, .name = "script"};
	struct settings s = settings(&conf, 1);
	struct alarm a;
	int waiting = 0;
	FILE *keep = stdout;

	(void)state;
	stdout = fopen("/dev/null", "w");
	assert_int_equal(alarm_open(&a, dir, &s, BASE_NS), 0);
	struct judge *j = judge_of_three();
	live_seconds(&a, j, 0, 160, 100, 130, false);
	count_events("suspected confirmed over ");
	live_seconds(&a, j, 160, 420, 300, 308, true);
	count_events("suspected confirmed over suspected cleared ");
	live_seconds(&a, j, 420, 560, 500, 1000, false);
	count_events("suspected confirmed over suspected cleared suspected confirmed ");
	alarm_close(&a);
	judge_free(j);
	/* restarted in the middle of it: read again from before */
	assert_int_equal(alarm_open(&a, dir, &s, BASE_NS + 560 * NS_PER_S), 0);
	assert_true(alarm_since(&a, BASE_NS + 560 * NS_PER_S) < BASE_NS);
	j = judge_of_three();
	live_seconds(NULL, j, 0, 560, 500, 600, false);
	live_seconds(&a, j, 560, 650, 500, 600, false);
	count_events(
	    "suspected confirmed over suspected cleared suspected confirmed over ");
	alarm_close(&a);
	judge_free(j);
	fclose(stdout);
	stdout = keep;
	assert_int_equal(spool_each(dir, count_one, &waiting), 4);
}

static void
second_records_are_no_sendings(void **state)
{
	struct seen seen = {0};
	struct sample s = {.probe = 3, .session = 2, .seq = 1};

	(void)state;
	for (s.seq = 1; s.seq < 10000; s.seq++)
		assert_true(seen_is_new(&seen, &s));
	for (s.seq = 1; s.seq < 10000; s.seq++)
		assert_false(seen_is_new(&seen, &s));
	s.seq = 20000; /* those between may still come */
	assert_true(seen_is_new(&seen, &s));
	s.seq = 19000;
	assert_true(seen_is_new(&seen, &s));
	assert_false(seen_is_new(&seen, &s));
	s.session = 3;
	assert_true(seen_is_new(&seen, &s));
	seen_done(&seen);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(draft_says_what_was_judged),
	    cmocka_unit_test_setup_teardown(mail_arrives, setup, teardown),
	    cmocka_unit_test_setup_teardown(webhook_arrives, setup, teardown),
	    cmocka_unit_test_setup_teardown(name_is_asked_by_the_link, setup, teardown),
	    cmocka_unit_test_setup_teardown(command_is_not_injected, setup, teardown),
	    cmocka_unit_test_setup_teardown(spool_keeps_until_told, setup, teardown),
	    cmocka_unit_test_setup_teardown(spool_survives_rubbish, setup, teardown),
	    cmocka_unit_test(other_links_first),
	    cmocka_unit_test_setup_teardown(told_once_an_incident, setup, teardown),
	    cmocka_unit_test(second_records_are_no_sendings),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
