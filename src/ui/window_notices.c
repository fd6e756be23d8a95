/* ui: what the main window says of problems: banners for what stays, toasts for what passes. */
#include <stdio.h>

#include <glib/gi18n.h>

#include <ars/reason.h>

#include "window_private.h"
#include "words.h"

#define NOTICES_MAX 8

struct notice {
    enum ars_app_problem_kind kind;
    char *sentence;
};

static void notice_free(struct notice *n)
{
    g_free(n->sentence);
    g_free(n);
}

static void show_first(ArsWindow *self)
{
    struct notice *n = g_queue_peek_head(&self->notices);

    if (n)
        ars_banner_show(self->notice, n->sentence,
                        n->kind == ARS_APP_AUDIO_DEVICE ? _("Sound settings") : _("Understood"));
    else
        ars_banner_hide(self->notice);
}

static void drop_kind(ArsWindow *self, enum ars_app_problem_kind kind)
{
    for (GList *l = self->notices.head; l;) {
        GList *next = l->next;
        struct notice *n = l->data;

        if (n->kind == kind) {
            notice_free(n);
            g_queue_delete_link(&self->notices, l);
        }
        l = next;
    }
}

static void add_notice(ArsWindow *self, enum ars_app_problem_kind kind, char *sentence)
{
    struct notice *n;

    drop_kind(self, kind);
    if (g_queue_get_length(&self->notices) >= NOTICES_MAX)
        notice_free(g_queue_pop_head(&self->notices));
    n = g_new(struct notice, 1);
    n->kind = kind;
    n->sentence = sentence;
    g_queue_push_tail(&self->notices, n);
    show_first(self);
}

void window_notices_on_clicked(ArsWindow *self)
{
    struct notice *n = g_queue_pop_head(&self->notices);

    if (n && n->kind == ARS_APP_AUDIO_DEVICE)
        gtk_widget_activate_action(GTK_WIDGET(self), "app.sound-settings", NULL);
    if (n)
        notice_free(n);
    show_first(self);
}

void window_notices_clear(ArsWindow *self)
{
    g_queue_clear_full(&self->notices, (GDestroyNotify)notice_free);
}

/* ---- the line ---- */

void window_notices_on_line_clicked(ArsWindow *self)
{
    const struct ars_app_line *line = ars_account_item_get(ars_bridge_line(self->bridge));
    const char *action = "app.settings";

    if (line->cert)
        action = "app.certificate";
    else if (line->state == ARS_ACCOUNT_WAITING || line->state == ARS_ACCOUNT_OFFLINE)
        action = "app.retry";
    gtk_widget_activate_action(GTK_WIDGET(self), action, NULL);
}

static void show_trouble(ArsWindow *self, const struct ars_app_line *line)
{
    g_autofree char *words =
        line->cert ? g_strdup_printf(_("The certificate of %s is not trusted."), line->server)
                   : words_line_advice(line);

    ars_banner_show(self->line_banner, words,
                    line->cert                          ? _("Look")
                    : line->state == ARS_ACCOUNT_FAILED ? _("Settings")
                                                        : _("Try now"));
}

static gboolean needs_user(const struct ars_app_line *line)
{
    return !line->disabled && (line->state == ARS_ACCOUNT_FAILED || line->needs_password);
}

/* The line that dials is well; another one may not be, and calls of it be missed. */
static void show_others(ArsWindow *self)
{
    GListModel *lines = ars_bridge_lines(self->bridge);
    guint n = g_list_model_get_n_items(lines);

    for (guint i = 0; i < n; i++) {
        g_autoptr(ArsAccountItem) item = g_list_model_get_item(lines, i);
        const struct ars_app_line *line = ars_account_item_get(item);

        if (needs_user(line)) {
            g_autofree char *name = words_account(line->login, line->server);
            g_autofree char *state = words_line(line);
            g_autofree char *words = g_strdup_printf("%s: %s", name, state);

            ars_banner_show(self->line_banner, words, _("Settings"));
            return;
        }
    }
    ars_banner_hide(self->line_banner);
}

/* While the next attempt is under way the banner stays: nothing blinks. */
void window_notices_update_line(ArsWindow *self)
{
    const struct ars_app_line *line = ars_account_item_get(ars_bridge_line(self->bridge));

    switch (line->state) {
    case ARS_ACCOUNT_FAILED:
    case ARS_ACCOUNT_WAITING:
    case ARS_ACCOUNT_OFFLINE:
        if (line->reason.code != ARS_REASON_NONE)
            show_trouble(self, line);
        break;
    case ARS_ACCOUNT_READY:
        if (line->demo)
            ars_banner_show(self->line_banner,
                            _("This is the demo line: 600 repeats what you say."),
                            _("Use your own"));
        else
            show_others(self);
        break;
    case ARS_ACCOUNT_OFF:
        if (line->needs_password || (!line->configured && !line->demo)) {
            g_autofree char *words = words_line_advice(line);

            ars_banner_show(self->line_banner, words, _("Settings"));
        } else {
            ars_banner_hide(self->line_banner);
        }
        break;
    default:
        break;
    }
}

/* ---- problems ---- */

static void dial_failed(ArsWindow *self, const struct ars_app_problem *problem)
{
    const char *words = words_call_reason(problem->reason.code);

    g_clear_pointer(&self->dialled, g_free);
    ars_dialpad_set_hint(self->dialpad, words);
    if (!gtk_widget_get_mapped(GTK_WIDGET(self->dialpad)))
        ars_window_toast(self, words);
}

static char *device_words(const struct ars_app_problem *problem)
{
    if (!problem->text[0] || g_strcmp0(problem->text, "default") == 0)
        return g_strdup(problem->input
                            ? _("The microphone does not work. The call goes on without it.")
                            : _("The speaker does not work. The call goes on without it."));
    return problem->input
               ? g_strdup_printf(_("The microphone %s does not work. The call goes on without it."),
                                 problem->text)
               : g_strdup_printf(_("The speaker %s does not work. The call goes on without it."),
                                 problem->text);
}

/* As the engine says it: "2: at byte 40: why" */
static char *rule_words(const char *text)
{
    guint rule, byte;
    int why = 0;

    if (sscanf(text, "%u: at byte %u: %n", &rule, &byte, &why) < 2 || !why)
        return g_strdup_printf(_("A rule of the host mapping is left out: %s."), text);
    /* Translators: the number of the rule, and what is wrong with it */
    return g_strdup_printf(_("Rule %u of the host mapping is left out: %s."), rule,
                           words_rule_problem(text + why));
}

static char *sentence_of(const struct ars_app_problem *problem)
{
    switch (problem->kind) {
    case ARS_APP_SETTINGS_BROKEN:
        return g_strdup_printf(
            _("The settings could not be understood. They were set aside as %s."), problem->text);
    case ARS_APP_SETTINGS_NEWER:
        return g_strdup(_("The settings are of a later version. Changes will not be kept."));
    case ARS_APP_SETTINGS_NOT_READ:
        return g_strdup_printf(_("The settings could not be read: %s."), problem->text);
    case ARS_APP_SETTINGS_NOT_SAVED:
        return g_strdup_printf(_("The settings could not be saved: %s."), problem->text);
    case ARS_APP_SECRET_IN_FILE:
        return g_strdup(_("This desktop has no keyring. The password is kept in a file that only "
                          "you can read."));
    case ARS_APP_SECRET_LOCKED:
        return g_strdup(
            _("The keyring is locked. Unlock it, or enter the password at each start."));
    case ARS_APP_SECRET_FAILED:
        return g_strdup_printf(_("The keyring does not work: %s."), problem->text);
    case ARS_APP_JOURNAL:
        return g_strdup_printf(_("The journal cannot be kept: %s."), problem->text);
    case ARS_APP_JOURNAL_DAMAGED:
        return g_strdup_printf(_("The journal was damaged. It was set aside as %s."),
                               problem->text);
    case ARS_APP_HOST_MAP:
        return rule_words(problem->text);
    case ARS_APP_DEMO:
        return g_strdup_printf(_("The demo line did not start: %s."), problem->text);
    case ARS_APP_AUDIO_DEVICE:
        return device_words(problem);
    default:
        return NULL;
    }
}

/* For a moment: the call goes on, and nothing is to be done. */
static void device_away(ArsWindow *self, const struct ars_app_problem *problem)
{
    g_autofree char *words = g_strdup_printf(
        problem->input ? _("%s is not connected. The system's microphone takes its place.")
                       : _("%s is not connected. The system's speaker takes its place."),
        problem->text);

    ars_window_toast(self, words);
}

/* The page of the call says it where it is seen. */
static void transfer_failed(ArsWindow *self, const struct ars_app_problem *problem)
{
    ArsCallItem *item = ars_bridge_find_call(self->bridge, problem->call);
    g_autofree char *words = NULL;

    if (item == NULL ||
        (window_shows_call(self) && item == ars_call_view_get_current(self->call_view)))
        return;
    words = words_transfer(ars_app_find_call(ars_bridge_app(self->bridge), problem->call));
    if (words)
        ars_window_toast(self, words);
}

void ars_window_show_problem(ArsWindow *self, const struct ars_app_problem *problem)
{
    char *sentence;

    switch (problem->kind) {
    case ARS_APP_DIAL:
        dial_failed(self, problem);
        return;
    case ARS_APP_COMMAND:
        ars_window_toast(self, words_call_reason(problem->reason.code));
        return;
    case ARS_APP_TRANSFER:
        transfer_failed(self, problem);
        return;
    case ARS_APP_AUDIO_DEVICE_AWAY:
        drop_kind(self, ARS_APP_AUDIO_DEVICE);
        show_first(self);
        device_away(self, problem);
        return;
    case ARS_APP_AUDIO_DEVICE_BACK:
        drop_kind(self, ARS_APP_AUDIO_DEVICE);
        show_first(self);
        return;
    default:
        break;
    }
    sentence = sentence_of(problem);
    if (sentence)
        add_notice(self, problem->kind, sentence);
}
