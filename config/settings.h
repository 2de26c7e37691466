#ifndef CONFIG_SETTINGS_H
#define CONFIG_SETTINGS_H

#include "base/journal.h"
#include "config/contract.h"

/*
 * The configuration, understood. Strings are owned by the settings. Field for option,
 * see INTERFACES.md and linkwitness.conf(5).
 */
struct probe_conf {
	struct probe_def def;
	char address[TEXT_ROOM]; /* ping, tcp: literal; dns: server; http: empty. A
	                            link-local one with its interface: fe80::1%eth0 */
	uint16_t port;           /* tcp, dns (default 53) */
	char query_name[TEXT_ROOM];
	char query_type[16]; /* A, AAAA, NS, MX, TXT, SOA, PTR, CNAME */
	char url[1024];
	bool upload;        /* http: direction = up */
	uint64_t max_bytes; /* http: at most so many a test; default 100M */
	unsigned streams;   /* http: connections at a time, 1 to 8; default 4 */
	bool builtin;       /* from the built-in set */
	unsigned line;
};

/* Many targets of a link from a file: pings of role reflector, all alike. */
struct listed {
	char name[NAME_ROOM], address[46];
	unsigned line;
};

struct target_list {
	char name[NAME_ROOM], file[1024];
	struct listed *targets;
	size_t n;
	int64_t every_ns, timeout_ns;
	unsigned line;
};

/* What of a link's packets is looked at, on its interface. */
enum capture_want {
	CAPTURE_NONE = 0,
	CAPTURE_PROBES, /* our own */
	CAPTURE_ALL     /* and how customers' connections begin */
};

struct link_conf {
	struct link_def def;
	char source[64];  /* literal address or empty */
	char source6[64]; /* likewise, IPv6 */
	uint32_t mark;
	bool has_mark;
	char gateway[64];           /* literal, as of probes; "auto" or "none" */
	enum capture_want capture;  /* default: all, but none with lists of targets */
	uint64_t throughput_budget; /* bytes of http tests a calendar month of the
	                               centre's zone; 0: no cap */
	int64_t path_every_ns;      /* between traces of the path; 0: none */
	struct probe_conf *probes;
	size_t n_probes;
	struct target_list *lists; /* beside the probes; see settings_target */
	size_t n_lists;
	unsigned line;
};

enum notify_kind {
	NOTIFY_MAIL,
	NOTIFY_WEBHOOK,
	NOTIFY_COMMAND
};

struct notify_conf {
	enum notify_kind kind;
	char name[NAME_ROOM];
	char url[1024]; /* smtp://host:port or http(s)://… */
	char from[TEXT_ROOM], to[TEXT_ROOM];
	char command[1024];
	char via[2 * NAME_ROOM]; /* LINK or CENTRE/LINK first; empty: one that is up */
	unsigned line;
};

/* Of the documents that are sent; empty: not. */
struct sending_conf {
	char key[1024], certificate[1024]; /* of who signs */
	char authority[1024];              /* URL of who stamps (RFC 3161) */
	char redact[32];                   /* what is left out, see config/redaction.h */
};

struct settings {
	char data_dir[1024];
	bool clock_trusted;      /* clock = trusted: UTC is good though the kernel says
	                            unsynchronised */
	int64_t clock_bound_ns;  /* the bound then; default 100 ms */
	int64_t retain_ns;       /* default 400 days */
	uint64_t retain_bytes;   /* 0: no limit */
	char user[NAME_ROOM];    /* run as; default nobody when started as root */
	char rrdcached[108];     /* its unix socket: a whole path; empty: none */
	struct link_conf *links; /* all centres' links, in file order */
	size_t n_links;
	struct contract_conf *contracts;
	size_t n_contracts;
	struct notify_conf *notify;
	size_t n_notify;
	struct sending_conf sending;
	char sha256[65]; /* hex, of the file's bytes; folded with those of its lists */
	char *text;      /* what was read, its comments blank */
};

/*
 * settings_load(out, path, err, room):
 * Read and check ${path}: a regular file, at most 1 MiB of UTF-8, a BOM skipped. Strict
 * and without effects, so that a reload can be tried in a child process first.
 *
 * Result  0, or -errno with one line in err, and nothing is kept: -EINVAL for a mistake
 * in it, "FILE:LINE: what is wrong, and what would be right"; else it could not be read,
 * "FILE: why".
 */
int settings_load(struct settings **out, const char *path, char *err, size_t room);
int settings_parse(struct settings **out, const char *name, const char *text, size_t len,
    char *err, size_t room);
void settings_free(struct settings *s);

/* What is said of a link, or NULL; of no settings (NULL) nothing is. */
const struct link_conf *settings_link(
    const struct settings *s, const char *centre, const char *link);

/* The address that a probe asks, without its interface: family 4, 6, or 0 for none. */
uint8_t settings_address(const struct probe_conf *p, uint8_t out[16]);

/* Is this the source that the link sends from, in that family (4, 6)? Of a link without
 * one none is. */
bool settings_is_source(
    const struct link_conf *link, uint8_t family, const uint8_t *address);

/* The probe that gateway = ADDRESS makes, for a gateway found otherwise. */
void settings_gateway(
    const struct link_conf *link, const char *address, struct probe_conf *out);

/* The probe that target ${i} of a list makes. */
void settings_target(const struct link_conf *link, const struct target_list *list,
    size_t i, struct probe_conf *out);

/* The contract that a link names, whatever its dates, or NULL where it has none. */
const struct contract_conf *settings_contract(
    const struct settings *s, const struct link_def *link);

/* The version of a link's contract that was in force on a day of the centre's zone: of
 * those that follow one another, whichever of them the link names. NULL where none was.
 */
const struct contract_conf *settings_contract_at(
    const struct settings *s, const struct link_def *link, struct civil_date day);

#endif
