/* cli: the command line. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <ars/engine.h>
#include <ars/secret.h>
#include <ars/str.h>

#include "option_ids.h"
#include "options.h"
#include "password.h"

#define TIMEOUT_MS        30000
#define ENV_PASSWORD      "ARS_PASSWORD"
#define ENV_TURN_PASSWORD "ARS_TURN_PASSWORD"

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
    {"ring-sound", required_argument, NULL, OPT_RING_SOUND},
    {"ring-volume", required_argument, NULL, OPT_RING_VOLUME},
    {"test", no_argument, NULL, OPT_TEST},
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
    "      dial [@A] NUMBER | answer N | reject N [CODE] | hangup N |\n"
    "      hold N | resume N | mute N | unmute N | volume N PERCENT | dtmf N DIGITS |\n"
    "      merge N | split N | silence N on|off | transfer N NUMBER | connect N N |\n"
    "      follow N | stay N | watch [@A] NUMBER | unwatch [@A] NUMBER |\n"
    "      pickup [@A] [NUMBER] | park N [CODE] | unpark [@A] NUMBER |\n"
    "      record N FILE [announced] | record N off |\n"
    "      dnd on|off | forward always|busy|no-answer NUMBER|off [S] |\n"
    "      anonymous on|off | auto-answer NUMBERS|off | account A on|off |\n"
    "      calls N | tones eu|ru|us |\n"
    "      audio IN|- OUT|- | retry [@A] | suspend | wake | stats N | counts |\n"
    "      sleep SECONDS | quit |\n"
    "      wait EVENT [N] SECONDS        (N: the call, counted from 1)\n"
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
    "  --dtmf-mode rfc4733|info-relay|info|inband (rfc4733)\n"
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
    "  --stun HOST[:PORT] (may be repeated)  --rtp-ports MIN-MAX  --no-proxy\n"
    "  --turn turn[s]:HOST[:PORT][?transport=udp|tcp]  --turn-user USER\n"
    "  --turn-password-file FILE (or $ARS_TURN_PASSWORD)\n"
    "\n"
    "sound\n"
    "  --codec LIST (opus,g722,pcmu,pcma)\n"
    "  --audio-in device[:NAME]|FILE.wav|tone:HZ|silence\n"
    "  --audio-out device[:NAME]|FILE.wav|none   --audio-ring (as --audio-out)\n"
    "  --ring-sound trill|bell|chime|marimba   --ring-volume 1..100\n"
    "  --test (devices: a tune is played, then you hear what the microphone hears)\n"
    "  --echo, --noise, --gain, --highpass off|low|high (high, low, low, low; of a device)\n"
    "  --tones eu|ru|us (eu)  ringback, busy, congestion and call waiting of that country\n"
    "\n"
    "output\n"
    "  --json  --timeout S (30: to register, to be answered)  --verbose  --trace\n"
    "  --help  --version\n"
    "\n"
    "exit code: 0 done, 2 usage, 3 registration failed, 4 call failed, 5 no sound received,\n"
    "6 timed out. Registering is tried again until the time-out, unless only you can help it.\n";

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

static bool set_strength(const char *option, const char *value, enum ars_strength *ret)
{
    return ars_strength_parse(value, ret) || bad(option, value);
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
    case OPT_RING_SOUND:
        return ars_ring_sound_parse(value, &o->ringer.sound) || bad("--ring-sound", value);
    case OPT_RING_VOLUME:
        return set_number("--ring-volume", value, 1, 100, &o->ringer.volume);
    case OPT_TEST:
        o->test = true;
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
        return ars_tones_parse(value, &o->tones) || bad("--tones", value);
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
    case OPT_CALLS:
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
