/*
 * app: the one account in use, from what is stored to what the engine makes of it.
 */
#ifndef ARS_APP_LINE_H
#define ARS_APP_LINE_H

#include <ars/app.h>

struct ars_app;
struct ars_event;
struct demo_info;

struct line {
    struct ars_app_line view;
    struct ars_account_conf *conf; /* with the password, once it is known; view's texts */
    char *account_id;              /* of settings; NULL on the demo line */
    ars_id engine_id;              /* 0: the engine has not told it yet */
    uint32_t tag; /* of the newest ACCOUNT_SET: what older ones led to is no news */
    bool again;   /* the conf has changed before the engine told the id */
    struct ars_cert cert;
    bool changed; /* since the face was told */
};

/* Takes the account of the settings, if there is one, and asks for its password. */
int line_start(struct ars_app *app);

/* Whether it was news of the account. */
bool line_event(struct ars_app *app, const struct ars_event *ev);

/* Tells the face of what has changed. */
void line_flush(struct ars_app *app);

/* The demo line's program is there, or not (text: why). */
void line_demo_ready(struct ars_app *app, const struct demo_info *info);
void line_demo_failed(struct ars_app *app, const char *text);

void line_close(struct line *l);

/* ---- account_conf.c ---- */

/* What the engine needs of a stored account, but the password. ENOMEM. EINVAL: pin or STUN. */
int line_conf_from_stored(const struct ars_stored_account *a, struct ars_account_conf **ret);
int line_conf_from_demo(const struct demo_info *info, struct ars_account_conf **ret);

#endif
