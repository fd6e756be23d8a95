/* store: settings as JSON text. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <json-c/json.h>

#include <ars/rand.h>
#include <ars/str.h>

#include "json_text.h"
#include "settings_json.h"

/* Ours is three deep; what a later version adds may be deeper. */
#define DEPTH_MAX       32

#define PERCENT         100
#define WINDOW_MAX      32767 /* X11's own */

#define KEY_VERSION     "version"
#define KEY_ACCOUNTS    "accounts"
#define KEY_PORT        "port"
#define KEY_NO_PROXY    "no_proxy"
#define KEY_RING_S      "ring_seconds"
#define KEY_EXPIRES_S   "expires_seconds"
#define KEY_ROUTE       "outbound_route"
#define KEY_DISABLED    "disabled"
#define KEY_LINES       "lines"
#define KEY_ACCOUNT     "account"
#define KEY_NUMBER      "number"
#define KEY_NAME        "name"
#define KEY_PARKING     "parking"
#define KEY_RING_OFF    "ring_off"
#define KEY_DND         "do_not_disturb"
#define KEY_FORWARD     "forwarding"
#define KEY_VOLUME      "ring_volume"
#define KEY_AFTER_S     "forward_after_seconds"
#define KEY_CALLS_MAX   "calls_max"
#define KEY_ANONYMOUS   "refuse_anonymous"
#define KEY_RECORD_TONE "record_tone"
#define KEY_WIDTH       "window_width"
#define KEY_HEIGHT      "window_height"

struct text_field {
    const char *key;
    size_t offset;
    size_t max;
};

#define ACCOUNT_TEXT(name, max)                                                                    \
    {                                                                                              \
#name, offsetof(struct ars_stored_account, name), max                                      \
    }

static const struct text_field account_texts[] = {
    ACCOUNT_TEXT(id, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(display_name, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(server, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(path, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(login, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(auth_user, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(ca_file, ARS_SETTINGS_PATH_MAX),
    ACCOUNT_TEXT(pin, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(host_map, ARS_SETTINGS_RULES_MAX),
    ACCOUNT_TEXT(stun, ARS_SETTINGS_LINES_MAX),
    ACCOUNT_TEXT(turn, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(turn_user, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(codecs, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(mailbox_number, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(pickup_code, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(park_code, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(refer, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(dtmf, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(outbound_proxy, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(realm, ARS_SETTINGS_TEXT_MAX),
    ACCOUNT_TEXT(headers, ARS_SETTINGS_LINES_MAX),
    ACCOUNT_TEXT(dial_rules, ARS_SETTINGS_LINES_MAX),
};

static const struct text_field texts[] = {
    {"default_account", offsetof(struct ars_settings, default_account), ARS_SETTINGS_TEXT_MAX},
    {"audio_in", offsetof(struct ars_settings, audio_in), ARS_SETTINGS_TEXT_MAX},
    {"audio_out", offsetof(struct ars_settings, audio_out), ARS_SETTINGS_TEXT_MAX},
    {"audio_ring", offsetof(struct ars_settings, audio_ring), ARS_SETTINGS_TEXT_MAX},
    {"audio_in_label", offsetof(struct ars_settings, audio_in_label), ARS_SETTINGS_TEXT_MAX},
    {"audio_out_label", offsetof(struct ars_settings, audio_out_label), ARS_SETTINGS_TEXT_MAX},
    {"audio_ring_label", offsetof(struct ars_settings, audio_ring_label), ARS_SETTINGS_TEXT_MAX},
    {"ring_sound", offsetof(struct ars_settings, ring_sound), ARS_SETTINGS_TEXT_MAX},
    {"tones", offsetof(struct ars_settings, tones), ARS_SETTINGS_TEXT_MAX},
    {"echo", offsetof(struct ars_settings, echo), ARS_SETTINGS_TEXT_MAX},
    {"noise", offsetof(struct ars_settings, noise), ARS_SETTINGS_TEXT_MAX},
    {"gain", offsetof(struct ars_settings, gain), ARS_SETTINGS_TEXT_MAX},
    {"highpass", offsetof(struct ars_settings, highpass), ARS_SETTINGS_TEXT_MAX},
    {"forward_always", offsetof(struct ars_settings, forward_always), ARS_SETTINGS_TEXT_MAX},
    {"forward_busy", offsetof(struct ars_settings, forward_busy), ARS_SETTINGS_TEXT_MAX},
    {"forward_no_answer", offsetof(struct ars_settings, forward_no_answer), ARS_SETTINGS_TEXT_MAX},
    {"auto_answer", offsetof(struct ars_settings, auto_answer), ARS_SETTINGS_TEXT_MAX},
};

char **settings_account_text(struct ars_stored_account *a, size_t i, const char **ret_key,
                             size_t *ret_max)
{
    if (i >= sizeof(account_texts) / sizeof(account_texts[0]))
        return NULL;
    if (ret_key)
        *ret_key = account_texts[i].key;
    if (ret_max)
        *ret_max = account_texts[i].max;
    return (char **)(void *)((char *)a + account_texts[i].offset);
}

char **settings_text(struct ars_settings *s, size_t i, const char **ret_key)
{
    if (i >= sizeof(texts) / sizeof(texts[0]))
        return NULL;
    if (ret_key)
        *ret_key = texts[i].key;
    return (char **)(void *)((char *)s + texts[i].offset);
}

/* ---- what we do not know ---- */

static struct ars_settings_rest *rest_of(struct json_object *object)
{
    return (struct ars_settings_rest *)(void *)object;
}

static struct json_object *object_of(const struct ars_settings_rest *rest)
{
    return (struct json_object *)(void *)(uintptr_t)rest;
}

struct ars_settings_rest *settings_rest_dup(const struct ars_settings_rest *rest)
{
    struct json_object *copy = NULL;

    if (!rest || json_object_deep_copy(object_of(rest), &copy, NULL))
        return NULL;
    return rest_of(copy);
}

void settings_rest_free(struct ars_settings_rest *rest)
{
    json_object_put(object_of(rest));
}

/* ---- reading; what is understood leaves the object, the rest stays in it ---- */

struct reader {
    bool clean;
    int err;
};

/* Borrowed, of that kind; NULL when it is missing or of another. */
static struct json_object *get(struct reader *r, struct json_object *from, const char *key,
                               enum json_type type)
{
    struct json_object *v;

    if (!json_object_object_get_ex(from, key, &v) || !v)
        return NULL;
    if (json_object_get_type(v) == type)
        return v;
    r->clean = false;
    return NULL;
}

static void read_text(struct reader *r, struct json_object *from, const char *key, size_t max,
                      char **to)
{
    struct json_object *v = get(r, from, key, json_type_string);
    size_t len = v ? (size_t)json_object_get_string_len(v) : 0;

    if (v && (len > max || memchr(json_object_get_string(v), '\0', len))) {
        r->clean = false;
    } else if (v) {
        *to = ars_strndup(json_object_get_string(v), len);
        if (!*to)
            r->err = ENOMEM;
    }
    json_object_object_del(from, key);
}

static uint32_t read_number(struct reader *r, struct json_object *from, const char *key,
                            uint32_t max)
{
    struct json_object *v = get(r, from, key, json_type_int);
    int64_t n = v ? json_object_get_int64(v) : 0;

    if (n < 0 || n > (int64_t)max) {
        r->clean = false;
        n = 0;
    }
    json_object_object_del(from, key);
    return (uint32_t)n;
}

static bool read_bool(struct reader *r, struct json_object *from, const char *key)
{
    struct json_object *v = get(r, from, key, json_type_boolean);
    bool on = v && json_object_get_boolean(v);

    json_object_object_del(from, key);
    return on;
}

static void keep_rest(struct json_object *object, struct ars_settings_rest **to)
{
    if (json_object_object_length(object) > 0)
        *to = rest_of(json_object_get(object));
}

/* An account that somebody wrote by hand may have no id, or that of another. */
static void check_id(struct reader *r, const struct ars_settings *s, struct ars_stored_account *a)
{
    char uuid[37];

    if (a->id && *a->id && !ars_settings_account(s, a->id))
        return;
    r->clean = false;
    ars_rand_uuid(uuid);
    if (ars_settings_set_text(&a->id, uuid))
        r->err = ENOMEM;
}

static void read_account(struct reader *r, struct json_object *from, struct ars_settings *s)
{
    struct ars_stored_account a = {0};
    const char *key;
    size_t max;
    char **text;

    for (size_t i = 0; (text = settings_account_text(&a, i, &key, &max)); i++)
        read_text(r, from, key, max, text);
    a.port = (uint16_t)read_number(r, from, KEY_PORT, UINT16_MAX);
    a.outbound_route = read_bool(r, from, KEY_ROUTE);
    a.disabled = read_bool(r, from, KEY_DISABLED);
    a.no_proxy = read_bool(r, from, KEY_NO_PROXY);
    a.ring_s = read_number(r, from, KEY_RING_S, ARS_SETTINGS_RING_MAX);
    a.expires_s = read_number(r, from, KEY_EXPIRES_S, ARS_SETTINGS_EXPIRES_MAX);
    check_id(r, s, &a);
    keep_rest(from, &a.rest);
    if (!r->err)
        r->err = ars_settings_put_account(s, &a);
    ars_stored_account_clear(&a);
}

static void read_accounts(struct reader *r, struct json_object *from, struct ars_settings *s)
{
    struct json_object *list = get(r, from, KEY_ACCOUNTS, json_type_array);
    size_t n = list ? json_object_array_length(list) : 0;

    if (n > ARS_SETTINGS_ACCOUNTS) {
        r->clean = false;
        n = ARS_SETTINGS_ACCOUNTS;
    }
    for (size_t i = 0; i < n && !r->err; i++) {
        struct json_object *a = json_object_array_get_idx(list, i);

        if (json_object_is_type(a, json_type_object))
            read_account(r, a, s);
        else
            r->clean = false;
    }
    json_object_object_del(from, KEY_ACCOUNTS);
}

static void read_line(struct reader *r, struct json_object *from, struct ars_stored_line *to)
{
    read_text(r, from, KEY_ACCOUNT, ARS_SETTINGS_TEXT_MAX, &to->account);
    read_text(r, from, KEY_NUMBER, ARS_SETTINGS_TEXT_MAX, &to->number);
    read_text(r, from, KEY_NAME, ARS_SETTINGS_TEXT_MAX, &to->name);
    to->parking = read_bool(r, from, KEY_PARKING);
}

/* One that cannot be used is left out, the others stay. */
static void read_lines(struct reader *r, struct json_object *from, struct ars_settings *s)
{
    struct json_object *list = get(r, from, KEY_LINES, json_type_array);
    size_t n = list ? json_object_array_length(list) : 0;

    for (size_t i = 0; i < n && !r->err; i++) {
        struct json_object *o = json_object_array_get_idx(list, i);
        struct ars_stored_line line = {0};
        int err = EINVAL;

        if (json_object_is_type(o, json_type_object)) {
            read_line(r, o, &line);
            err = settings_add_line(s, &line);
        }
        if (err == ENOMEM)
            r->err = err;
        else if (err)
            r->clean = false;
        free(line.account);
        free(line.number);
        free(line.name);
    }
    json_object_object_del(from, KEY_LINES);
}

/* Version 1 connected the first account alone: what it kept beside that does not wake up now. */
static void migrate(struct ars_settings *s, uint32_t version)
{
    for (size_t i = 1; version < 2 && i < s->account_count; i++)
        s->accounts[i].disabled = true;
}

int settings_parse(const char *text, size_t len, struct ars_settings **ret, bool *ret_clean)
{
    struct reader r = {.clean = true};
    struct ars_settings *s = NULL;
    struct json_object *root;
    const char *key;
    uint32_t version;
    char **to;

    r.err = json_text_parse(text, len, DEPTH_MAX, &root);
    if (r.err)
        return r.err;
    version = read_number(&r, root, KEY_VERSION, INT32_MAX);
    if (version < 1) {
        json_object_put(root);
        return EBADMSG;
    }
    s = ars_settings_new();
    if (!s) {
        json_object_put(root);
        return ENOMEM;
    }
    s->newer = version > ARS_SETTINGS_VERSION;
    for (size_t i = 0; (to = settings_text(s, i, &key)); i++)
        read_text(&r, root, key, texts[i].max, to);
    s->ring_off = read_bool(&r, root, KEY_RING_OFF);
    s->ring_volume = read_number(&r, root, KEY_VOLUME, PERCENT);
    s->do_not_disturb = read_bool(&r, root, KEY_DND);
    s->forwarding = read_bool(&r, root, KEY_FORWARD);
    s->forward_after_s = read_number(&r, root, KEY_AFTER_S, ARS_SETTINGS_RING_MAX);
    s->calls_max = read_number(&r, root, KEY_CALLS_MAX, ARS_SETTINGS_CALLS_MAX);
    s->refuse_anonymous = read_bool(&r, root, KEY_ANONYMOUS);
    s->record_tone = read_bool(&r, root, KEY_RECORD_TONE);
    s->window_width = (int)read_number(&r, root, KEY_WIDTH, WINDOW_MAX);
    s->window_height = (int)read_number(&r, root, KEY_HEIGHT, WINDOW_MAX);
    read_accounts(&r, root, s);
    read_lines(&r, root, s);
    migrate(s, version);
    keep_rest(root, &s->rest);
    json_object_put(root);
    if (r.err) {
        ars_settings_free(s);
        return r.err;
    }
    *ret = s;
    *ret_clean = r.clean;
    return 0;
}

/* ---- writing; defaults are left out ---- */

/* v is taken over; NULL is ENOMEM. */
static int put(struct json_object *to, const char *key, struct json_object *v)
{
    if (v && json_object_object_add(to, key, v) == 0)
        return 0;
    json_object_put(v);
    return ENOMEM;
}

static int put_text(struct json_object *to, const char *key, size_t max, const char *text)
{
    if (!text)
        return 0;
    return strlen(text) > max ? EMSGSIZE : put(to, key, json_object_new_string(text));
}

static int put_number(struct json_object *to, const char *key, int64_t n)
{
    return n ? put(to, key, json_object_new_int64(n)) : 0;
}

static int put_bool(struct json_object *to, const char *key, bool on)
{
    return on ? put(to, key, json_object_new_boolean(true)) : 0;
}

static int put_rest(struct json_object *to, const struct ars_settings_rest *rest)
{
    struct ars_settings_rest *copy = settings_rest_dup(rest);
    int err = 0;

    if (!rest)
        return 0;
    if (!copy)
        return ENOMEM;
    json_object_object_foreach(object_of(copy), key, v)
    {
        if (!err && json_object_object_add(to, key, json_object_get(v)))
            err = ENOMEM;
    }
    settings_rest_free(copy);
    return err;
}

static int print_account(const struct ars_stored_account *account, struct json_object *to)
{
    struct ars_stored_account a = *account;
    const char *key;
    size_t max;
    char **text;
    int err = 0;

    for (size_t i = 0; !err && (text = settings_account_text(&a, i, &key, &max)); i++)
        err = put_text(to, key, max, *text);
    if (!err)
        err = put_number(to, KEY_PORT, a.port);
    if (!err)
        err = put_bool(to, KEY_ROUTE, a.outbound_route);
    if (!err)
        err = put_bool(to, KEY_DISABLED, a.disabled);
    if (!err)
        err = put_bool(to, KEY_NO_PROXY, a.no_proxy);
    if (!err)
        err = put_number(to, KEY_RING_S, a.ring_s);
    if (!err)
        err = put_number(to, KEY_EXPIRES_S, a.expires_s);
    return err ? err : put_rest(to, a.rest);
}

static int print_accounts(const struct ars_settings *s, struct json_object *to)
{
    struct json_object *list = json_object_new_array();
    int err = put(to, KEY_ACCOUNTS, list);

    for (size_t i = 0; !err && i < s->account_count; i++) {
        struct json_object *a = json_object_new_object();

        if (!a || json_object_array_add(list, a)) {
            json_object_put(a);
            return ENOMEM;
        }
        err = print_account(&s->accounts[i], a);
    }
    return err;
}

static int print_line(const struct ars_stored_line *line, struct json_object *to)
{
    int err = put_text(to, KEY_ACCOUNT, ARS_SETTINGS_TEXT_MAX, line->account);

    if (!err)
        err = put_text(to, KEY_NUMBER, ARS_SETTINGS_TEXT_MAX, line->number);
    if (!err)
        err = put_text(to, KEY_NAME, ARS_SETTINGS_TEXT_MAX, line->name);
    return err ? err : put_bool(to, KEY_PARKING, line->parking);
}

static int print_lines(const struct ars_settings *s, struct json_object *to)
{
    struct json_object *list = json_object_new_array();
    int err = put(to, KEY_LINES, list);

    for (size_t i = 0; !err && i < s->line_count; i++) {
        struct json_object *o = json_object_new_object();

        if (!o || json_object_array_add(list, o)) {
            json_object_put(o);
            return ENOMEM;
        }
        err = print_line(&s->lines[i], o);
    }
    return err;
}

static int print_root(const struct ars_settings *settings, struct json_object *root)
{
    struct ars_settings s = *settings;
    const char *key;
    char **text;
    int err;

    err = put(root, KEY_VERSION, json_object_new_int(ARS_SETTINGS_VERSION));
    if (!err)
        err = print_accounts(&s, root);
    if (!err && s.line_count)
        err = print_lines(&s, root);
    for (size_t i = 0; !err && (text = settings_text(&s, i, &key)); i++)
        err = put_text(root, key, texts[i].max, *text);
    if (!err)
        err = put_bool(root, KEY_RING_OFF, s.ring_off);
    if (!err)
        err = put_number(root, KEY_VOLUME, s.ring_volume);
    if (!err)
        err = put_bool(root, KEY_DND, s.do_not_disturb);
    if (!err)
        err = put_bool(root, KEY_FORWARD, s.forwarding);
    if (!err)
        err = put_number(root, KEY_AFTER_S, s.forward_after_s);
    if (!err)
        err = put_number(root, KEY_CALLS_MAX, s.calls_max);
    if (!err)
        err = put_bool(root, KEY_ANONYMOUS, s.refuse_anonymous);
    if (!err)
        err = put_bool(root, KEY_RECORD_TONE, s.record_tone);
    if (!err)
        err = put_number(root, KEY_WIDTH, s.window_width);
    if (!err)
        err = put_number(root, KEY_HEIGHT, s.window_height);
    return err ? err : put_rest(root, s.rest);
}

int settings_print(const struct ars_settings *s, char **ret)
{
    struct json_object *root = json_object_new_object();
    const char *text;
    struct ars_buf b;
    int err;

    if (!root)
        return ENOMEM;
    err = print_root(s, root);
    text = err ? NULL
               : json_object_to_json_string_ext(root, JSON_C_TO_STRING_PRETTY |
                                                          JSON_C_TO_STRING_SPACED |
                                                          JSON_C_TO_STRING_NOSLASHESCAPE);
    if (!err && !text)
        err = ENOMEM;
    if (!err) {
        ars_buf_init(&b, ARS_SETTINGS_FILE_MAX);
        ars_buf_addf(&b, "%s\n", text);
        text = ars_buf_take(&b, &err);
    }
    json_object_put(root);
    if (!err)
        *ret = (char *)(uintptr_t)text;
    return err;
}
