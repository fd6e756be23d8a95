/* cli: an engine, one command that uses it, and the poll loop that they live in. */
#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/engine.h>

#include "options.h"
#include "print.h"

#define SESSION_TIMERS 64

struct session;

typedef void session_fn(struct session *s, ars_id call);

/* What a command of the command line does. All but begin may be NULL. */
struct command {
    const char *name;
    bool needs_account;
    bool needs_argument;
    bool reads_input;
    void (*begin)(struct session *s);
    void (*event)(struct session *s, const struct ars_event *ev);
    /* Some of standard input; len 0: its end. */
    void (*input)(struct session *s, const char *data, size_t len);
    /* Whether more input can be taken now. */
    bool (*wants_input)(const struct session *s);
    void (*close)(struct session *s);
};

struct session_timer {
    uint64_t due_ms;
    session_fn *fn;
    ars_id call;
};

struct session {
    const struct options *opt;
    const struct command *command;
    struct ars_answering answering; /* as it is now */
    struct ars_engine *engine;
    struct printer printer;
    struct session_timer timers[SESSION_TIMERS];
    size_t timers_n;
    void *state; /* the command's */
    int bell_fd;
    int signal_fd;
    int code;
    uint32_t online; /* accounts that are registered now, a bit each */
    bool registered; /* all of them */
    bool was_registered;
    bool failed_to_register;
    bool input_ended;
    bool finishing;
    bool stopped;
    uint64_t give_up_ms;
};

/* The exit code. */
int session_run(struct session *s, const struct options *opt, const struct command *command);

/* fn(call) in ms; call_id 0 where it does not matter. */
void session_at(struct session *s, uint32_t ms, session_fn *fn, ars_id call);

/* Takes cmd; NULL (out of memory) or a full queue ends the session. */
void session_post(struct session *s, struct ars_command *cmd);

/* s->answering holds from now on. */
void session_answering(struct session *s);

/* Hangs up, un-registers, ends with this code. The first code that is not 0 stays. */
void session_finish(struct session *s, int code);

/*
 * The first part of every command with an account. begin() calls the former; the latter is called
 * with each event, is true for the one with which all accounts got registered for the first time,
 * and ends the session when one cannot be.
 */
void session_await_registration(struct session *s);
bool session_registered(struct session *s, const struct ars_event *ev);

/* How a call that has ended counts. */
int session_call_code(const struct ars_event *ended);

extern const struct command command_register;
extern const struct command command_call;
extern const struct command command_answer;
extern const struct command command_devices;
extern const struct command command_resolve;
extern const struct command command_script;
extern const struct command command_number;

#endif
