#ifndef COLLECTOR_FILTER_H
#define COLLECTOR_FILTER_H

#include "config/settings.h"

#include <linux/filter.h>

/*
 * Which packets of an interface the kernel hands to us at all, compiled by libpcap: ICMP
 * (echo requests that leave, replies that arrive, and errors),
 * datagrams of the DNS servers we ask (of their ports, where they are more than 64), and
 * the beginnings and resets of TCP connections, with CAPTURE_PROBES those of the hosts we
 * connect to alone. Of each the first FILTER_BYTES, from the IP header on. What carries
 * customers' payload is never copied.
 */
#define FILTER_BYTES 176

/* Result: 0 with a program to be freed with filter_free; -ELIBACC where libpcap is not
 * there, -EINVAL where it compiles none. */
int filter_make(struct sock_fprog *out, const struct settings *s, enum capture_want want);
void filter_free(struct sock_fprog *f);

#endif
