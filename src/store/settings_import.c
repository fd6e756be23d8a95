/*
 * store: sip-config.json, where the Electron client that we replace keeps its account
 * (electron-store named "sip-config"; FreeSWITCH on port 7443, no path, a name mapping and two STUN
 * servers built in).
 */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <json-c/json.h>

#include <ars/secret.h>
#include <ars/settings.h>
#include <ars/str.h>

#include "file.h"
#include "json_text.h"

#define FILE_NAME   "sip-config.json"
#define FILE_MAX    65536
#define DEPTH_MAX   16
#define FOLDERS_MAX 4096

/* The folders of its released and its development builds; then any other is looked into. */
static const char *const folders[] = {
    "SipClientApp",
    "electron-sip-client",
    "electron-app-2.0",
    "Electron",
};

/* What was built into it for its own server. */
#define OLD_SERVER "f2.ads365.ru"
#define OLD_RULE   "MAP f2.ads365.ru 89.169.164.26"
#define OLD_STUN   "stun.l.google.com:19302\nstun1.l.google.com:19302"
#define OLD_PATH   "/"

/* ---- finding it ---- */

static char *path_in(const char *config_home, const char *folder)
{
    char *dir = file_path(config_home, folder);
    char *path = dir ? file_path(dir, FILE_NAME) : NULL;

    free(dir);
    return path;
}

static int try_folder(const char *config_home, const char *folder, char **ret)
{
    char *path = path_in(config_home, folder);
    struct stat st;

    if (!path)
        return ENOMEM;
    if (stat(path, &st) == 0 && S_ISREG(st.st_mode)) {
        *ret = path;
        return 0;
    }
    free(path);
    return ENOENT;
}

static int search(const char *config_home, char **ret)
{
    DIR *dir = opendir(config_home);
    int err = ENOENT;
    struct dirent *e;

    if (!dir)
        return ENOENT;
    for (size_t n = 0; err == ENOENT && n < FOLDERS_MAX && (e = readdir(dir)); n++)
        if (e->d_name[0] != '.')
            err = try_folder(config_home, e->d_name, ret);
    closedir(dir);
    return err;
}

static int find(const char *config_home, char **ret)
{
    int err = ENOENT;

    for (size_t i = 0; err == ENOENT && i < sizeof(folders) / sizeof(folders[0]); i++)
        err = try_folder(config_home, folders[i], ret);
    return err == ENOENT ? search(config_home, ret) : err;
}

/* ---- reading it ---- */

/* The first of the keys that is there with a text or a number; NULL, or what json-c holds. */
static const char *text_of(struct json_object *from, const char *const *keys)
{
    struct json_object *v;

    for (; *keys; keys++) {
        if (!json_object_object_get_ex(from, *keys, &v))
            continue;
        if (json_object_is_type(v, json_type_string) || json_object_is_type(v, json_type_int))
            return json_object_get_string(v);
    }
    return NULL;
}

static int take_text(struct json_object *from, const char *const *keys, char **to)
{
    const char *s = text_of(from, keys);
    char *clean;
    int err;

    if (!s || strlen(s) > ARS_SETTINGS_TEXT_MAX)
        return 0;
    clean = ars_utf8_clean(s, strlen(s));
    if (!clean)
        return ENOMEM;
    err = ars_settings_set_text(to, clean);
    free(clean);
    return err;
}

static int take_account(struct json_object *from, struct ars_stored_account *a)
{
    static const char *const name_keys[] = {"display_name", "displayName", NULL};
    static const char *const server_keys[] = {"sip_server", "sipServer", "server", NULL};
    static const char *const port_keys[] = {"port", NULL};
    static const char *const login_keys[] = {"username", "login", NULL};
    const char *port = text_of(from, port_keys);
    uint32_t n;
    int err;

    err = take_text(from, name_keys, &a->display_name);
    if (!err)
        err = take_text(from, server_keys, &a->server);
    if (!err)
        err = take_text(from, login_keys, &a->login);
    if (!err && port && ars_str_to_u32(port, UINT16_MAX, &n) == 0)
        a->port = (uint16_t)n;
    if (!err)
        err = ars_settings_set_text(&a->path, OLD_PATH);
    if (!err)
        err = ars_settings_set_text(&a->stun, OLD_STUN);
    if (!err && ars_streq(a->server, OLD_SERVER))
        err = ars_settings_set_text(&a->host_map, OLD_RULE);
    return err;
}

/* json-c's copy is wiped: it is freed without. */
static int take_password(struct json_object *from, struct ars_secret **ret)
{
    static const char *const keys[] = {"password", NULL};
    const char *s = text_of(from, keys);
    size_t len = s ? strlen(s) : 0;
    struct ars_secret *secret = NULL;

    if (len > 0 && len <= ARS_PASSWORD_MAX) {
        secret = ars_secret_new(s, len);
        if (!secret)
            return ENOMEM;
    }
    if (s)
        ars_wipe((char *)(uintptr_t)s, len);
    *ret = secret;
    return 0;
}

static int read_root(struct json_object *root, struct ars_stored_account *a,
                     struct ars_secret **ret_password)
{
    struct ars_secret *password = NULL;
    struct json_object *config;
    int err;

    if (!json_object_is_type(root, json_type_object))
        return EBADMSG;
    if (!json_object_object_get_ex(root, "sip_config", &config))
        config = root;
    if (!json_object_is_type(config, json_type_object))
        return EBADMSG;
    err = take_password(config, &password);
    if (!err)
        err = take_account(config, a);
    if (!err && !a->server && !a->login)
        err = EBADMSG;
    if (err) {
        ars_secret_free(password);
        return err;
    }
    *ret_password = password;
    return 0;
}

static int read_text(const char *text, size_t len, struct ars_stored_account *a,
                     struct ars_secret **ret_password)
{
    struct json_object *root;
    int err = json_text_parse(text, len, DEPTH_MAX, &root);

    if (err)
        return err;
    err = read_root(root, a, ret_password);
    json_object_put(root);
    return err;
}

int ars_settings_import(const char *config_home, struct ars_stored_account *ret,
                        struct ars_secret **ret_password)
{
    struct ars_stored_account a = {0};
    char *path;
    char *text;
    size_t len;
    int err;

    err = find(config_home, &path);
    if (err)
        return err;
    err = file_read(path, FILE_MAX, &text, &len);
    free(path);
    if (err)
        return err == EFBIG ? EBADMSG : err;
    err = read_text(text, len, &a, ret_password);
    ars_wipe(text, len);
    free(text);
    if (err) {
        ars_stored_account_clear(&a);
        return err;
    }
    *ret = a;
    return 0;
}
