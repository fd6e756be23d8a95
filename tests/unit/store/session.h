/*
 * Unit tests of store: a desktop session of one's own: a message bus on which nothing is started
 * by itself, GNOME Keyring on it, and a prompter that plays the user.
 */
#ifndef ARS_TEST_SESSION_H
#define ARS_TEST_SESSION_H

#include <sys/types.h>

#include "bus.h"
#include "tests.h"

struct session {
    struct folder folder;
    struct bus bus;
    pid_t keyring;
    struct prompter *prompter;
    char *runtime_dir; /* as they were */
    char *data_home;
    char *home;
};

/* The environment is the session's from here on. ETIMEDOUT: the bus does not start. */
int session_start(struct session *s);
/* The bus's end closes the connections. s may be zeroed. */
void session_stop(struct session *s);

/* password NULL: locked, as after a log-in without the password. Waits for its name on the bus. */
int session_start_keyring(struct session *s, const char *password);
void session_stop_keyring(struct session *s);

enum prompter_answer {
    PROMPTER_DECLINES,
    PROMPTER_SLEEPS, /* the user is away */
};

/* Owns the prompter's name; runs in the main context. */
int session_start_prompter(struct session *s, enum prompter_answer answer);
/* How often the user was asked. */
unsigned session_prompts(const struct session *s);

#endif
