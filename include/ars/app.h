/*
 * app: the telephone as a face sees it: settings, secrets, engine and journal wired together, and a
 * model of the line and its calls that is always true. One thread, the face's (GLib main context);
 * handlers run there, from inside ars_app_dispatch(), never from inside another call.
 */
#ifndef ARS_APP_H
#define ARS_APP_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/app_call.h>
#include <ars/app_line.h>
#include <ars/command.h>
#include <ars/event.h>
#include <ars/history.h>
#include <ars/settings.h>

struct ars_app;

enum ars_app_problem_kind {
    ARS_APP_SETTINGS_BROKEN,    /* text: where the file was set aside */
    ARS_APP_SETTINGS_NEWER,     /* a later version's: nothing is saved over it */
    ARS_APP_SETTINGS_NOT_READ,  /* text: why */
    ARS_APP_SETTINGS_NOT_SAVED, /* text: why */
    ARS_APP_SECRET_IN_FILE,     /* there is no keyring: the password is in a file */
    ARS_APP_SECRET_LOCKED,      /* the keyring was not opened */
    ARS_APP_SECRET_FAILED,      /* text: why the keyring did not take or give the password */
    ARS_APP_JOURNAL,            /* text: why it is not kept */
    ARS_APP_JOURNAL_DAMAGED,    /* text: where it was set aside */
    ARS_APP_AUDIO_DEVICE,       /* text: name; input; the call goes on without it */
    ARS_APP_AUDIO_DEVICE_AWAY,  /* the same; the system's default is used till it is back */
    ARS_APP_AUDIO_DEVICE_BACK,  /* text: name; input */
    ARS_APP_HOST_MAP,           /* text: a rule of the account that is left out, and why */
    ARS_APP_DEMO,               /* text: why there is no demo line */
    ARS_APP_DIAL,               /* text: the number; reason */
    ARS_APP_TRANSFER,           /* call, text: to whom, reason: it goes on as before */
    ARS_APP_COMMAND,            /* call (0: none), reason: something else was not possible */
};

struct ars_app_problem {
    enum ars_app_problem_kind kind;
    const char *text; /* "" or as above; English where it is a sentence */
    ars_id call;
    bool input;
    struct ars_reason reason;
};

/* Any may be NULL. What they are given is borrowed for the call. */
struct ars_app_handlers {
    void (*line)(const struct ars_app_line *line, void *arg); /* the one that dials */
    void (*lines)(void *arg);   /* any of them, or how many there are: ask again */
    void (*watched)(void *arg); /* the mailbox, or a watched line: see app_watched.h */
    void (*call_added)(const struct ars_app_call *call, void *arg);
    void (*call_changed)(const struct ars_app_call *call, void *arg);
    /* state is ENDED; the call leaves the model when the handler returns. */
    void (*call_ended)(const struct ars_app_call *call, void *arg);
    void (*dtmf)(ars_id call, char digit, void *arg);
    /* While ars_app_show_levels() is on: how loud both sides are now; NAN: not known. */
    void (*levels)(ars_id call, double in_dbfs, double out_dbfs, void *arg);
    /* The journal was written: ask again what is shown. missed: not looked at yet. */
    void (*journal_changed)(size_t missed, void *arg);
    void (*problem)(const struct ars_app_problem *problem, void *arg);
    void (*devices)(const struct ars_device *v, size_t n, void *arg);
    void (*sound_test)(enum ars_sound_test_step step, double dbfs, void *arg);
    void (*stopped)(void *arg); /* after ars_app_quit(); now ars_app_free() returns at once */
};

struct ars_app_conf {
    const char *config_dir; /* settings.json, the fallback secrets */
    const char *data_dir;   /* history.sqlite */
    const char *demo_line;  /* program to start for the demo line; NULL: the installed one */
    const char *audio_in;   /* as in audio.h, instead of the settings' (tests); NULL */
    const char *audio_out;
    const char *audio_ring;
    const char *awake_why; /* in the user's words, while a call keeps the machine awake; or NULL */
    const char *sleep_why; /* why its sleep waits a moment, or NULL: it does not */
    bool sip_trace;        /* redacted messages go to the log */
    void (*bell)(void *arg); /* call ars_app_dispatch() soon; any thread, must not block */
    void *bell_arg;
    const struct ars_app_handlers *handlers;
    void *arg;
};

/*
 * Loads, opens, starts the engine, and connects when there is an account. What went wrong with the
 * settings is a problem, told at the first dispatch. ENOMEM, EAGAIN.
 */
int ars_app_start(struct ars_app **ret, const struct ars_app_conf *conf);

/* Takes in what happened, and calls the handlers. */
void ars_app_dispatch(struct ars_app *app);
/* Hangs up, un-registers, then `stopped`, within 2.5 s, or 3.5 s where the sound server hangs. */
void ars_app_quit(struct ars_app *app);
/* Takes NULL. */
void ars_app_free(struct ars_app *app);

size_t ars_app_call_count(const struct ars_app *app);
/* Oldest first; by id NULL: no such call any more. */
const struct ars_app_call *ars_app_call_at(const struct ars_app *app, size_t i);
const struct ars_app_call *ars_app_find_call(const struct ars_app *app, ars_id id);
size_t ars_app_missed(const struct ars_app *app);

/* ---- what the user does: 0, EAGAIN, ENOMEM; what goes wrong later comes through handlers ---- */

/*
 * By the account that dials, through its dial rules; call_added follows, or ARS_APP_DIAL. ENOTCONN:
 * that account has never been connected, for want of a password say.
 */
int ars_app_dial(struct ars_app *app, const char *number);
/* By another. ENOENT: there is no such account. */
int ars_app_dial_from(struct ars_app *app, const char *account_id, const char *number);
/* What command.h says of a call. */
int ars_app_call_command(struct ars_app *app, enum ars_command_type type, ars_id call, int number,
                         const char *text);
/* Into a new file in the user's folder of recordings, or no more; the view says what came of it. */
int ars_app_record(struct ars_app *app, ars_id call, bool on);
/* While somebody looks at them. */
int ars_app_show_levels(struct ars_app *app, bool on);
/* Answered by `devices`, which comes again by itself when they have changed. */
int ars_app_list_devices(struct ars_app *app);
/* Answered by `sound_test`, or ARS_APP_COMMAND during a call; a call ends it. */
int ars_app_sound_test(struct ars_app *app, enum ars_sound_test test);

/* ---- settings ---- */

const struct ars_settings *ars_app_settings(const struct ars_app *app);
/* All but the accounts: sound, callers, size of the window. What changes holds at once. */
int ars_app_save_preferences(struct ars_app *app, const struct ars_settings *s);

/* Offered when there is no account; stores nothing. As ars_settings_import(). */
int ars_app_import(struct ars_app *app, struct ars_stored_account *ret,
                   struct ars_secret **ret_password);

/* ---- host mapping, while one types; pure. A bad rule: number from 1, byte, why in English ---- */

typedef void ars_app_rule_fn(size_t rule, size_t offset, const char *reason, void *arg);

/*
 * Bad rules through fn (may be NULL), the others apply. *ret_text: what server:port becomes,
 * "192.0.2.1:7443", or the same again when no rule fits; caller frees. ENOENT: the rules say that
 * there is no such server. E2BIG, ENOMEM.
 */
int ars_app_check_rules(const char *rules, const char *server, uint16_t port, ars_app_rule_fn *fn,
                        void *arg, char **ret_text);

/*
 * What is sent when `typed` (NULL: none) is dialled with these rules; bad ones through fn.
 * *ret_wire: caller frees; *ret_rule: which did it, 0: none. EINVAL: it is no number. ENOMEM.
 */
int ars_app_check_number(const char *rules, const char *typed, ars_app_rule_fn *fn, void *arg,
                         char **ret_wire, size_t *ret_rule);
/* As ars_engine_check_codecs(). */
bool ars_app_check_codecs(const char *list);
/* As ars_engine_check_stun(). */
int ars_app_check_stun(const char *list, size_t *ret_line);
/* As ars_engine_check_headers(). */
int ars_app_check_headers(const char *lines, size_t *ret_line, const char **ret_why);

/* ---- journal, as in history.h; fn runs in a later ars_app_dispatch() ---- */

int ars_app_journal(struct ars_app *app, const char *search, size_t offset, size_t limit,
                    ars_history_fn *fn, void *arg);
int ars_app_journal_delete(struct ars_app *app, int64_t id);
int ars_app_journal_seen(struct ars_app *app);

/*
 * "+7 (495) 123-45-67" for ten digits, or eleven that begin with 7 or 8; else as it is. For the eye
 * alone. Caller frees; NULL on ENOMEM.
 */
char *ars_app_format_number(const char *number);

#endif
