#include "collector/filter.h"

#include "base/bytes.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS_MOST 64
#define TEXT_MOST  16384

struct text {
	char p[TEXT_MOST];
	size_t n;
};

static void __attribute__((format(printf, 2, 3)))
add(struct text *t, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	int n = vsnprintf(t->p + t->n, sizeof t->p - t->n, format, ap);
	va_end(ap);
	if (n > 0)
		t->n += (size_t)n;
}

/* "host A or host B" of all probes of a kind; ${all} where they are too many to list.
 * Result: false where there are none. */
static bool
add_hosts(struct text *t, const struct settings *s, enum kind kind, const char *all)
{
	const char *hosts[HOSTS_MOST];
	size_t n = 0;

	for (size_t l = 0; l < s->n_links; l++) {
		for (size_t i = 0; i < s->links[l].n_probes; i++) {
			const struct probe_conf *p = &s->links[l].probes[i];
			bool known = p->def.kind != kind || p->address[0] == '\0';
			for (size_t k = 0; k < n && !known; k++)
				known = strcmp(hosts[k], p->address) == 0;
			if (known)
				continue;
			if (n == HOSTS_MOST) {
				add(t, "%s", all);
				return true;
			}
			hosts[n++] = p->address;
		}
	}
	for (size_t k = 0; k < n; k++)
		add(t, "%shost %.*s", k > 0 ? " or " : "(", (int)strcspn(hosts[k], "%"),
		    hosts[k]);
	add(t, "%s", n > 0 ? ")" : "");
	return n > 0;
}

int
filter_make(struct sock_fprog *out, const struct settings *s, enum capture_want want)
{
	static const char BEGINNINGS[] =
	    "((ip and tcp[13] & 6 != 0) or (ip6 and ip6[6] = 6 and ip6[53] & 6 != 0))";
	struct text *t = memory_grow(NULL, 1, sizeof *t);
	struct bpf_program program;
	int rc = -EINVAL;

	t->n = 0;
	add(t, "icmp or icmp6 or (udp and ");
	if (!add_hosts(t, s, KIND_DNS, "port 53"))
		t->n = (size_t)snprintf(t->p, sizeof t->p, "icmp or icmp6");
	else
		add(t, ")");
	if (want == CAPTURE_ALL) {
		add(t, " or %s", BEGINNINGS);
	} else {
		size_t before = t->n;
		add(t, " or (%s and ", BEGINNINGS);
		if (add_hosts(t, s, KIND_TCP, "tcp"))
			add(t, ")");
		else
			t->p[t->n = before] = '\0';
	}
	pcap_t *dead = pcap_open_dead(DLT_RAW, FILTER_BYTES);
	if (dead != NULL && t->n < sizeof t->p &&
	    pcap_compile(dead, &program, t->p, 1, PCAP_NETMASK_UNKNOWN) == 0) {
		_Static_assert(sizeof(struct bpf_insn) == sizeof(struct sock_filter),
		    "libpcap's instructions are the kernel's");
		*out = (struct sock_fprog){.len = (unsigned short)program.bf_len,
		    .filter = (struct sock_filter *)(void *)program.bf_insns};
		rc = 0;
	}
	if (dead != NULL)
		pcap_close(dead);
	free(t);
	return rc;
}

void
filter_free(struct sock_fprog *f)
{
	struct bpf_program program = {
	    .bf_len = f->len, .bf_insns = (struct bpf_insn *)(void *)f->filter};

	pcap_freecode(&program);
	f->filter = NULL;
}
