/*
 * app: the demo line, a program of its own, started as a child. It ends with its standard input,
 * so it never outlives the phone. All calls on the face's thread; none of them waits.
 */
#ifndef ARS_APP_DEMO_H
#define ARS_APP_DEMO_H

#include <stdint.h>

#include <ars/secret.h>

struct demo;

/* What it says of itself when it is ready. */
struct demo_info {
    uint16_t port;
    char login[64];
    char sha256[65];
    struct ars_secret *password;
};

enum demo_state {
    DEMO_STARTING,
    DEMO_READY,
    DEMO_FAILED, /* it did not start, or has ended */
};

/*
 * program NULL: beside our own, or where it is installed to. bell: the state has changed; any
 * thread. ENOMEM, EAGAIN.
 */
int demo_start(struct demo **ret, const char *program, void (*bell)(void *arg), void *arg);

/* Ends the program; takes NULL. The bell may ring once more, but not after demo_stop() returned. */
void demo_stop(struct demo *d);

/* The newest state; true once for each. *ret_info and *ret_text (why it failed) are borrowed. */
bool demo_changed(struct demo *d, enum demo_state *ret, const struct demo_info **ret_info,
                  const char **ret_text);

#endif
