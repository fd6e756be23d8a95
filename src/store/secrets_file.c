/* store: the file of passwords. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <json-c/json.h>

#include <ars/log.h>
#include <ars/secret.h>
#include <ars/settings.h>
#include <ars/str.h>

#include "file.h"
#include "json_text.h"
#include "secrets_file.h"

#define FILE_NAME   "secrets.json"
#define FILE_MAX    (256 * 1024)
#define DEPTH_MAX   4
#define KEY_SECRETS "secrets"
#define KEY_VERSION "version"
#define VERSION     1

/* json-c frees strings without wiping them. */
static void wipe(struct json_object *root)
{
    struct json_object *secrets;

    if (root && json_object_object_get_ex(root, KEY_SECRETS, &secrets)) {
        json_object_object_foreach(secrets, key, v)
        {
            (void)key;
            ars_wipe((char *)(uintptr_t)json_object_get_string(v),
                     (size_t)json_object_get_string_len(v));
        }
    }
    json_object_put(root);
}

static bool is_ours(struct json_object *root)
{
    struct json_object *secrets;

    if (!json_object_object_get_ex(root, KEY_SECRETS, &secrets) ||
        !json_object_is_type(secrets, json_type_object))
        return false;
    json_object_object_foreach(secrets, key, v)
    {
        (void)key;
        if (!json_object_is_type(v, json_type_string))
            return false;
    }
    return true;
}

/* EBADMSG: it is not such a file. */
static int parse(const char *text, size_t len, struct json_object **ret)
{
    struct json_object *root;
    int err = json_text_parse(text, len, DEPTH_MAX, &root);

    if (err)
        return err;
    if (!is_ours(root)) {
        json_object_put(root);
        return EBADMSG;
    }
    *ret = root;
    return 0;
}

static int make_empty(struct json_object **ret)
{
    struct json_object *root = json_object_new_object();
    struct json_object *secrets = json_object_new_object();

    if (root && secrets && !json_object_object_add(root, KEY_SECRETS, secrets)) {
        *ret = root;
        return 0;
    }
    json_object_put(secrets);
    json_object_put(root);
    return ENOMEM;
}

static int load(const char *path, struct json_object **ret)
{
    char *aside;
    char *text;
    size_t len;
    int err;

    err = file_read(path, FILE_MAX, &text, &len);
    if (!err) {
        err = parse(text, len, ret);
        ars_wipe(text, len);
        free(text);
    }
    if (err == EFBIG || err == EBADMSG) {
        err = file_set_aside(path, NULL, &aside);
        if (err)
            return err;
        ars_log(ARS_LOG_WARN, "store", "the file of passwords was broken and is kept as %s", aside);
        free(aside);
        err = ENOENT;
    }
    return err == ENOENT ? make_empty(ret) : err;
}

static int save(const char *dir, struct json_object *root)
{
    const char *text;
    size_t len;
    int err;

    if (json_object_object_add(root, KEY_VERSION, json_object_new_int(VERSION)))
        return ENOMEM;
    text = json_object_to_json_string_length(root, JSON_C_TO_STRING_SPACED, &len);
    if (!text)
        return ENOMEM;
    err = len > FILE_MAX ? ENOSPC : file_write(dir, FILE_NAME, text, len);
    ars_wipe((char *)(uintptr_t)text, len);
    return err;
}

int secrets_file_get(const char *dir, const char *id, struct ars_secret **ret)
{
    char *path = file_path(dir, FILE_NAME);
    struct json_object *root = NULL;
    struct json_object *secrets;
    struct json_object *v;
    int err;

    err = path ? load(path, &root) : ENOMEM;
    free(path);
    if (err)
        return err;
    err = ENOENT;
    if (json_object_object_get_ex(root, KEY_SECRETS, &secrets) &&
        json_object_object_get_ex(secrets, id, &v)) {
        *ret = ars_secret_new(json_object_get_string(v), (size_t)json_object_get_string_len(v));
        err = *ret ? 0 : ENOMEM;
    }
    wipe(root);
    return err;
}

static int put(struct json_object *secrets, const char *id, const struct ars_secret *secret)
{
    struct json_object *v = json_object_new_string(ars_secret_text(secret));

    if (v && !json_object_object_add(secrets, id, v))
        return 0;
    json_object_put(v);
    return ENOMEM;
}

int secrets_file_put(const char *dir, const char *id, const struct ars_secret *secret)
{
    char *path = file_path(dir, FILE_NAME);
    struct json_object *root = NULL;
    struct json_object *secrets;
    int err;

    if (!path)
        return ENOMEM;
    if (!secret && access(path, F_OK)) {
        free(path);
        return 0;
    }
    err = load(path, &root);
    if (err) {
        free(path);
        return err;
    }
    json_object_object_get_ex(root, KEY_SECRETS, &secrets);
    if (secret) {
        err = put(secrets, id, secret);
        if (!err)
            err = save(dir, root);
    } else if (json_object_object_get_ex(secrets, id, NULL)) {
        json_object_object_del(secrets, id);
        if (json_object_object_length(secrets) > 0)
            err = save(dir, root);
        else if (unlink(path) && errno != ENOENT)
            err = errno;
    }
    wipe(root);
    free(path);
    return err;
}
