#include "reports/terms.h"

#include "reports/say.h"

const char *
terms_attribution(enum attribution a)
{
	static const char *const WORDS[] = {[ATTR_UNDETERMINED] = "not determined",
	    [ATTR_LOCAL] = "the site",
	    [ATTR_CPE] = "router (CPE)",
	    [ATTR_ACCESS] = "access line",
	    [ATTR_ISP_CORE] = "ISP's core",
	    [ATTR_UPSTREAM] = "upstream",
	    [ATTR_ISP_DNS] = "ISP's DNS",
	    [ATTR_TARGET] = "target",
	    [ATTR_SATURATION] = "full line"};

	return say_word(WORDS[a]);
}

const char *
terms_degradation(enum degradation_kind k)
{
	static const char *const WORDS[] = {[DEG_LOSS] = "loss",
	    [DEG_LATENCY] = "latency",
	    [DEG_JITTER] = "jitter",
	    [DEG_DNS] = "DNS",
	    [DEG_SERVICE] = "service",
	    [DEG_STALL] = "stall",
	    [DEG_ICMP] = "ICMP",
	    [DEG_IPV4] = "IPv4",
	    [DEG_IPV6] = "IPv6",
	    [DEG_THROUGHPUT] = "throughput",
	    [DEG_SATURATION] = "saturation",
	    [DEG_TARGET] = "target"};

	return say_word(WORDS[k]);
}

const char *
terms_role(enum role r)
{
	static const char *const WORDS[ROLE_COUNT] = {[ROLE_INTERNET] = "Internet",
	    [ROLE_GATEWAY] = "router",
	    [ROLE_ISP] = "ISP",
	    [ROLE_REFLECTOR] = "reflector",
	    [ROLE_THROUGHPUT] = "throughput"};

	return say_word(r < ROLE_COUNT ? WORDS[r] : "not known");
}

const char *
terms_kind(enum kind k)
{
	static const char *const WORDS[KIND_COUNT] = {[KIND_PING] = "ping",
	    [KIND_TCP] = "TCP",
	    [KIND_DNS] = "DNS",
	    [KIND_HTTP] = "HTTP"};

	return say_word(k < KIND_COUNT ? WORDS[k] : "not known");
}
