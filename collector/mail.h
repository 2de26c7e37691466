#ifndef COLLECTOR_MAIL_H
#define COLLECTOR_MAIL_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>

/*
 * What one call takes out of a socket's queue: up to MAIL_MOST packets with their senders
 * and the kernel's control messages, in memory that is used again by the next call.
 */
#define MAIL_MOST  64
#define MAIL_BYTES 512 /* of a packet; the rest is cut */

struct letter {
	struct iovec iov;
	struct sockaddr_in6 from;
	uint8_t packet[MAIL_BYTES];
	union {
		struct cmsghdr align;
		char room[256];
	} control;
};

struct mail { /* all zero at first */
	struct letter letters[MAIL_MOST];
	struct mmsghdr heads[MAIL_MOST];
	int used; /* by the call before: the others are still as they were made */
};

/* Does not wait. ${flags}: more for recvmmsg, as MSG_ERRQUEUE. Result: how many; -1 with
 * errno. */
int mail_fetch(struct mail *m, int fd, int flags);

#endif
