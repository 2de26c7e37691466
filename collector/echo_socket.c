#include "collector/echo_socket.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* Only what carries our identifier and cookie comes to us: echo replies, and errors that
 * quote them. */
static void
filter_v4(int fd, const struct echo_key *key, unsigned bytes)
{
	uint32_t cookie = __builtin_bswap32(key->cookie); /* its bytes, read in order */
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 0),
	    BPF_STMT(BPF_LD | BPF_B | BPF_IND, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0),  /* echo reply */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 3, 5, 0),  /* unreachable */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 11, 4, 9), /* time exceeded */
	    BPF_STMT(BPF_LD | BPF_H | BPF_IND, 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, key->ident, 0, 7),
	    BPF_STMT(BPF_LD | BPF_W | BPF_IND, 8),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, cookie, 4, 5),
	    BPF_STMT(BPF_LD | BPF_H | BPF_IND, 8 + 20 + 4), /* quoted without options */
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, key->ident, 0, 3),
	    BPF_STMT(BPF_LD | BPF_W | BPF_IND, 8 + 20 + 8),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, cookie, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, bytes),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof code / sizeof code[0], code};

	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

static void
filter_v6(int fd, const struct echo_key *key, unsigned bytes)
{
	uint32_t cookie = __builtin_bswap32(key->cookie); /* its bytes, read in order */
	struct sock_filter code[] = {
	    BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 0),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 129, 0, 4),
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, key->ident, 0, 7),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 8),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, cookie, 4, 5),
	    BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 8 + 40 + 4),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, key->ident, 0, 3),
	    BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 8 + 40 + 8),
	    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, cookie, 0, 1),
	    BPF_STMT(BPF_RET | BPF_K, bytes),
	    BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog program = {sizeof code / sizeof code[0], code};

	(void)setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program);
}

/* Whole or not at all, which 64 bytes always are: then the kernel need not find each
 * packet a number of its own (RFC 6864), which takes it a tenth of the sending. */
static void
never_in_pieces(int fd)
{
	int on = IP_PMTUDISC_DO;

	(void)setsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &on, sizeof on);
}

/* By type, before the kernel makes a copy for us to filter. */
int
echo_socket_replies(int fd, int family, bool come)
{
	struct icmp6_filter six;
	struct icmp_filter four = {~(1u << ICMP_DEST_UNREACH | 1u << ICMP_TIME_EXCEEDED)};
	int rc;

	if (family == AF_INET6) {
		ICMP6_FILTER_SETBLOCKALL(&six);
		ICMP6_FILTER_SETPASS(ICMP6_DST_UNREACH, &six);
		ICMP6_FILTER_SETPASS(ICMP6_TIME_EXCEEDED, &six);
		if (come)
			ICMP6_FILTER_SETPASS(ICMP6_ECHO_REPLY, &six);
		rc = setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &six, sizeof six);
	} else {
		if (come)
			four.data &= ~(1u << ICMP_ECHOREPLY);
		rc = setsockopt(fd, SOL_RAW, ICMP_FILTER, &four, sizeof four);
	}
	return rc < 0 ? -errno : 0;
}

void
echo_socket(int fd, int family, const struct echo_key *key, unsigned bytes)
{
	(void)echo_socket_replies(fd, family, true);
	if (family == AF_INET6) {
		filter_v6(fd, key, bytes);
		return;
	}
	filter_v4(fd, key, bytes);
	never_in_pieces(fd);
}
