/* cli: the options by number, for those who take them, and how their values are read. */
#ifndef CLI_OPTION_IDS_H
#define CLI_OPTION_IDS_H

#include <stdbool.h>
#include <stdint.h>

struct ars_account_conf;
struct ars_answering;

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
    OPT_RING_SOUND,
    OPT_RING_VOLUME,
    OPT_TEST,
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

/* Says so; false. */
bool bad(const char *what, const char *value);

/* False: it is no such value, which has been said. */
bool set_text(char **to, const char *value);
bool set_seconds(const char *name, const char *value, uint32_t *ret_ms);
bool set_number(const char *name, const char *value, uint32_t min, uint32_t max, uint32_t *ret);
/* ret: the place of value in words. */
bool set_word(const char *name, const char *value, const char *const *words, int n, int *ret);

/* False: bad, or none of theirs. */
bool take_account(struct ars_account_conf *c, int id, const char *value);
bool take_answering(struct ars_answering *a, int id, const char *value);

#endif
