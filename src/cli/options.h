/* cli: what stands on the command line. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ars/answering.h>
#include <ars/engine.h>
#include <ars/types.h>
#include <ars/voice.h>

/* Exit codes, as README lists them. */
enum {
    EXIT_DONE = 0,
    EXIT_USAGE = 2,
    EXIT_REGISTRATION = 3,
    EXIT_CALL = 4,
    EXIT_SILENT = 5,
    EXIT_TIMEOUT = 6,
};

#define NO_TIME          UINT32_MAX

#define OPTIONS_ACCOUNTS 16

struct options {
    struct ars_account_conf *accounts[OPTIONS_ACCOUNTS]; /* the engine's ids count from 1 */
    size_t accounts_n;
    struct ars_account_conf *account; /* the last of them */
    struct ars_answering answering;
    bool answering_given;
    struct ars_voice voice;
    const char *audio_in;
    const char *audio_out;
    const char *audio_ring;
    struct ars_ringer ringer;
    bool test; /* devices: they are tried, too */
    enum ars_tones tones;
    bool json;
    bool verbose;
    bool trace;
    bool timeout_given;
    uint32_t timeout_ms;
    uint32_t for_ms; /* NO_TIME: not given, as all times below */
    uint32_t after_ms;
    uint32_t hold_at_ms;
    uint32_t resume_at_ms;
    const char *dtmf;
    uint32_t count;
    uint32_t reject; /* 0: answer */
    const char *command;
    const char *argument; /* NUMBER of call and number, HOST[:PORT] of resolve */
};

/*
 * Reads all of it, and the password from its file or the environment, which is cleared. False: the
 * program ends with *ret_code, and what there is to say has been said.
 */
bool options_parse(struct options *o, int argc, char **argv, int *ret_code);
void options_close(struct options *o);

/*
 * Whether the command has what it needs: an account, an argument (and none otherwise). If not, that
 * has been said.
 */
bool options_complete(const struct options *o, bool account, bool argument);

/* "2", "0.5": seconds to milliseconds. False: no such thing. */
bool parse_seconds(const char *s, uint32_t *ret_ms);

/*
 * "always|busy|no-answer", the number (NULL: off) and the seconds of no-answer (NULL: 20). False:
 * that is not how callers are forwarded.
 */
bool answering_forward(struct ars_answering *a, const char *when, const char *number,
                       const char *seconds);

#endif
