#ifndef COLLECTOR_ECHO_SOCKET_H
#define COLLECTOR_ECHO_SOCKET_H

#include "collector/echo.h"

/*
 * Make a raw ICMP socket of the family that of ${key}'s echoes alone: the kernel lets
 * through what carries its identifier and cookie or quotes them, cut to ${bytes}. Where
 * an option is refused more comes, or it costs more; nothing is wrong by it.
 */
void echo_socket(int fd, int family, const struct echo_key *key, unsigned bytes);

/* From now on replies come to the socket, as at first, or errors alone. 0 or -errno. */
int echo_socket_replies(int fd, int family, bool come);

#endif
