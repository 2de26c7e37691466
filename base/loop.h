#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "base/clock.h"

#include <stddef.h>
#include <stdint.h>

/*
 * An event loop over epoll and one timerfd on CLOCK_BOOTTIME. One thread. A callback may
 * watch, unwatch, set and cancel anything, itself included. Descriptors that are ready go
 * before timers that are due. Nothing is allocated once the numbers of descriptors and
 * timers have reached their height.
 */
struct loop;

typedef void loop_fd_fn(void *ctx, uint32_t events); /* EPOLLIN, EPOLLOUT, EPOLLERR, … */
typedef void loop_timer_fn(void *ctx, mono_t now);

/* A timer, embedded in what it belongs to. Zero it, set fn and ctx once. */
struct loop_timer {
	loop_timer_fn *fn;
	void *ctx;
	mono_t at;
	size_t place; /* in the heap, from 1; 0: not set */
};

/* NULL with errno where the kernel gives no epoll or timer. */
struct loop *loop_new(void);
void loop_free(struct loop *l);

/* Call ${fn} when ${fd} is ready for ${events}; again for the same fd changes both. 0 or
 * -errno. */
int loop_watch(struct loop *l, int fd, uint32_t events, loop_fd_fn *fn, void *ctx);
/* No more calls for ${fd}, pending ones of this round included. Call before close. */
void loop_unwatch(struct loop *l, int fd);

/* Set (or move) the timer to ${at}; past times fire in the next round. It fires once. */
void loop_timer_set(struct loop *l, struct loop_timer *t, mono_t at);
void loop_timer_cancel(struct loop *l, struct loop_timer *t);

/* Run until loop_stop. Result 0 or -errno. */
int loop_run(struct loop *l);
void loop_stop(struct loop *l);

/* Signals arrive as calls in the loop (signalfd); they are blocked for the process. 0 or
 * -errno. */
typedef void loop_signal_fn(void *ctx, int signo);
int loop_signals(
    struct loop *l, const int *signos, size_t n, loop_signal_fn *fn, void *ctx);

#endif
