#include "base/loop.h"

#include "base/bytes.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define EVENTS_A_ROUND 64
#define ROUNDS_MOST    256 /* of what is ready, before timers have their turn */

struct watched {
	loop_fd_fn *fn;
	void *ctx;
	uint32_t generation; /* so that an event of an earlier owner of the number is
	                        dropped */
};

struct loop {
	int epoll, timer, signals;
	bool stopped;
	struct watched *watched; /* by descriptor */
	size_t n_watched;
	struct loop_timer **heap; /* from 1 */
	size_t n_timers, timer_room;
	mono_t armed;
	loop_signal_fn *signal_fn;
	void *signal_ctx;
};

/* ---- timers: a binary heap by time ---- */

static void
put_at(struct loop *l, size_t place, struct loop_timer *t)
{
	l->heap[place] = t;
	t->place = place;
}

static void
rise(struct loop *l, size_t i)
{
	struct loop_timer *t = l->heap[i];

	for (; i > 1 && t->at.ns < l->heap[i / 2]->at.ns; i /= 2)
		put_at(l, i, l->heap[i / 2]);
	put_at(l, i, t);
}

static void
sink(struct loop *l, size_t i)
{
	struct loop_timer *t = l->heap[i];

	for (size_t k; (k = 2 * i) <= l->n_timers; i = k) {
		if (k < l->n_timers && l->heap[k + 1]->at.ns < l->heap[k]->at.ns)
			k++;
		if (t->at.ns <= l->heap[k]->at.ns)
			break;
		put_at(l, i, l->heap[k]);
	}
	put_at(l, i, t);
}

void
loop_timer_set(struct loop *l, struct loop_timer *t, mono_t at)
{
	t->at = at;
	if (t->place == 0) {
		if (l->n_timers + 2 > l->timer_room) {
			l->timer_room = l->timer_room * 2 + 16;
			l->heap = memory_grow(l->heap, l->timer_room, sizeof *l->heap);
		}
		put_at(l, ++l->n_timers, t);
	}
	rise(l, t->place);
	sink(l, t->place);
}

void
loop_timer_cancel(struct loop *l, struct loop_timer *t)
{
	size_t i = t->place;

	if (i == 0)
		return;
	struct loop_timer *last = l->heap[l->n_timers--];
	t->place = 0;
	if (last == t)
		return;
	put_at(l, i, last);
	rise(l, i);
	sink(l, last->place);
}

/* Have the kernel wake us for the earliest timer. */
static void
arm(struct loop *l)
{
	int64_t at = l->n_timers > 0 ? l->heap[1]->at.ns : 0;
	struct itimerspec spec = {0};

	if (at == l->armed.ns)
		return;
	l->armed.ns = at;
	if (l->n_timers > 0) {
		if (at < 1)
			at = 1;
		spec.it_value.tv_sec = at / NS_PER_S;
		spec.it_value.tv_nsec = at % NS_PER_S;
	}
	timerfd_settime(l->timer, TFD_TIMER_ABSTIME, &spec, NULL);
}

/* Timers set by those that fire here wait for the next round, so none can starve the
 * sockets. */
static void
fire(struct loop *l)
{
	mono_t now = clock_mono();

	for (size_t most = l->n_timers; most > 0 && l->n_timers > 0; most--) {
		struct loop_timer *t = l->heap[1];
		if (t->at.ns > now.ns || l->stopped)
			break;
		loop_timer_cancel(l, t);
		t->fn(t->ctx, now);
	}
}

/* ---- descriptors ---- */

int
loop_watch(struct loop *l, int fd, uint32_t events, loop_fd_fn *fn, void *ctx)
{
	if (fd < 0)
		return -EBADF;
	if ((size_t)fd >= l->n_watched) {
		size_t n = (size_t)fd * 2 + 16;
		l->watched = memory_grow(l->watched, n, sizeof *l->watched);
		memset(l->watched + l->n_watched, 0,
		    (n - l->n_watched) * sizeof *l->watched);
		l->n_watched = n;
	}
	struct watched *w = &l->watched[fd];
	bool known = w->fn != NULL;
	struct epoll_event ev = {
	    .events = events, .data.u64 = (uint64_t)w->generation << 32 | (uint32_t)fd};
	if (epoll_ctl(l->epoll, known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, fd, &ev) < 0)
		return -errno;
	w->fn = fn;
	w->ctx = ctx;
	return 0;
}

void
loop_unwatch(struct loop *l, int fd)
{
	if (fd < 0 || (size_t)fd >= l->n_watched || l->watched[fd].fn == NULL)
		return;
	epoll_ctl(l->epoll, EPOLL_CTL_DEL, fd, NULL);
	l->watched[fd].fn = NULL;
	l->watched[fd].generation++;
}

static void
deliver(struct loop *l, const struct epoll_event *ev)
{
	size_t fd = (uint32_t)ev->data.u64;
	uint32_t generation = (uint32_t)(ev->data.u64 >> 32);

	if (fd >= l->n_watched)
		return;
	struct watched w = l->watched[fd];
	if (w.fn != NULL && w.generation == generation)
		w.fn(w.ctx, ev->events);
}

/* ---- the loop ---- */

/* Told once for each time it is set, so nothing need be read from it. */
static void
on_timer(void *ctx, uint32_t events)
{
	(void)events;
	((struct loop *)ctx)->armed.ns = 0;
}

static void
on_signal(void *ctx, uint32_t events)
{
	struct loop *l = ctx;
	struct signalfd_siginfo info;

	(void)events;
	while (read(l->signals, &info, sizeof info) == sizeof info)
		l->signal_fn(l->signal_ctx, (int)info.ssi_signo);
}

struct loop *
loop_new(void)
{
	struct loop *l = memory_grow(NULL, 1, sizeof *l);

	memset(l, 0, sizeof *l);
	l->signals = -1;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	l->timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
	if (l->epoll < 0 || l->timer < 0 ||
	    loop_watch(l, l->timer, EPOLLIN | EPOLLET, on_timer, l) < 0) {
		int saved = errno;
		loop_free(l);
		errno = saved;
		return NULL;
	}
	return l;
}

void
loop_free(struct loop *l)
{
	if (l == NULL)
		return;
	for (size_t i = 1; i <= l->n_timers; i++)
		l->heap[i]->place = 0;
	if (l->epoll >= 0)
		close(l->epoll);
	if (l->timer >= 0)
		close(l->timer);
	if (l->signals >= 0)
		close(l->signals);
	free(l->watched);
	free(l->heap);
	free(l);
}

int
loop_signals(struct loop *l, const int *signos, size_t n, loop_signal_fn *fn, void *ctx)
{
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < n; i++)
		sigaddset(&set, signos[i]);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -errno;
	l->signal_fn = fn;
	l->signal_ctx = ctx;
	int fd = signalfd(l->signals, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	l->signals = fd;
	return loop_watch(l, fd, EPOLLIN, on_signal, l);
}

void
loop_stop(struct loop *l)
{
	l->stopped = true;
}

/* Result: how many descriptors were ready, EVENTS_A_ROUND where there may be more. */
static int
take_ready(struct loop *l, int patience_ms)
{
	struct epoll_event ready[EVENTS_A_ROUND];
	int n = epoll_wait(l->epoll, ready, EVENTS_A_ROUND, patience_ms);

	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	for (int i = 0; i < n && !l->stopped; i++)
		deliver(l, &ready[i]);
	return n;
}

/* A timeout calls lost what has not come: what has come is read before it, be it on
 * thousands of descriptors after a stop of the process. */
int
loop_run(struct loop *l)
{
	l->stopped = false;
	while (!l->stopped) {
		arm(l);
		int n = take_ready(l, -1);
		for (int i = 1; n == EVENTS_A_ROUND && i < ROUNDS_MOST && !l->stopped;
		     i++)
			n = take_ready(l, 0);
		if (n < 0)
			return n;
		fire(l);
	}
	return 0;
}
