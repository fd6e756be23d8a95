/* cli: the command line. */
#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ars/engine.h>
#include <ars/secret.h>
#include <ars/str.h>

#include "options.h"
#include "password.h"

#define TIMEOUT_MS        30000
#define SECONDS_MAX       86400.0
#define ENV_PASSWORD      "ARS_PASSWORD"
#define ENV_TURN_PASSWORD "ARS_TURN_PASSWORD"

enum option_id {
    OPT_SERVER = 256,
    OPT_PORT,
    OPT_PATH,
    OPT_LOGIN,
    OPT_AUTH_USER,
    OPT_ALSO,
    OPT_OUTBOUND,
    OPT_OUTBOUND_ROUTE,
    OPT_REALM,
    OPT_HEADER,
    OPT_DIAL_RULE,
    OPT_PASSWORD_FILE,
    OPT_DISPLAY_NAME,
    OPT_CA,
    OPT_PIN,
    OPT_MAP,
    OPT_STUN,
    OPT_TURN,
    OPT_TURN_USER,
    OPT_TURN_PASSWORD_FILE,
    OPT_RTP_PORTS,
    OPT_CODEC,
    OPT_AUDIO_IN,
    OPT_AUDIO_OUT,
    OPT_AUDIO_RING,
    OPT_ECHO,
    OPT_NOISE,
    OPT_GAIN,
    OPT_HIGHPASS,
    OPT_TONES,
    OPT_EXPIRES,
    OPT_SESSION_EXPIRES,
    OPT_NO_PROXY,
    OPT_REFER,
    OPT_MAILBOX,
    OPT_PICKUP_CODE,
    OPT_PARK_CODE,
    OPT_DTMF_MODE,
    OPT_DND,
    OPT_FORWARD,
    OPT_FORWARD_BUSY,
    OPT_FORWARD_NO_ANSWER,
    OPT_REFUSE_ANONYMOUS,
    OPT_AUTO_ANSWER,
    OPT_RING,
    OPT_CALLS,
    OPT_JSON,
    OPT_TIMEOUT,
    OPT_VERBOSE,
    OPT_TRACE,
    OPT_FOR,
    OPT_DTMF,
    OPT_HOLD_AT,
    OPT_RESUME_AT,
    OPT_COUNT,
    OPT_AFTER,
    OPT_REJECT,
    OPT_HELP,
    OPT_VERSION,
};

static const struct option long_options[] = {
    {"server", required_argument, NULL, OPT_SERVER},
    {"port", required_argument, NULL, OPT_PORT},
    {"path", required_argument, NULL, OPT_PATH},
    {"login", required_argument, NULL, OPT_LOGIN},
    {"auth-user", required_argument, NULL, OPT_AUTH_USER},
    {"also", no_argument, NULL, OPT_ALSO},
    {"outbound-proxy", required_argument, NULL, OPT_OUTBOUND},
    {"outbound-route", no_argument, NULL, OPT_OUTBOUND_ROUTE},
    {"realm", required_argument, NULL, OPT_REALM},
    {"header", required_argument, NULL, OPT_HEADER},
    {"dial-rule", required_argument, NULL, OPT_DIAL_RULE},
    {"password-file", required_argument, NULL, OPT_PASSWORD_FILE},
    {"display-name", required_argument, NULL, OPT_DISPLAY_NAME},
    {"ca", required_argument, NULL, OPT_CA},
    {"pin", required_argument, NULL, OPT_PIN},
    {"map", required_argument, NULL, OPT_MAP},
    {"stun", required_argument, NULL, OPT_STUN},
    {"turn", required_argument, NULL, OPT_TURN},
    {"turn-user", required_argument, NULL, OPT_TURN_USER},
    {"turn-password-file", required_argument, NULL, OPT_TURN_PASSWORD_FILE},
    {"rtp-ports", required_argument, NULL, OPT_RTP_PORTS},
    {"codec", required_argument, NULL, OPT_CODEC},
    {"audio-in", required_argument, NULL, OPT_AUDIO_IN},
    {"audio-out", required_argument, NULL, OPT_AUDIO_OUT},
    {"audio-ring", required_argument, NULL, OPT_AUDIO_RING},
    {"echo", required_argument, NULL, OPT_ECHO},
    {"noise", required_argument, NULL, OPT_NOISE},
    {"gain", required_argument, NULL, OPT_GAIN},
    {"highpass", required_argument, NULL, OPT_HIGHPASS},
    {"tones", required_argument, NULL, OPT_TONES},
    {"expires", required_argument, NULL, OPT_EXPIRES},
    {"session-expires", required_argument, NULL, OPT_SESSION_EXPIRES},
    {"no-proxy", no_argument, NULL, OPT_NO_PROXY},
    {"ring", required_argument, NULL, OPT_RING},
    {"refer", required_argument, NULL, OPT_REFER},
    {"calls", required_argument, NULL, OPT_CALLS},
    {"mailbox", no_argument, NULL, OPT_MAILBOX},
    {"pickup-code", required_argument, NULL, OPT_PICKUP_CODE},
    {"park-code", required_argument, NULL, OPT_PARK_CODE},
    {"dtmf-mode", required_argument, NULL, OPT_DTMF_MODE},
    {"dnd", no_argument, NULL, OPT_DND},
    {"forward", required_argument, NULL, OPT_FORWARD},
    {"forward-busy", required_argument, NULL, OPT_FORWARD_BUSY},
    {"forward-no-answer", required_argument, NULL, OPT_FORWARD_NO_ANSWER},
    {"refuse-anonymous", no_argument, NULL, OPT_REFUSE_ANONYMOUS},
    {"auto-answer", required_argument, NULL, OPT_AUTO_ANSWER},
    {"json", no_argument, NULL, OPT_JSON},
    {"timeout", required_argument, NULL, OPT_TIMEOUT},
    {"verbose", no_argument, NULL, OPT_VERBOSE},
    {"trace", no_argument, NULL, OPT_TRACE},
    {"for", required_argument, NULL, OPT_FOR},
    {"dtmf", required_argument, NULL, OPT_DTMF},
    {"hold-at", required_argument, NULL, OPT_HOLD_AT},
    {"resume-at", required_argument, NULL, OPT_RESUME_AT},
    {"count", required_argument, NULL, OPT_COUNT},
    {"after", required_argument, NULL, OPT_AFTER},
    {"reject", required_argument, NULL, OPT_REJECT},
    {"help", no_argument, NULL, OPT_HELP},
    {"version", no_argument, NULL, OPT_VERSION},
    {NULL, 0, NULL, 0},
};

static const char usage[] =
    "usage: ars-phone-cli [OPTION...] COMMAND [ARGUMENT]\n"
    "\n"
    "commands\n"
    "  register [--for S]            register, stay for S seconds, un-register\n"
    "  call NUMBER [--for S] [--dtmf DIGITS] [--hold-at S --resume-at S]\n"
    "                                call; hang up after S seconds of talk\n"
    "  answer [--count N] [--for S] [--after S] [--reject CODE]\n"
    "                                answer N calls (1), after S seconds, or refuse them\n"
    "  devices                       list the sound devices\n"
    "  number NUMBER                 show what the dial rules make of a number\n"
    "  resolve HOST[:PORT]           show what host mapping and the system make of a name\n"
    "  script                        commands from standard input, one a line:\n"
    "      dial NUMBER | dial @A NUMBER | account A on|off | answer N | reject N [CODE] | hold N | "
    "resume N | mute N | unmute N |\n"
    "      merge N | split N | silence N on|off | volume N PERCENT | dtmf N DIGITS |\n"
    "      record N FILE [announced] | record N off |\n"
    "      hangup N | stats N | audio IN|- OUT|- | retry | transfer N NUMBER |\n"
    "      connect N N | follow N | stay N | watch NUMBER | unwatch NUMBER |\n"
    "      pickup [NUMBER] | park N [CODE] | unpark NUMBER |\n"
    "      dnd on|off | forward always|busy|no-answer NUMBER|off [S] | anonymous on|off |\n"
    "      auto-answer NUMBERS|off |\n"
    "      wait EVENT [N] SECONDS | sleep SECONDS | quit        (N: the call, counted from 1)\n"
    "\n"
    "account\n"
    "  --server HOST  --port N (7443)  --path PATH (/ws; '' for none)\n"
    "  --login LOGIN  --auth-user USER  --password-file FILE (or $ARS_PASSWORD)\n"
    "  --display-name NAME  --expires S (600)  --ring S (30)  --calls N (4)\n"
    "  --refer ask|follow|refuse (ask)  --mailbox (ask the server for news of it)\n"
    "  --realm REALM (answer no other)  --header 'NAME: VALUE' (in REGISTER and INVITE)\n"
    "  --dial-rule 'PATTERN -> REPLACEMENT' (the first that fits; see number)\n"
    "  --also           another account, like the one before but for what follows\n"
    "  --pickup-code CODE (before the number of a line that rings)  --park-code NUMBER|#DIGITS\n"
    "  --dtmf-mode auto|rfc4733|info-relay|info (auto)\n"
    "  --session-expires S (1800, of a call that nobody refreshes any more)\n"
    "\n"
    "callers\n"
    "  --dnd (they hear busy)  --refuse-anonymous  --forward NUMBER\n"
    "  --forward-busy NUMBER  --forward-no-answer NUMBER[:S] (20)\n"
    "  --auto-answer NUMBERS (with * and ?: whose wish for an answer without you is granted)\n"
    "\n"
    "way to the server\n"
    "  --ca FILE        a CA to trust beside the system's\n"
    "  --pin SHA256     trust this certificate, and no other\n"
    "  --map RULES      host mapping, as Chromium's --host-resolver-rules\n"
    "  --outbound-proxy HOST[:PORT]  --outbound-route (names it in a Route header)\n"
    "  --stun HOST[:PORT]  --rtp-ports MIN-MAX  --no-proxy\n"
    "  --turn turn[s]:HOST[:PORT][?transport=udp|tcp]  --turn-user USER\n"
    "  --turn-password-file FILE (or $ARS_TURN_PASSWORD)\n"
    "\n"
    "sound\n"
    "  --codec LIST (opus,g722,pcmu,pcma)\n"
    "  --audio-in device[:NAME]|FILE.wav|tone:HZ|silence\n"
    "  --audio-out device[:NAME]|FILE.wav|none   --audio-ring (as --audio-out)\n"
    "  --echo, --noise, --gain, --highpass off|low|high (high, low, low, low; of a device)\n"
    "  --tones eu|ru|us (eu)  ringback, busy, congestion and call waiting of that country\n"
    "\n"
    "output\n"
    "  --json  --timeout S (30: to register, to be answered)  --verbose  --trace\n"
    "  --help  --version\n"
    "\n"
    "exit code: 0 done, 2 usage, 3 registration failed, 4 call failed, 5 no sound received,\n"
    "6 timed out. Registering is tried again until the time-out, unless only you can help it.\n";

static bool bad(const char *fmt, const char *value)
{
    fputs("ars-phone-cli: ", stderr);
    fprintf(stderr, "%s: '%s'\n", fmt, value);
    return false;
}

bool parse_seconds(const char *s, uint32_t *ret_ms)
{
    char *end;
    double seconds;

    errno = 0;
    seconds = strtod(s, &end);
    if (errno || end == s || *end || !(seconds >= 0 && seconds <= SECONDS_MAX))
        return false;
    *ret_ms = (uint32_t)lround(seconds * 1000);
    return true;
}

bool parse_host_port(const char *s, char **ret_host, uint16_t *ret_port)
{
    const char *colon = strrchr(s, ':');
    const char *host = s;
    size_t len = strlen(s);
    uint32_t port;

    if (*s == '[') {
        const char *close = strchr(s, ']');

        if (!close || (close[1] && close[1] != ':'))
            return false;
        host = s + 1;
        len = (size_t)(close - host);
        colon = close[1] ? close + 1 : NULL;
    } else if (colon && strchr(s, ':') != colon) {
        colon = NULL; /* a bare IPv6 address */
    } else if (colon) {
        len = (size_t)(colon - s);
    }
    if (len == 0)
        return false;
    if (colon) {
        if (ars_str_to_u32(colon + 1, 65535, &port) || port == 0)
            return false;
        *ret_port = (uint16_t)port;
    }
    *ret_host = ars_strndup(host, len);
    return *ret_host != NULL;
}

static bool set_text(char **to, const char *value)
{
    free(*to);
    *to = ars_strdup(value);
    return *to != NULL;
}

static bool set_seconds(const char *name, const char *value, uint32_t *ret_ms)
{
    return parse_seconds(value, ret_ms) || bad(name, value);
}

static bool set_number(const char *name, const char *value, uint32_t min, uint32_t max,
                       uint32_t *ret)
{
    uint32_t n;

    if (ars_str_to_u32(value, max, &n) || n < min)
        return bad(name, value);
    *ret = n;
    return true;
}

static bool take_password(struct ars_secret **secret, const char *path)
{
    int err = password_from_file(secret, path);

    return !err || bad(err == EINVAL ? "not a password file" : strerror(err), path);
}

/* ret: the place of value in words. */
static bool set_word(const char *name, const char *value, const char *const *words, int n, int *ret)
{
    for (int i = 0; i < n; i++)
        if (ars_streq(value, words[i])) {
            *ret = i;
            return true;
        }
    return bad(name, value);
}

static bool set_dtmf(struct ars_account_conf *c, const char *value)
{
    static const char *const modes[ARS_DTMF_MODES] = {
        [ARS_DTMF_AUTO] = "auto",
        [ARS_DTMF_RFC4733] = "rfc4733",
        [ARS_DTMF_INFO_RELAY] = "info-relay",
        [ARS_DTMF_INFO] = "info",
    };
    int mode;

    if (!set_word("--dtmf-mode", value, modes, ARS_DTMF_MODES, &mode))
        return false;
    c->dtmf = (enum ars_dtmf_mode)mode;
    return true;
}

bool answering_forward(struct ars_answering *a, const char *when, const char *number,
                       const char *seconds)
{
    static const char *const words[ARS_FORWARDS] = {
        [ARS_FORWARD_ALWAYS] = "always",
        [ARS_FORWARD_BUSY] = "busy",
        [ARS_FORWARD_NO_ANSWER] = "no-answer",
    };
    uint32_t after = 0;

    if (seconds && (ars_str_to_u32(seconds, ARS_FORWARD_AFTER_MAX_S, &after) || after == 0))
        return false;
    for (int i = 0; i < ARS_FORWARDS; i++) {
        if (!ars_streq(when, words[i]))
            continue;
        free(a->forward[i]);
        a->forward[i] = ars_strdup(number);
        if (i == ARS_FORWARD_NO_ANSWER)
            a->forward_after_s = after;
        return a->forward[i] || !number;
    }
    return false;
}

/* NUMBER[:S] */
static bool set_forward_no_answer(struct ars_answering *a, const char *value)
{
    const char *colon = strrchr(value, ':');
    bool seconds = colon && colon[1] && !colon[1 + strspn(colon + 1, "0123456789")];
    char *number = seconds ? ars_strndup(value, (size_t)(colon - value)) : ars_strdup(value);
    bool ok = number && answering_forward(a, "no-answer", number, seconds ? colon + 1 : NULL);

    free(number);
    return ok || bad("--forward-no-answer", value);
}

static bool take_answering(struct ars_answering *a, int id, const char *value)
{
    switch (id) {
    case OPT_DND:
        a->do_not_disturb = true;
        return true;
    case OPT_FORWARD:
        return answering_forward(a, "always", value, NULL);
    case OPT_FORWARD_BUSY:
        return answering_forward(a, "busy", value, NULL);
    case OPT_FORWARD_NO_ANSWER:
        return set_forward_no_answer(a, value);
    case OPT_REFUSE_ANONYMOUS:
        a->refuse_anonymous = true;
        return true;
    case OPT_AUTO_ANSWER:
        return set_text(&a->auto_answer, value);
    default:
        return false;
    }
}

static bool set_refer(struct ars_account_conf *c, const char *value)
{
    static const char *const policies[ARS_REFER_POLICIES] = {
        [ARS_REFER_ASK] = "ask",
        [ARS_REFER_FOLLOW] = "follow",
        [ARS_REFER_REFUSE] = "refuse",
    };

    int policy;

    if (!set_word("--refer", value, policies, ARS_REFER_POLICIES, &policy))
        return false;
    c->refer = (enum ars_refer_policy)policy;
    return true;
}

static bool set_rtp_ports(struct ars_account_conf *c, const char *value)
{
    const char *dash = strchr(value, '-');
    char *first = dash ? ars_strndup(value, (size_t)(dash - value)) : NULL;
    uint32_t min = 0;
    uint32_t max = 0;
    bool ok = first && !ars_str_to_u32(first, 65535, &min) &&
              !ars_str_to_u32(dash + 1, 65535, &max) && min > 0 && min < max;

    free(first);
    if (!ok)
        return bad("--rtp-ports", value);
    c->rtp_port_min = (uint16_t)min;
    c->rtp_port_max = (uint16_t)max;
    return true;
}

static bool set_ca(struct ars_account_conf *c, const char *path)
{
    if (access(path, R_OK))
        return bad(strerror(errno), path);
    return set_text(&c->ca_file, path);
}

static bool set_port(struct ars_account_conf *c, const char *value)
{
    uint32_t port;

    if (!set_number("--port", value, 1, 65535, &port))
        return false;
    c->port = (uint16_t)port;
    return true;
}

static bool set_codecs(struct ars_account_conf *c, const char *value)
{
    if (!ars_engine_check_codecs(value))
        return bad("--codec: no such list of codecs", value);
    return set_text(&c->codecs, value);
}

static bool set_pin(struct ars_account_conf *c, const char *value)
{
    if (ars_pin_parse(value, c->pin))
        return bad("--pin: 64 hex digits", value);
    c->has_pin = true;
    return true;
}

/* The one before stays; what follows is said of a copy. */
static bool also(struct options *o)
{
    struct ars_account_conf *c;

    if (o->accounts_n >= OPTIONS_ACCOUNTS)
        return bad("too many accounts", "--also");
    c = ars_account_conf_dup(o->account);
    if (!c)
        return bad("out of memory", "--also");
    o->accounts[o->accounts_n++] = c;
    o->account = c;
    return true;
}

static bool take_account(struct ars_account_conf *c, int id, const char *value)
{
    switch (id) {
    case OPT_SERVER:
        return set_text(&c->server, value);
    case OPT_PORT:
        return set_port(c, value);
    case OPT_PATH:
        return set_text(&c->path, value);
    case OPT_LOGIN:
        return set_text(&c->login, value);
    case OPT_AUTH_USER:
        return set_text(&c->auth_user, value);
    case OPT_PASSWORD_FILE:
        return take_password(&c->password, value);
    case OPT_DISPLAY_NAME:
        return set_text(&c->display_name, value);
    case OPT_CA:
        return set_ca(c, value);
    case OPT_PIN:
        return set_pin(c, value);
    case OPT_MAP:
        return set_text(&c->host_map, value);
    case OPT_STUN:
        free(c->stun_host);
        c->stun_host = NULL;
        return parse_host_port(value, &c->stun_host, &c->stun_port) || bad("--stun", value);
    case OPT_TURN:
        return ars_engine_check_turn(value) ? set_text(&c->turn, value) : bad("--turn", value);
    case OPT_TURN_USER:
        return set_text(&c->turn_user, value);
    case OPT_TURN_PASSWORD_FILE:
        return take_password(&c->turn_password, value);
    case OPT_RTP_PORTS:
        return set_rtp_ports(c, value);
    case OPT_CODEC:
        return set_codecs(c, value);
    case OPT_EXPIRES:
        return set_number("--expires", value, 1, 86400, &c->expires_s);
    case OPT_SESSION_EXPIRES:
        return set_number("--session-expires", value, 90, 86400, &c->session_s);
    case OPT_RING:
        return set_number("--ring", value, 1, 3600, &c->ring_s);
    case OPT_MAILBOX:
        c->mailbox = true;
        return true;
    case OPT_PICKUP_CODE:
        return set_text(&c->pickup_code, value);
    case OPT_PARK_CODE:
        return set_text(&c->park_code, value);
    case OPT_REFER:
        return set_refer(c, value);
    case OPT_OUTBOUND:
        free(c->outbound_host);
        c->outbound_host = NULL;
        return parse_host_port(value, &c->outbound_host, &c->outbound_port) ||
               bad("--outbound-proxy", value);
    case OPT_OUTBOUND_ROUTE:
        c->outbound_route = true;
        return true;
    case OPT_REALM:
        return set_text(&c->realm, value);
    case OPT_HEADER:
        return account_add_header(c, value) || bad("--header", value);
    case OPT_DIAL_RULE:
        return account_add_dial_rule(c, value) || bad("--dial-rule", value);
    case OPT_DTMF_MODE:
        return set_dtmf(c, value);
    case OPT_NO_PROXY:
        c->no_proxy = true;
        return true;
    default:
        return false;
    }
}

static bool set_strength(const char *option, const char *value, enum ars_strength *ret)
{
    return ars_strength_parse(value, ret) || bad(option, value);
}

static bool set_tones(const char *value, enum ars_tones *ret)
{
    *ret = ars_streq(value, "ru")   ? ARS_TONES_RU
           : ars_streq(value, "us") ? ARS_TONES_US
                                    : ARS_TONES_EU;
    return *ret != ARS_TONES_EU || ars_streq(value, "eu") || bad("--tones", value);
}

static bool take(struct options *o, int id, const char *value)
{
    switch (id) {
    case OPT_AUDIO_IN:
        o->audio_in = value;
        return true;
    case OPT_AUDIO_OUT:
        o->audio_out = value;
        return true;
    case OPT_AUDIO_RING:
        o->audio_ring = value;
        return true;
    case OPT_ECHO:
        return set_strength("--echo", value, &o->voice.echo);
    case OPT_NOISE:
        return set_strength("--noise", value, &o->voice.noise);
    case OPT_GAIN:
        return set_strength("--gain", value, &o->voice.gain);
    case OPT_HIGHPASS:
        return set_strength("--highpass", value, &o->voice.highpass);
    case OPT_TONES:
        return set_tones(value, &o->tones);
    case OPT_CALLS:
        return set_number("--calls", value, 1, 8, &o->calls_max);
    case OPT_JSON:
        o->json = true;
        return true;
    case OPT_VERBOSE:
        o->verbose = true;
        return true;
    case OPT_TRACE:
        o->trace = true;
        return true;
    case OPT_TIMEOUT:
        o->timeout_given = true;
        return set_seconds("--timeout", value, &o->timeout_ms);
    case OPT_FOR:
        return set_seconds("--for", value, &o->for_ms);
    case OPT_AFTER:
        return set_seconds("--after", value, &o->after_ms);
    case OPT_HOLD_AT:
        return set_seconds("--hold-at", value, &o->hold_at_ms);
    case OPT_RESUME_AT:
        return set_seconds("--resume-at", value, &o->resume_at_ms);
    case OPT_DTMF:
        o->dtmf = value;
        return true;
    case OPT_COUNT:
        return set_number("--count", value, 1, 1000000, &o->count);
    case OPT_REJECT:
        return set_number("--reject", value, 400, 699, &o->reject);
    case OPT_ALSO:
        return also(o);
    case OPT_DND:
    case OPT_FORWARD:
    case OPT_FORWARD_BUSY:
    case OPT_FORWARD_NO_ANSWER:
    case OPT_REFUSE_ANONYMOUS:
    case OPT_AUTO_ANSWER:
        o->answering_given = true;
        return take_answering(&o->answering, id, value);
    default:
        return take_account(o->account, id, value);
    }
}

/* The ringer has no business in a recording of the call. */
static void choose_ring(struct options *o)
{
    bool device = !o->audio_out || strncmp(o->audio_out, "device", 6) == 0;

    if (!o->audio_ring && !device)
        o->audio_ring = "none";
}

static bool account_complete(const struct options *o, const struct ars_account_conf *c)
{
    if (!c->server || !*c->server)
        return bad("--server is missing", o->command);
    if (!c->login || !*c->login)
        return bad("--login is missing", o->command);
    if (!c->password)
        return bad("no password: --password-file or $" ENV_PASSWORD, o->command);
    return true;
}

bool options_complete(const struct options *o, bool account, bool argument)
{
    if (argument && !o->argument)
        return bad("needs an argument", o->command);
    if (!argument && o->argument)
        return bad("one argument too many", o->argument);
    for (size_t i = 0; account && i < o->accounts_n; i++)
        if (!account_complete(o, o->accounts[i]))
            return false;
    return true;
}

static bool parse_all(struct options *o, int argc, char **argv, int *ret_code)
{
    int id;

    while ((id = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (id == OPT_HELP || id == OPT_VERSION) {
            fputs(id == OPT_HELP ? usage : "ars-phone-cli " ARS_VERSION "\n", stdout);
            *ret_code = EXIT_DONE;
            return false;
        }
        if (id == '?' || !take(o, id, optarg))
            return false;
    }
    if (optind >= argc) {
        fputs(usage, stderr);
        return false;
    }
    o->command = argv[optind++];
    if (optind < argc)
        o->argument = argv[optind++];
    if (optind < argc)
        return bad("one argument too many", argv[optind]);
    return true;
}

bool options_parse(struct options *o, int argc, char **argv, int *ret_code)
{
    *o = (struct options){
        .timeout_ms = TIMEOUT_MS,
        .for_ms = NO_TIME,
        .after_ms = 0,
        .hold_at_ms = NO_TIME,
        .resume_at_ms = NO_TIME,
        .count = 1,
    };
    *ret_code = EXIT_USAGE;
    o->account = o->accounts[0] = ars_account_conf_new();
    o->accounts_n = 1;
    o->voice = ARS_VOICE_DEFAULT;
    if (!o->account || password_from_env(&o->account->password, ENV_PASSWORD) ||
        password_from_env(&o->account->turn_password, ENV_TURN_PASSWORD) ||
        !parse_all(o, argc, argv, ret_code)) {
        options_close(o);
        return false;
    }
    choose_ring(o);
    return true;
}

void options_close(struct options *o)
{
    for (size_t i = 0; i < o->accounts_n; i++)
        ars_account_conf_free(o->accounts[i]);
    o->accounts_n = 0;
    o->account = NULL;
    ars_answering_clear(&o->answering);
}
