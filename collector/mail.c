#include "collector/mail.h"

#include <stddef.h>

static void
make_ready(struct mail *m)
{
	for (int i = m->used; i-- > 0;) {
		struct msghdr *h = &m->heads[i].msg_hdr;
		h->msg_namelen = sizeof m->letters[i].from;
		h->msg_controllen = sizeof m->letters[i].control.room;
		h->msg_flags = 0;
	}
	m->used = 0;
	if (m->letters[0].iov.iov_len != 0)
		return;
	for (int i = 0; i < MAIL_MOST; i++) {
		struct letter *l = &m->letters[i];
		l->iov = (struct iovec){l->packet, MAIL_BYTES};
		m->heads[i].msg_hdr = (struct msghdr){.msg_name = &l->from,
		    .msg_namelen = sizeof l->from,
		    .msg_iov = &l->iov,
		    .msg_iovlen = 1,
		    .msg_control = &l->control,
		    .msg_controllen = sizeof l->control.room};
	}
}

int
mail_fetch(struct mail *m, int fd, int flags)
{
	make_ready(m);
	int n = recvmmsg(fd, m->heads, MAIL_MOST, MSG_DONTWAIT | flags, NULL);
	m->used = n > 0 ? n : MAIL_MOST; /* a failure may have touched any */
	return n;
}
