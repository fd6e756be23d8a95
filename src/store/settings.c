/* store: settings.json, and what it holds. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/log.h>
#include <ars/settings.h>
#include <ars/str.h>

#include "file.h"
#include "settings_json.h"

#define FILE_NAME "settings.json"

int ars_settings_set_text(char **text, const char *value)
{
    char *copy = NULL;

    if (value && *value) {
        copy = ars_strdup(value);
        if (!copy)
            return ENOMEM;
    }
    free(*text);
    *text = copy;
    return 0;
}

/* ---- accounts ---- */

void ars_stored_account_clear(struct ars_stored_account *a)
{
    char **text;

    for (size_t i = 0; (text = settings_account_text(a, i, NULL, NULL)); i++)
        free(*text);
    settings_rest_free(a->rest);
    *a = (struct ars_stored_account){0};
}

int ars_stored_account_copy(struct ars_stored_account *to, const struct ars_stored_account *from)
{
    struct ars_stored_account a = *from;
    bool failed = false;
    char **text;

    a.rest = settings_rest_dup(from->rest);
    failed = from->rest && !a.rest;
    for (size_t i = 0; (text = settings_account_text(&a, i, NULL, NULL)); i++) {
        const char *old = *text;

        *text = ars_strdup(old);
        failed = failed || (old && !*text);
    }
    if (failed) {
        ars_stored_account_clear(&a);
        *to = a;
        return ENOMEM;
    }
    *to = a;
    return 0;
}

static bool fits(struct ars_stored_account *a)
{
    size_t max;
    char **text;

    for (size_t i = 0; (text = settings_account_text(a, i, NULL, &max)); i++)
        if (*text && strlen(*text) > max)
            return false;
    return a->ring_s <= ARS_SETTINGS_RING_MAX && a->expires_s <= ARS_SETTINGS_EXPIRES_MAX;
}

struct ars_stored_account *ars_settings_account(const struct ars_settings *s, const char *id)
{
    for (size_t i = 0; id && i < s->account_count; i++)
        if (ars_streq(s->accounts[i].id, id))
            return &s->accounts[i];
    return NULL;
}

struct ars_stored_account *ars_settings_default(const struct ars_settings *s)
{
    struct ars_stored_account *chosen = ars_settings_account(s, s->default_account);

    if (chosen && !chosen->disabled)
        return chosen;
    for (size_t i = 0; i < s->account_count; i++)
        if (!s->accounts[i].disabled)
            return &s->accounts[i];
    if (chosen)
        return chosen;
    return s->account_count ? &s->accounts[0] : NULL;
}

int ars_settings_put_account(struct ars_settings *s, const struct ars_stored_account *a)
{
    struct ars_stored_account *old = ars_settings_account(s, a->id);
    struct ars_stored_account copy;
    struct ars_stored_account *list;
    int err;

    if (!a->id || !*a->id)
        return EINVAL;
    if (!old && s->account_count >= ARS_SETTINGS_ACCOUNTS)
        return ENOSPC;
    err = ars_stored_account_copy(&copy, a);
    if (err)
        return err;
    if (!fits(&copy)) {
        ars_stored_account_clear(&copy);
        return EMSGSIZE;
    }
    if (old) {
        ars_stored_account_clear(old);
        *old = copy;
        return 0;
    }
    list = realloc(s->accounts, (s->account_count + 1) * sizeof(*list));
    if (!list) {
        ars_stored_account_clear(&copy);
        return ENOMEM;
    }
    s->accounts = list;
    s->accounts[s->account_count++] = copy;
    return 0;
}

int ars_settings_remove_account(struct ars_settings *s, const char *id)
{
    struct ars_stored_account *a = ars_settings_account(s, id);
    size_t i;

    if (!a)
        return ENOENT;
    i = (size_t)(a - s->accounts);
    ars_stored_account_clear(a);
    memmove(a, a + 1, (s->account_count - i - 1) * sizeof(*a));
    s->account_count--;
    return 0;
}

/* ---- all ---- */

struct ars_settings *ars_settings_new(void)
{
    return calloc(1, sizeof(struct ars_settings));
}

void ars_settings_free(struct ars_settings *s)
{
    char **text;

    if (!s)
        return;
    for (size_t i = 0; (text = settings_text(s, i, NULL)); i++)
        free(*text);
    for (size_t i = 0; i < s->account_count; i++)
        ars_stored_account_clear(&s->accounts[i]);
    free(s->accounts);
    settings_free_lines(s);
    settings_rest_free(s->rest);
    free(s);
}

struct ars_settings *ars_settings_dup(const struct ars_settings *s)
{
    struct ars_settings *d = ars_settings_new();
    bool failed;
    char **text;

    if (!d)
        return NULL;
    *d = *s;
    d->accounts = NULL;
    d->account_count = 0;
    d->lines = NULL;
    d->line_count = 0;
    d->rest = settings_rest_dup(s->rest);
    failed = s->rest && !d->rest;
    for (size_t i = 0; (text = settings_text(d, i, NULL)); i++) {
        const char *old = *text;

        *text = ars_strdup(old);
        failed = failed || (old && !*text);
    }
    for (size_t i = 0; !failed && i < s->account_count; i++)
        failed = ars_settings_put_account(d, &s->accounts[i]) != 0;
    failed = failed || ars_settings_set_lines(d, s->lines, s->line_count);
    if (failed) {
        ars_settings_free(d);
        return NULL;
    }
    return d;
}

/* ---- the file ---- */

/* What could be read of it stays in *s. */
static int set_aside(const char *path, struct ars_settings **s, char **ret_aside)
{
    char *aside;
    int err;

    if (!*s)
        *s = ars_settings_new();
    if (!*s)
        return ENOMEM;
    err = file_set_aside(path, NULL, &aside);
    if (err)
        return err == ENOMEM ? ENOMEM : EACCES;
    ars_log(ARS_LOG_WARN, "store", "the settings were broken and are kept as %s", aside);
    if (ret_aside)
        *ret_aside = aside;
    else
        free(aside);
    return 0;
}

static int load(const char *path, struct ars_settings **s, enum ars_settings_state *state,
                char **ret_aside)
{
    bool clean = false;
    char *text;
    size_t len;
    int err;

    err = file_read(path, ARS_SETTINGS_FILE_MAX, &text, &len);
    if (err == ENOENT) {
        *state = ARS_SETTINGS_NONE;
        *s = ars_settings_new();
        return *s ? 0 : ENOMEM;
    }
    if (err && err != EFBIG)
        return err;
    if (!err) {
        err = settings_parse(text, len, s, &clean);
        free(text);
    }
    if (err == ENOMEM)
        return err;
    if (*s && (*s)->newer) {
        *state = ARS_SETTINGS_NEWER;
        return 0;
    }
    if (clean) {
        *state = ARS_SETTINGS_OK;
        return 0;
    }
    *state = ARS_SETTINGS_BROKEN;
    return set_aside(path, s, ret_aside);
}

int ars_settings_load(const char *dir, struct ars_settings **ret,
                      enum ars_settings_state *ret_state, char **ret_aside)
{
    char *path = file_path(dir, FILE_NAME);
    struct ars_settings *s = NULL;
    enum ars_settings_state state;
    int err;

    if (!path)
        return ENOMEM;
    err = load(path, &s, &state, ret_aside);
    free(path);
    if (err) {
        ars_settings_free(s);
        return err == ENOMEM || err == EACCES ? err : EIO;
    }
    *ret = s;
    *ret_state = state;
    return 0;
}

int ars_settings_save(const char *dir, const struct ars_settings *s)
{
    char *text;
    int err;

    if (s->newer)
        return EPERM;
    err = settings_print(s, &text);
    if (err)
        return err;
    err = file_write(dir, FILE_NAME, text, strlen(text));
    free(text);
    return err;
}
