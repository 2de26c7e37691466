/*
 * Every packet of the captures in ../shared/data/pcap, whole and cut at each length,
 * through what reads the network: none is taken for an answer, and nothing is read past
 * its end.
 */
#include "collector/dns_message.h"
#include "collector/echo.h"

#include <dirent.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static unsigned long packets, tries, taken;

/* With its own id it could be ours, were it not for the question. */
static bool
dns_try(const uint8_t *p, size_t n)
{
	uint8_t query[DNS_QUERY_ROOM];
	int length =
	    dns_message_query(query, "q.linkwitness.test", dns_message_type("A"));

	if (length < 0)
		exit(1);
	if (n >= 2)
		dns_message_set_id(query, dns_message_id(p));
	enum dns_match match = dns_message_match(p, n, query, (size_t)length);
	return match == DNS_ANSWER || match == DNS_RCODE;
}

/* A copy that ends where its memory does, so that the sanitizers see a step beyond. */
static void
feed(const uint8_t *p, size_t n)
{
	static const struct echo_key KEY = {{1, 2}, 3, 4};
	struct echo_seen seen;
	uint32_t probe;
	uint64_t seq;
	uint8_t *copy = malloc(n > 0 ? n : 1);

	if (copy == NULL)
		exit(1);
	memcpy(copy, p, n);
	for (int family = 4; family <= 6; family += 2) {
		echo_parse(&seen, family, &KEY, copy, n);
		taken += seen.kind != ECHO_NOT_OURS;
	}
	taken += echo_recognise(&KEY, copy, n, &probe, &seq);
	taken += dns_try(copy, n);
	tries++;
	free(copy);
}

static void
packet(const uint8_t *p, size_t n)
{
	/* From every layer a reader could begin at: link, network, transport, payload. */
	static const size_t STARTS[] = {0, 14, 18, 34, 42, 54};

	packets++;
	for (size_t i = 0; i < sizeof STARTS / sizeof STARTS[0]; i++)
		for (size_t cut = STARTS[i]; cut <= n && cut < STARTS[i] + 160; cut++)
			feed(p + STARTS[i], cut - STARTS[i]);
	feed(p, n);
}

static void
capture(const char *path)
{
	char err[PCAP_ERRBUF_SIZE];
	struct pcap_pkthdr *head;
	const u_char *data;
	pcap_t *p = pcap_open_offline(path, err);

	if (p == NULL)
		return; /* some are no captures at all, on purpose */
	for (int n = 0; n < 200 && pcap_next_ex(p, &head, &data) == 1; n++)
		packet(data, head->caplen);
	pcap_close(p);
}

static void
walk(const char *path)
{
	DIR *d = opendir(path);
	struct dirent *e;
	struct stat st;
	char sub[4096];

	while (d != NULL && (e = readdir(d)) != NULL) {
		snprintf(sub, sizeof sub, "%s/%s", path, e->d_name);
		if (e->d_name[0] == '.' || stat(sub, &st) < 0)
			continue;
		if (S_ISDIR(st.st_mode))
			walk(sub);
		else
			capture(sub);
	}
	if (d != NULL)
		closedir(d);
}

int
main(void)
{
	const char *top = getenv("LW_TOP");
	char path[4096];
	struct stat st;

	snprintf(path, sizeof path, "%s/../shared/data/pcap", top != NULL ? top : ".");
	if (stat(path, &st) < 0) {
		puts("skipped: there is no ../shared/data/pcap beside this clone");
		return 77;
	}
	walk(path);
	printf("%lu packets, %lu readings, %lu taken for ours\n", packets, tries, taken);
	return packets == 0 || taken != 0;
}
