/*
 * libpcap is loaded by the broker alone, when a filter is wanted: linked, it and the
 * libraries behind it (D-Bus, systemd, …) would lie in the measuring process too, a third
 * more memory for nothing.
 */
#include "collector/filter.h"

#include "base/bytes.h"

#include <dlfcn.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <pcap/pcap.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HOSTS_MOST 64
#define ECHO_STEPS 12 /* of a branch of the beginning */
#define HEAD_STEPS (2 + 2 * ECHO_STEPS + 1)
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

/* "host A or host B" of all probes of a kind. Result: how many; -1, and nothing added,
 * where they are too many to list. */
static int
add_hosts(struct text *t, const struct settings *s, enum kind kind)
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
			if (n == HOSTS_MOST)
				return -1;
			hosts[n++] = p->address;
		}
	}
	for (size_t k = 0; k < n; k++)
		add(t, "%shost %.*s", k > 0 ? " or " : "(", (int)strcspn(hosts[k], "%"),
		    hosts[k]);
	add(t, "%s", n > 0 ? ")" : "");
	return (int)n;
}

/* "port A or port B" of all DNS servers; nothing where they are too many to list: all
 * datagrams then. */
static void
add_ports(struct text *t, const struct settings *s)
{
	uint16_t ports[HOSTS_MOST];
	size_t n = 0;

	for (size_t l = 0; l < s->n_links; l++) {
		for (size_t i = 0; i < s->links[l].n_probes; i++) {
			const struct probe_conf *p = &s->links[l].probes[i];
			bool known = p->def.kind != KIND_DNS;
			for (size_t k = 0; k < n && !known; k++)
				known = ports[k] == p->port;
			if (known)
				continue;
			if (n == HOSTS_MOST)
				return;
			ports[n++] = p->port;
		}
	}
	for (size_t k = 0; k < n; k++)
		add(t, "%sport %u", k > 0 ? " or " : " and (", ports[k]);
	add(t, ")");
}

/* The datagrams of the DNS servers we ask. */
static void
add_dns(struct text *t, const struct settings *s)
{
	size_t before = t->n;

	add(t, " or (udp and ");
	int n = add_hosts(t, s, KIND_DNS);
	if (n < 0) {
		t->p[t->n = before] = '\0';
		add(t, " or (udp");
		add_ports(t, s);
	}
	if (n == 0)
		t->p[t->n = before] = '\0';
	else
		add(t, ")");
}

/* The beginnings and resets of connections to the hosts that TCP probes go to. */
static void
add_tcp(struct text *t, const struct settings *s, const char *beginnings)
{
	size_t before = t->n;

	add(t, " or (%s and ", beginnings);
	int n = add_hosts(t, s, KIND_TCP);
	if (n == 0)
		t->p[t->n = before] = '\0';
	else
		add(t, n < 0 ? "tcp)" : ")");
}

struct compiler {
	void *library;
	pcap_t *(*open_dead)(int, int);
	int (*compile)(pcap_t *, struct bpf_program *, const char *, int, bpf_u_int32);
	void (*close)(pcap_t *);
	void (*freecode)(struct bpf_program *);
};

static bool
load(struct compiler *c)
{
	static const char *const NAMES[] = {"libpcap.so.0.8", "libpcap.so.1"};

	*c = (struct compiler){0};
	for (size_t i = 0; i < sizeof NAMES / sizeof NAMES[0] && c->library == NULL; i++)
		c->library = dlopen(NAMES[i], RTLD_LAZY | RTLD_LOCAL);
	if (c->library == NULL)
		return false;
	*(void **)&c->open_dead = dlsym(c->library, "pcap_open_dead");
	*(void **)&c->compile = dlsym(c->library, "pcap_compile");
	*(void **)&c->close = dlsym(c->library, "pcap_close");
	*(void **)&c->freecode = dlsym(c->library, "pcap_freecode");
	if (c->open_dead != NULL && c->compile != NULL && c->close != NULL &&
	    c->freecode != NULL)
		return true;
	dlclose(c->library);
	return false;
}

/* Is it ICMP of type ${four}, or ICMPv6 of ${six}? Then on with the last step of the
 * beginning, which drops it; else with what stands behind that. ${at}: the first free. */
static void
add_echo(struct sock_filter *head, size_t at, uint8_t four, uint8_t six)
{
	uint8_t drop = (uint8_t)(HEAD_STEPS - 1 - at);
	uint8_t pass = (uint8_t)(drop + 1);
	const struct sock_filter steps[ECHO_STEPS] = {
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
	    BPF_STMT(BPF_ALU | BPF_AND | BPF_K, 0xf0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x40, 0, 5),
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 9),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 1, 0, (uint8_t)(pass - 5)),
	    BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
	    BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, four, (uint8_t)(drop - 8),
	        (uint8_t)(pass - 8)),
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 58, 0, (uint8_t)(pass - 10)),
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 40),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, six, (uint8_t)(drop - 12),
	        (uint8_t)(pass - 12)),
	};

	memcpy(head + at, steps, sizeof steps);
}

/* Echo requests are looked at as they leave, replies as they arrive: those that others
 * send to this host, and on loopback each a second time, are nobody's evidence. */
static void
add_directions(struct sock_filter head[HEAD_STEPS])
{
	head[0] = (struct sock_filter)BPF_STMT(
	    BPF_LD | BPF_W | BPF_ABS, (uint32_t)(SKF_AD_OFF + SKF_AD_PKTTYPE));
	head[1] = (struct sock_filter)BPF_JUMP(
	    BPF_JMP | BPF_JEQ | BPF_K, PACKET_OUTGOING, 0, ECHO_STEPS);
	add_echo(head, 2, 0, 129);
	add_echo(head, 2 + ECHO_STEPS, 8, 128);
	head[HEAD_STEPS - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0);
}

/* The program in memory of its own, behind the beginning that tells directions. */
static int
compile(const struct compiler *c, const char *text, struct sock_fprog *out)
{
	pcap_t *dead = c->open_dead(DLT_RAW, FILTER_BYTES);
	struct bpf_program program;
	int rc = -EINVAL;

	if (dead == NULL)
		return -ENOMEM;
	if (c->compile(dead, &program, text, 1, PCAP_NETMASK_UNKNOWN) == 0) {
		_Static_assert(sizeof(struct bpf_insn) == sizeof(struct sock_filter),
		    "libpcap's instructions are the kernel's");
		out->len = (unsigned short)(HEAD_STEPS + program.bf_len);
		out->filter = memory_grow(NULL, out->len, sizeof *out->filter);
		add_directions(out->filter);
		memcpy(out->filter + HEAD_STEPS, program.bf_insns,
		    program.bf_len * sizeof *out->filter);
		c->freecode(&program);
		rc = 0;
	}
	c->close(dead);
	return rc;
}

int
filter_make(struct sock_fprog *out, const struct settings *s, enum capture_want want)
{
	static const char BEGINNINGS[] =
	    "((ip and tcp[13] & 6 != 0) or (ip6 and ip6[6] = 6 and ip6[53] & 6 != 0))";
	/* ICMPv6 behind options or a routing header, which "icmp6" does not find. */
	static const char BEHIND_ONE[] = "(ip6 and ip6[40] = 58 and (ip6[6] = 0 or "
	                                 "ip6[6] = 43 or ip6[6] = 60))";
	struct compiler c;

	if (!load(&c))
		return -ELIBACC;
	struct text *t = memory_grow(NULL, 1, sizeof *t);
	t->n = 0;
	add(t, "icmp or icmp6 or %s", BEHIND_ONE);
	add_dns(t, s);
	if (want == CAPTURE_ALL)
		add(t, " or %s", BEGINNINGS);
	else
		add_tcp(t, s, BEGINNINGS);
	int rc = t->n < sizeof t->p ? compile(&c, t->p, out) : -EINVAL;
	dlclose(c.library);
	free(t);
	return rc;
}

void
filter_free(struct sock_fprog *f)
{
	free(f->filter);
	f->filter = NULL;
}
