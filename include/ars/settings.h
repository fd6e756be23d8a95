/*
 * store: what is kept between runs as JSON: accounts (without their passwords) and preferences.
 * settings.json is versioned and written atomically; a broken file is set aside, told, and never
 * silently replaced. One thread (the face's); calls take a few milliseconds.
 */
#ifndef ARS_SETTINGS_H
#define ARS_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ARS_SETTINGS_VERSION  2
#define ARS_SETTINGS_ACCOUNTS 16
#define ARS_SETTINGS_WATCHED  48

/* In bytes, without the NUL. What is longer is refused (EMSGSIZE); in a file it is left out. */
#define ARS_SETTINGS_TEXT_MAX    256           /* every other text */
#define ARS_SETTINGS_PATH_MAX    4096          /* ca_file */
#define ARS_SETTINGS_RULES_MAX   (256 * 1024)  /* host_map */
#define ARS_SETTINGS_LINES_MAX   4096          /* stun, headers, dial_rules */
#define ARS_SETTINGS_FILE_MAX    (8192 * 1024) /* a larger file is a broken one */
#define ARS_SETTINGS_RING_MAX    3600
#define ARS_SETTINGS_CALLS_MAX   8
#define ARS_SETTINGS_EXPIRES_MAX 86400
#define ARS_PASSWORD_MAX         1024

/* Keys of the file that this version does not know: kept, and written back. */
struct ars_settings_rest;
struct ars_secret;

/* All text is owned; NULL is the default. */
struct ars_stored_account {
    char *id; /* UUID, made once: the SIP instance, and the key of its secret */
    char *display_name;
    char *server;
    uint16_t port; /* 0: what DNS says, else 7443 */
    char *path;    /* NULL: "/ws"; "" or "/": none */
    char *login;
    char *auth_user; /* NULL: login */
    char *ca_file;
    char *pin; /* SHA-256 of the certificate that the user accepted, 64 hex digits */
    char *host_map;
    char *stun; /* servers, HOST[:PORT] a line, see ars_engine_check_stun() */
    char *turn; /* URI of a relay (RFC 7065); NULL: none */
    char *turn_user;
    char *codecs;         /* NULL: "opus,g722,pcmu,pcma" */
    char *outbound_proxy; /* HOST[:PORT] to connect to; NULL: server and port */
    char *realm;          /* the only one that learns the password's digest; NULL: any */
    char *headers;        /* "Name: value" a line, beside the phone's own */
    char *refer;          /* "follow", "refuse": what a far end asks us to call; NULL: asks */
    char *dtmf;           /* "info-relay", "info", "inband"; NULL: RFC 4733 */
    char *dial_rules;     /* "PATTERN -> REPLACEMENT" a line, see ars_engine_check_number() */
    bool outbound_route;  /* names the outbound proxy in a Route header */
    bool disabled;        /* kept, and not connected */
    char *mailbox_number; /* instead of what the server says */
    char *pickup_code;    /* as in types.h */
    char *park_code;
    bool no_proxy;
    uint32_t ring_s;    /* 0: 30 */
    uint32_t expires_s; /* 0: 600 */
    struct ars_settings_rest *rest;
};

/* A line that the user watches. */
struct ars_stored_line {
    char *account; /* id of the one that watches it; NULL, or one that is gone: the default */
    char *number;
    char *name;   /* the user's, or NULL */
    bool parking; /* a place where calls are parked */
};

struct ars_settings {
    struct ars_stored_account *accounts;
    size_t account_count;
    struct ars_stored_line *lines; /* in the user's order */
    size_t line_count;
    char *default_account; /* id of the one that dials; see ars_settings_default() */
    char *audio_in;        /* as in audio.h; NULL: the system's default device */
    char *audio_out;
    char *audio_ring;     /* NULL: as audio_out */
    char *audio_in_label; /* what the user calls it while it is away; so the next two */
    char *audio_out_label;
    char *audio_ring_label;
    char *echo; /* "off", "low", "high"; NULL: as voice.h has it; so the next three */
    char *noise;
    char *gain;
    char *highpass;
    char *ring_sound;     /* as in sound.h; NULL: the first */
    uint32_t ring_volume; /* 1..100; 0: 100 */
    char *tones;          /* "eu", "ru", "us"; NULL: as the user's language has it */
    bool ring_off;
    bool do_not_disturb; /* as in answering.h, for all accounts */
    bool forwarding;     /* false: the numbers are kept, and nobody is sent there */
    char *forward_always;
    char *forward_busy;
    char *forward_no_answer;
    uint32_t forward_after_s; /* 0: 20 */
    uint32_t calls_max;       /* 1..8: as in answering.h; 0: 4 */
    bool refuse_anonymous;
    bool record_tone; /* both sides hear that they are recorded */
    char *auto_answer;
    int window_width; /* 0: not known */
    int window_height;
    bool newer; /* from a later version: ars_settings_save() refuses it */
    struct ars_settings_rest *rest;
};

/* What ars_settings_load() found. */
enum ars_settings_state {
    ARS_SETTINGS_OK,
    ARS_SETTINGS_NONE,   /* first start */
    ARS_SETTINGS_BROKEN, /* set aside as ret_aside; *ret is empty */
    ARS_SETTINGS_NEWER,  /* written by a later version: read what is known, never written over */
};

/*
 * From `dir`/settings.json. *ret is good and the caller's in every state; *ret_aside (or NULL) is
 * where a broken file went, caller frees. EACCES, EIO: it cannot be read, or not be set aside, and
 * nothing was changed. ENOMEM. On an error *ret is untouched.
 */
int ars_settings_load(const char *dir, struct ars_settings **ret,
                      enum ars_settings_state *ret_state, char **ret_aside);

/*
 * Whole or not at all (temporary file, fsync, rename), mode 0600; makes `dir` when it is missing.
 * EPERM: the file is a later version's. EMSGSIZE, EACCES, ENOSPC, EIO, ENOMEM.
 */
int ars_settings_save(const char *dir, const struct ars_settings *s);

struct ars_settings *ars_settings_new(void);
/* NULL on ENOMEM. */
struct ars_settings *ars_settings_dup(const struct ars_settings *s);
/* Takes NULL. */
void ars_settings_free(struct ars_settings *s);

/* The account of that id, or NULL. Borrowed. */
struct ars_stored_account *ars_settings_account(const struct ars_settings *s, const char *id);

/*
 * The account that dials unless another is chosen: the one that default_account names, else the
 * first; of those that are not disabled, if there is one. NULL: there is no account. Borrowed.
 */
struct ars_stored_account *ars_settings_default(const struct ars_settings *s);

/* A copy of a goes in, replacing the one with its id. EINVAL: no id. ENOMEM, ENOSPC, EMSGSIZE. */
int ars_settings_put_account(struct ars_settings *s, const struct ars_stored_account *a);
/* ENOENT. */
int ars_settings_remove_account(struct ars_settings *s, const char *id);

/*
 * A copy of the list takes the place of the lines. EINVAL: a number is missing, or an account
 * has it twice. EMSGSIZE, ENOSPC, ENOMEM.
 */
int ars_settings_set_lines(struct ars_settings *s, const struct ars_stored_line *list, size_t n);

/* ENOMEM: *to is empty. */
int ars_stored_account_copy(struct ars_stored_account *to, const struct ars_stored_account *from);
/* Frees what is in it; a is empty after. */
void ars_stored_account_clear(struct ars_stored_account *a);

/* Replaces an owned text by a copy; "" and NULL give NULL. ENOMEM: unchanged. */
int ars_settings_set_text(char **text, const char *value);

/*
 * The file sip-config.json of the Electron client that we replace, in a folder below `config_home`
 * (its keys: displayName, server, port, login, password). *ret has no id. *ret_password: NULL
 * without one, else the caller's. ENOENT: there is none. EBADMSG: it is not such a file.
 */
int ars_settings_import(const char *config_home, struct ars_stored_account *ret,
                        struct ars_secret **ret_password);

#endif
