/* cli: commands from standard input, one a line. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#include "session.h"

#define LINE_LEN  1024
#define WORDS_MAX 4

/* What `wait` has not been past yet. */
struct past {
    enum ars_event_type type;
    ars_id call;
};

struct script {
    char text[8 * LINE_LEN]; /* read, not yet carried out */
    size_t len;
    unsigned line_no;
    ars_id last_call;
    struct past *past;
    size_t past_n;
    size_t past_size;
    bool sleeping;
    bool waiting;
    struct past wanted; /* while waiting; call 0: any */
};

typedef bool line_fn(struct session *s, struct script *sc, char **words, size_t n);

static void go_on(struct session *s);

/* ---- words ---- */

static bool to_call(const char *word, ars_id *ret)
{
    uint32_t n;

    if (ars_str_to_u32(word, UINT32_MAX, &n) || n == 0)
        return false;
    *ret = n;
    return true;
}

/* In the order of the command line, from 1; a space ends it. */
static bool to_account(const struct session *s, const char *word, ars_id *ret)
{
    char *end;
    unsigned long n = strtoul(word, &end, 10);

    if (end == word || (*end && *end != ' ') || n < 1 || n > s->opt->accounts_n)
        return false;
    *ret = (ars_id)n;
    return true;
}

/* VERB [@ACCOUNT] ...: takes it out of the words; 0: none is named. */
static bool take_account(const struct session *s, char **words, size_t *n, ars_id *ret)
{
    *ret = 0;
    if (*n < 2 || words[1][0] != '@')
        return true;
    if (!to_account(s, words[1] + 1, ret))
        return false;
    --*n;
    memmove(&words[1], &words[2], (*n - 1) * sizeof(words[0]));
    return true;
}

/* The call that a line names, or without one the newest. */
static bool named_call(const struct script *sc, char **words, size_t n, ars_id *ret)
{
    *ret = sc->last_call;
    return n < 2 || to_call(words[1], ret);
}

static bool post_call(struct session *s, enum ars_command_type type, ars_id call, int number,
                      const char *text)
{
    session_post(s, ars_command_call(type, call, number, text));
    return true;
}

static bool post_account(struct session *s, enum ars_command_type type, ars_id account,
                         const char *text)
{
    struct ars_command *cmd = ars_command_call(type, 0, 0, text);

    if (cmd)
        cmd->account = account;
    session_post(s, cmd);
    return true;
}

/* ---- what a line can say ---- */

/* VERB [CALL] */
static const struct {
    const char *name;
    enum ars_command_type type;
    int number;
} verbs[] = {
    {"answer", ARS_CMD_ANSWER, 0}, {"hangup", ARS_CMD_HANGUP, 0}, {"hold", ARS_CMD_HOLD, 0},
    {"resume", ARS_CMD_RESUME, 0}, {"merge", ARS_CMD_MERGE, 0},   {"split", ARS_CMD_SPLIT, 0},
    {"mute", ARS_CMD_MUTE, 1},     {"unmute", ARS_CMD_MUTE, 0},   {"stats", ARS_CMD_STATS, 0},
    {"follow", ARS_CMD_FOLLOW, 1}, {"stay", ARS_CMD_FOLLOW, 0},   {"counts", ARS_CMD_COUNTS, 0},
};

static bool do_verb(struct session *s, struct script *sc, char **words, size_t n)
{
    ars_id call;

    if (n > 2 || !named_call(sc, words, n, &call))
        return false;
    for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
        if (ars_streq(verbs[i].name, words[0]))
            return post_call(s, verbs[i].type, call, verbs[i].number, NULL);
    }
    return false;
}

/* record CALL FILE [announced] | record CALL off */
static bool do_record(struct session *s, struct script *sc, char **words, size_t n)
{
    bool announced = n == 4 && ars_streq(words[3], "announced");
    ars_id call;

    if (n < 3 || (n == 4 && !announced) || n > 4 || !to_call(words[1], &call))
        return false;
    return post_call(s, ARS_CMD_RECORD, call, announced,
                     ars_streq(words[2], "off") ? NULL : words[2]);
}

static bool do_dial(struct session *s, struct script *sc, char **words, size_t n)
{
    const char *number = n == 2 ? words[1] : "";
    ars_id account = 0;

    if (*number == '@') {
        number += strcspn(number, " ");
        if (!*number || !to_account(s, words[1] + 1, &account))
            return false;
        number++;
    }
    if (!*number)
        return false;
    session_post(s, ars_command_dial(account, number));
    return true;
}

/* account N on|off */
static bool do_account(struct session *s, struct script *sc, char **words, size_t n)
{
    bool on = n == 3 && ars_streq(words[2], "on");
    ars_id account;

    if (n != 3 || (!on && !ars_streq(words[2], "off")) || !to_account(s, words[1], &account))
        return false;
    if (!on)
        return post_account(s, ARS_CMD_ACCOUNT_OFF, account, NULL);
    session_post(s, ars_command_account(account, s->opt->accounts[account - 1]));
    return true;
}

static bool do_reject(struct session *s, struct script *sc, char **words, size_t n)
{
    uint32_t status = 0;
    ars_id call;

    if (n > 3 || !named_call(sc, words, n, &call))
        return false;
    if (n == 3 && (ars_str_to_u32(words[2], 699, &status) || status < 400))
        return false;
    return post_call(s, ARS_CMD_REJECT, call, (int)status, NULL);
}

/* silence CALL on|off */
static bool do_silence(struct session *s, struct script *sc, char **words, size_t n)
{
    bool on = n == 3 && ars_streq(words[2], "on");
    ars_id call;

    if (n != 3 || (!on && !ars_streq(words[2], "off")) || !named_call(sc, words, n, &call))
        return false;
    return post_call(s, ARS_CMD_SILENCE, call, on, NULL);
}

static bool do_volume(struct session *s, struct script *sc, char **words, size_t n)
{
    uint32_t percent;
    ars_id call;

    if (n < 2 || n > 3 || !named_call(sc, words, n - 1, &call) ||
        ars_str_to_u32(words[n - 1], 100, &percent))
        return false;
    return post_call(s, ARS_CMD_VOLUME, call, (int)percent, NULL);
}

static bool do_dtmf(struct session *s, struct script *sc, char **words, size_t n)
{
    ars_id call;

    return n >= 2 && n <= 3 && named_call(sc, words, n - 1, &call) &&
           post_call(s, ARS_CMD_DTMF, call, 0, words[n - 1]);
}

/* transfer [CALL] NUMBER */
static bool do_transfer(struct session *s, struct script *sc, char **words, size_t n)
{
    ars_id call;

    return n >= 2 && n <= 3 && named_call(sc, words, n - 1, &call) &&
           post_call(s, ARS_CMD_TRANSFER, call, 0, words[n - 1]);
}

/* connect CALL OTHER */
static bool do_connect(struct session *s, struct script *sc, char **words, size_t n)
{
    ars_id call;
    ars_id other;

    return n == 3 && to_call(words[1], &call) && to_call(words[2], &other) &&
           post_call(s, ARS_CMD_CONNECT, call, (int)other, NULL);
}

/* pickup [@ACCOUNT] [NUMBER] */
static bool do_pickup(struct session *s, struct script *sc, char **words, size_t n)
{
    ars_id account;

    return take_account(s, words, &n, &account) && n <= 2 &&
           post_account(s, ARS_CMD_PICKUP, account, n == 2 ? words[1] : "");
}

/* park [CALL [CODE]] */
static bool do_park(struct session *s, struct script *sc, char **words, size_t n)
{
    ars_id call;

    return n <= 3 && named_call(sc, words, n, &call) &&
           post_call(s, ARS_CMD_PARK, call, 0, n == 3 ? words[2] : NULL);
}

/* watch [@ACCOUNT] NUMBER, and unwatch */
static bool do_watch(struct session *s, struct script *sc, char **words, size_t n)
{
    bool on = ars_streq(words[0], "watch");
    ars_id account;

    return take_account(s, words, &n, &account) && n == 2 &&
           post_account(s, on ? ARS_CMD_WATCH : ARS_CMD_UNWATCH, account, words[1]);
}

static bool do_audio(struct session *s, struct script *sc, char **words, size_t n)
{
    struct ars_command *cmd;

    if (n != 3)
        return false;
    cmd = ars_command_new(ARS_CMD_AUDIO);
    if (cmd && !ars_streq(words[1], "-"))
        cmd->text = ars_strdup(words[1]);
    if (cmd && !ars_streq(words[2], "-"))
        cmd->text2 = ars_strdup(words[2]);
    session_post(s, cmd);
    return true;
}

/* retry [@ACCOUNT] */
static bool do_retry(struct session *s, struct script *sc, char **words, size_t n)
{
    ars_id account;

    return take_account(s, words, &n, &account) && n == 1 &&
           post_account(s, ARS_CMD_RETRY, account ? account : 1, NULL);
}

static bool do_quit(struct session *s, struct script *sc, char **words, size_t n)
{
    if (n == 1)
        session_finish(s, EXIT_DONE);
    return n == 1;
}

static void on_slept(struct session *s, ars_id call)
{
    struct script *sc = s->state;

    sc->sleeping = false;
    go_on(s);
}

static bool do_sleep(struct session *s, struct script *sc, char **words, size_t n)
{
    uint32_t ms;

    if (n != 2 || !parse_seconds(words[1], &ms))
        return false;
    sc->sleeping = true;
    session_at(s, ms, on_slept, 0);
    return true;
}

/* ---- wait ---- */

static bool event_type(const char *name, enum ars_event_type *ret)
{
    for (int i = 0; i < ARS_EV_COUNT; i++)
        if (ars_streq(name, ars_event_name((enum ars_event_type)i))) {
            *ret = (enum ars_event_type)i;
            return true;
        }
    return false;
}

/* Leaves behind what was before the event that was waited for. */
static bool found(struct script *sc)
{
    for (size_t i = 0; i < sc->past_n; i++) {
        if (sc->past[i].type != sc->wanted.type ||
            (sc->wanted.call && sc->past[i].call != sc->wanted.call))
            continue;
        sc->past_n -= i + 1;
        memmove(sc->past, &sc->past[i + 1], sc->past_n * sizeof(sc->past[0]));
        return true;
    }
    return false;
}

static void on_wait_timeout(struct session *s, ars_id call)
{
    const struct script *sc = s->state;

    fprintf(stderr, "ars-phone-cli: line %u: no '%s' came in time\n", sc->line_no,
            ars_event_name(sc->wanted.type));
    session_finish(s, EXIT_TIMEOUT);
}

static void wait_over(struct session *s)
{
    struct script *sc = s->state;

    sc->waiting = false;
    for (size_t i = 0; i < s->timers_n; i++)
        if (s->timers[i].fn == on_wait_timeout)
            s->timers[i--] = s->timers[--s->timers_n];
}

/* ---- callers ---- */

static bool on_or_off(const char *word, bool *ret)
{
    *ret = ars_streq(word, "on");
    return *ret || ars_streq(word, "off");
}

static bool do_dnd(struct session *s, struct script *sc, char **words, size_t n)
{
    if (n != 2 || !on_or_off(words[1], &s->answering.do_not_disturb))
        return false;
    session_answering(s);
    return true;
}

static bool do_anonymous(struct session *s, struct script *sc, char **words, size_t n)
{
    bool taken;

    if (n != 2 || !on_or_off(words[1], &taken))
        return false;
    s->answering.refuse_anonymous = !taken;
    session_answering(s);
    return true;
}

/* forward always|busy|no-answer NUMBER|off [SECONDS] */
static bool do_forward(struct session *s, struct script *sc, char **words, size_t n)
{
    if (n < 3 ||
        !answering_forward(&s->answering, words[1], ars_streq(words[2], "off") ? NULL : words[2],
                           n == 4 ? words[3] : NULL))
        return false;
    session_answering(s);
    return true;
}

static bool do_calls(struct session *s, struct script *sc, char **words, size_t n)
{
    uint32_t max;

    if (n != 2 || ars_str_to_u32(words[1], ARS_CALLS_AT_ONCE_MAX, &max) || max == 0)
        return false;
    s->answering.calls_max = max;
    session_answering(s);
    return true;
}

static bool do_tones(struct session *s, struct script *sc, char **words, size_t n)
{
    struct ars_command *cmd;
    enum ars_tones country;

    if (n != 2 || !ars_tones_parse(words[1], &country))
        return false;
    cmd = ars_command_new(ARS_CMD_TONES);
    if (cmd)
        cmd->number = (int)country;
    session_post(s, cmd);
    return true;
}

/* auto-answer NUMBERS|off */
static bool do_auto_answer(struct session *s, struct script *sc, char **words, size_t n)
{
    if (n != 2)
        return false;
    free(s->answering.auto_answer);
    s->answering.auto_answer = ars_streq(words[1], "off") ? NULL : ars_strdup(words[1]);
    session_answering(s);
    return true;
}

/* What logind says to the window: suspend | wake */
static bool do_power(struct session *s, struct script *sc, char **words, size_t n)
{
    bool sleeps = ars_streq(words[0], "suspend");

    if (n != 1)
        return false;
    session_post(s, ars_command_new(sleeps ? ARS_CMD_SLEEP : ARS_CMD_WAKE));
    return true;
}

/* wait EVENT [CALL] SECONDS */
static bool do_wait(struct session *s, struct script *sc, char **words, size_t n)
{
    uint32_t ms;

    sc->wanted.call = 0;
    if (n < 3 || n > 4 || !event_type(words[1], &sc->wanted.type) ||
        !parse_seconds(words[n - 1], &ms) || (n == 4 && !to_call(words[2], &sc->wanted.call)))
        return false;
    if (found(sc))
        return true;
    sc->waiting = true;
    session_at(s, ms, on_wait_timeout, 0);
    return true;
}

static const struct {
    const char *name;
    line_fn *fn;
    size_t words; /* the last takes the rest of the line */
} lines[] = {
    {"dial", do_dial, 2},
    {"reject", do_reject, 4},
    {"volume", do_volume, 4},
    {"dtmf", do_dtmf, 4},
    {"audio", do_audio, 4},
    {"retry", do_retry, 4},
    {"wait", do_wait, 4},
    {"sleep", do_sleep, 4},
    {"quit", do_quit, 4},
    {"transfer", do_transfer, 4},
    {"connect", do_connect, 4},
    {"silence", do_silence, 4},
    {"watch", do_watch, 4},
    {"unwatch", do_watch, 4},
    {"suspend", do_power, 4},
    {"wake", do_power, 4},
    {"account", do_account, 4},
    {"pickup", do_pickup, 4},
    {"park", do_park, 4},
    {"unpark", do_dial, 2},
    {"record", do_record, 4},
    {"dnd", do_dnd, 4},
    {"anonymous", do_anonymous, 4},
    {"forward", do_forward, 4},
    {"auto-answer", do_auto_answer, 2},
    {"calls", do_calls, 4},
    {"tones", do_tones, 4},
};

/* ---- lines ---- */

static char *skip_space(char *s)
{
    while (*s == ' ' || *s == '\t' || *s == '\r')
        s++;
    return s;
}

/* Cuts in place. */
static size_t split(char *line, char **words, size_t max)
{
    size_t n = 0;

    for (char *s = skip_space(line); *s && n < max; s = skip_space(s)) {
        words[n++] = s;
        s += n < max ? strcspn(s, " \t\r") : strcspn(s, "\r");
        if (*s)
            *s++ = '\0';
    }
    return n;
}

static void carry_out(struct session *s, char *line)
{
    struct script *sc = s->state;
    char *words[WORDS_MAX];
    char *first = skip_space(line);
    size_t len = strcspn(first, " \t\r");
    size_t max = WORDS_MAX;
    line_fn *fn = do_verb;

    if (!*first || *first == '#')
        return;
    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (strlen(lines[i].name) != len || strncmp(first, lines[i].name, len) != 0)
            continue;
        fn = lines[i].fn;
        max = lines[i].words;
    }
    if (fn(s, sc, words, split(line, words, max)))
        return;
    fprintf(stderr, "ars-phone-cli: line %u is not a command\n", sc->line_no);
    session_finish(s, EXIT_USAGE);
}

/* Carries out what has been read, as far as nothing has to be waited for. */
static void go_on(struct session *s)
{
    struct script *sc = s->state;

    while (!sc->sleeping && !sc->waiting && !s->finishing) {
        char line[LINE_LEN];
        const char *end = memchr(sc->text, '\n', sc->len);
        size_t n = end ? (size_t)(end - sc->text) : sc->len;

        if (!end && (!s->input_ended || sc->len == 0))
            break;
        sc->line_no++;
        if (n >= sizeof(line)) {
            fprintf(stderr, "ars-phone-cli: line %u is too long\n", sc->line_no);
            session_finish(s, EXIT_USAGE);
            return;
        }
        memcpy(line, sc->text, n);
        line[n] = '\0';
        sc->len -= end ? n + 1 : n;
        memmove(sc->text, sc->text + n + (end ? 1 : 0), sc->len);
        carry_out(s, line);
    }
    if (s->input_ended && sc->len == 0 && !sc->sleeping && !sc->waiting)
        session_finish(s, EXIT_DONE);
}

static void script_begin(struct session *s)
{
    s->state = calloc(1, sizeof(struct script));
    if (!s->state)
        session_finish(s, EXIT_CALL);
}

static void script_close(struct session *s)
{
    struct script *sc = s->state;

    if (sc)
        free(sc->past);
    free(sc);
}

static bool remember(struct script *sc, const struct ars_event *ev)
{
    if (sc->past_n == sc->past_size) {
        size_t size = sc->past_size ? 2 * sc->past_size : 64;
        struct past *more = realloc(sc->past, size * sizeof(*more));

        if (!more)
            return false;
        sc->past = more;
        sc->past_size = size;
    }
    sc->past[sc->past_n++] = (struct past){.type = ev->type, .call = ev->call};
    return true;
}

static void script_event(struct session *s, const struct ars_event *ev)
{
    struct script *sc = s->state;

    if (ev->type == ARS_EV_DIALING || ev->type == ARS_EV_INCOMING || ev->type == ARS_EV_REPLACED)
        sc->last_call = ev->call;
    if (!remember(sc, ev)) {
        session_finish(s, EXIT_CALL);
        return;
    }
    if (sc->waiting && found(sc)) {
        wait_over(s);
        go_on(s);
    }
}

static bool script_wants_input(const struct session *s)
{
    const struct script *sc = s->state;

    return !sc->sleeping && !sc->waiting && sc->len < sizeof(sc->text) / 2;
}

static void script_input(struct session *s, const char *data, size_t len)
{
    struct script *sc = s->state;

    if (len > sizeof(sc->text) - sc->len) {
        fputs("ars-phone-cli: a line is too long\n", stderr);
        session_finish(s, EXIT_USAGE);
        return;
    }
    memcpy(sc->text + sc->len, data, len);
    sc->len += len;
    go_on(s);
}

const struct command command_script = {
    .name = "script",
    .needs_account = true,
    .reads_input = true,
    .begin = script_begin,
    .event = script_event,
    .input = script_input,
    .wants_input = script_wants_input,
    .close = script_close,
};
