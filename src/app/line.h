/*
 * app: accounts, from what is stored to what the engine makes of them.
 */
#ifndef APP_LINE_H
#define APP_LINE_H

#include <ars/app.h>

struct ars_app;
struct ars_event;
struct demo_info;

/* What its server says of it. */
struct mailbox {
    bool told;
    unsigned fresh;
    char *number; /* whom to call, NULL: not told */
};

/* One account, or the demo line. */
struct line {
    struct ars_app *app;
    struct ars_app_line view;
    struct ars_account_conf *conf; /* with the password, once it is known; view's texts */
    char *account_id;              /* of settings; NULL on the demo line */
    ars_id engine_id;              /* 0: the engine has not told it yet */
    uint32_t tag; /* of the newest ACCOUNT_SET: what older ones led to is no news */
    bool again;   /* the conf has changed before the engine told the id */
    struct ars_cert cert;
    struct mailbox mailbox;
};

#define LINES_MAX (ARS_SETTINGS_ACCOUNTS + 1)

struct lines {
    struct line *list[LINES_MAX];
    size_t n;
    struct line none;            /* stands where there is no other */
    uint32_t orphans[LINES_MAX]; /* tags of lines that went before the engine told their id */
    size_t orphans_n;
    bool changed; /* since the face was told */
};

/* The accounts of the settings; asks for their passwords and connects. */
int lines_start(struct ars_app *app);

/* Whether it was news of an account. */
bool lines_event(struct ars_app *app, const struct ars_event *ev);

/* Tells the face of what has changed. */
void lines_flush(struct ars_app *app);

/* The demo line's program is there, or not (text: why). */
void lines_demo_ready(struct ars_app *app, const struct demo_info *info);
void lines_demo_failed(struct ars_app *app, const char *text);

void lines_close(struct lines *ls);

/* The one that dials; never NULL. By settings' or engine's id: NULL, there is none. */
struct line *lines_main(struct ars_app *app);
struct line *lines_find(struct ars_app *app, const char *account_id);
struct line *lines_find_engine(struct ars_app *app, ars_id id);

/* ---- line.c ---- */

int line_alloc(struct line **ret, struct ars_app *app, const char *account_id);
/* Disconnects first. Takes NULL. */
void line_free(struct line *l);
/* At the end of all, when there is no engine any more. */
void line_release(struct line *l);
void line_set_state(struct line *l, enum ars_account_state state);
/* Takes conf over. */
void line_set_conf(struct line *l, struct ars_account_conf *conf);
void line_fail(struct line *l, const char *what, int error);
void line_connect(struct line *l);
/* Connects with its password, once that of its relay is known, too. */
void line_begin(struct line *l);
/* Switched off, or gone for good. */
void line_turn_off(struct line *l);
/* News with its tag. */
void line_event(struct line *l, const struct ars_event *ev);
void line_find_password(struct line *l);
void line_store_password(struct line *l, const struct ars_secret *password);
/* Under any name; what comes of it is told. */
void line_store_secret(struct line *l, const char *key, const char *label,
                       const struct ars_secret *secret);
/* Errors of ars_app_save_relay_password(). */
int line_set_relay_password(struct line *l, const struct ars_secret *password);
/* What is kept for a relay that the account has no more. */
void line_forget_relay(struct ars_app *app, const char *account_id);
void line_tell_secret_error(struct ars_app *app, int err);

/* ---- account_conf.c ---- */

/* What the engine needs of it, but the password. ENOMEM. EINVAL: see ars/app_line.h. */
int line_conf_from_stored(const struct ars_stored_account *a, struct ars_account_conf **ret);
int line_conf_from_demo(const struct demo_info *info, struct ars_account_conf **ret);

#endif
