/*
 * engine: the telephone without a face. It runs on a thread of its own; a face posts commands and
 * pops events. A face never waits for it.
 */
#ifndef ARS_ENGINE_H
#define ARS_ENGINE_H

#include <ars/addr.h>
#include <ars/command.h>
#include <ars/event.h>
#include <ars/voice.h>

struct ars_engine;

struct ars_engine_conf {
    const char *audio_in; /* as in audio.h */
    const char *audio_out;
    const char *audio_ring;
    struct ars_ringer ringer;
    struct ars_voice voice;  /* all off unless set: ARS_VOICE_DEFAULT */
    enum ars_tones tones;    /* whose tones of the network are heard */
    const char *user_agent;  /* NULL: "ARS Phone/VERSION" */
    bool sip_trace;          /* redacted messages go to the log at INFO */
    void (*bell)(void *arg); /* events wait; any thread, must not block */
    void *arg;
};

/* Starts the thread. ENOMEM, EAGAIN, EINVAL (audio spec), ENOENT (audio file). Face's thread. */
int ars_engine_start(struct ars_engine **ret, const struct ars_engine_conf *conf);

/* On 0 the engine owns cmd; on error the caller still does. EAGAIN: queue full. Any thread. */
int ars_engine_post(struct ars_engine *e, struct ars_command *cmd);

/* The oldest event, now the caller's; NULL when there is none. Face's thread. */
struct ars_event *ars_engine_next_event(struct ars_engine *e);

/*
 * Joins the thread. After ARS_EV_STOPPED it returns at once; before, it hangs up and un-registers
 * first, for 2.5 s at most, or 3.5 s where the sound server hangs. Takes NULL. Face's thread.
 */
void ars_engine_free(struct ars_engine *e);

/* Whether this is a list of codecs that an account can have. Any thread. */
bool ars_engine_check_codecs(const char *list);

/*
 * Whether an account can have these STUN servers: "HOST[:PORT]" a line; NULL is none. EINVAL:
 * *ret_line (from 1; or NULL) is no server. E2BIG: more than ARS_STUN_SERVERS. Any thread.
 */
int ars_engine_check_stun(const char *list, size_t *ret_line);

/* Whether this is the address of a TURN server that an account can have. Any thread. */
bool ars_engine_check_turn(const char *uri);

/*
 * What host-mapping rules make of host:port ("192.0.2.1:7443"; caller frees *ret_target), without
 * looking a name up. Bad rules through fn (or NULL): number from 1, byte, reason in English; the
 * others apply. ENOENT: the rules say that there is no such host. E2BIG, ENOMEM. Any thread.
 */
typedef void ars_map_problem_fn(size_t rule, size_t offset, const char *reason, void *arg);
int ars_engine_check_map(const char *rules, const char *host, uint16_t port, ars_map_problem_fn *fn,
                         void *arg, char **ret_target);

/*
 * What is sent when somebody dials `typed` with these dial rules: "PATTERN -> REPLACEMENT" a line,
 * the pattern a POSIX extended regular expression; the first rule that is found in the number
 * replaces what it found (\1 .. \9: its groups). A URI goes past them. Bad rules through fn (or
 * NULL), as above; the others apply. *ret_number: what was understood; *ret_wire: what is sent (the
 * caller's both); *ret_rule (or NULL): which did it, 0: none. typed NULL: rules are checked, and no
 * more. EINVAL: nothing that can be dialled. ENOMEM. Any thread.
 */
int ars_engine_check_number(const char *rules, const char *typed, ars_map_problem_fn *fn, void *arg,
                            char **ret_number, char **ret_wire, size_t *ret_rule);

/*
 * Whether "Name: value" lines may go into REGISTER and INVITE beside what the phone says itself.
 * EINVAL: *ret_line (from 1) and *ret_why (English) say why not. Any thread.
 */
int ars_engine_check_headers(const char *lines, size_t *ret_line, const char **ret_why);

#endif
