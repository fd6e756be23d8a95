/*
 * Tests: a message bus of one's own, on which nothing is started by itself.
 */
#ifndef ARS_TEST_BUS_H
#define ARS_TEST_BUS_H

#include <sys/types.h>

#define BUS_ADDRESS_MAX 512

struct bus {
    pid_t pid; /* 0: not running */
    char address[BUS_ADDRESS_MAX];
};

/* Its socket and configuration are made in `dir`. ETIMEDOUT, ENOENT: there is no dbus-daemon. */
int bus_start(struct bus *b, const char *dir);
void bus_stop(struct bus *b);

#endif
