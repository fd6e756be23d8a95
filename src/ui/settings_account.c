/* ui: the page of the settings where the account is entered. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <glib/gi18n.h>

#include <ars/reason.h>
#include <ars/secret.h>
#include <ars/str.h>

#include "account_form.h"
#include "account_list.h"
#include "confirm.h"
#include "settings_account.h"
#include "words.h"

struct _ArsSettingsAccount {
    AdwPreferencesPage parent_instance;

    /* template widgets */
    GtkWidget *import_group;
    ArsAccountList *list;
    GtkWidget *add;
    ArsAccountForm *form;
    GtkButton *save;
    GtkLabel *save_label;
    GtkSpinner *spinner;
    GtkLabel *state;
    GtkWidget *look;
    GtkWidget *demo;
    GtkWidget *remove;

    ArsBridge *bridge;
    char *id;          /* of the account in the form, NULL: a new one */
    gboolean busy;     /* saved, and not ready or refused yet */
    gboolean started;  /* the line has left the state of before */
    gboolean in_doubt; /* saved, and nothing but the certificate stands in the way */
};

enum { CONNECTED, DEMO, LOOK, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsSettingsAccount, ars_settings_account, ADW_TYPE_PREFERENCES_PAGE)

static struct ars_app *app_of(ArsSettingsAccount *self)
{
    return self->bridge ? ars_bridge_app(self->bridge) : NULL;
}

/* What is stored of the account in the form; NULL: nothing yet. */
static const struct ars_stored_account *stored_of(ArsSettingsAccount *self)
{
    return app_of(self) ? ars_settings_account(ars_app_settings(app_of(self)), self->id) : NULL;
}

/* As it is this moment; an empty one for a new account. */
static const struct ars_app_line *line_of(ArsSettingsAccount *self)
{
    static const struct ars_app_line none = {.account_id = "", .login = "", .server = ""};
    const struct ars_app_line *main_line = ars_app_get_line(app_of(self));
    const struct ars_app_line *line = ars_app_find_line(app_of(self), self->id);

    return line ? line : main_line->demo ? main_line : &none;
}

static void set_state(ArsSettingsAccount *self, const char *words, gboolean is_error)
{
    gtk_label_set_text(self->state, words);
    gtk_widget_set_visible(GTK_WIDGET(self->state), words[0] != '\0');
    if (is_error)
        gtk_widget_add_css_class(GTK_WIDGET(self->state), "error");
    else
        gtk_widget_remove_css_class(GTK_WIDGET(self->state), "error");
}

static void set_busy(ArsSettingsAccount *self, gboolean busy)
{
    self->busy = busy;
    gtk_label_set_text(self->save_label, busy ? _("Connecting…") : _("Save and connect"));
    gtk_widget_set_visible(GTK_WIDGET(self->spinner), busy);
    gtk_spinner_set_spinning(self->spinner, busy);
}

/* ---- what came of it ---- */

static void show_refusal(ArsSettingsAccount *self, const struct ars_app_line *line)
{
    g_autofree char *words = words_line_advice(line);

    set_busy(self, FALSE);
    self->in_doubt = line->cert != NULL;
    gtk_widget_set_visible(self->look, self->in_doubt);
    if (!ars_account_form_show_reason(self->form, line->reason.code, words))
        set_state(self, words, TRUE);
    else
        set_state(self, words_line_reason(line->reason.code), TRUE);
    if (line->cert)
        g_signal_emit(self, signals[LOOK], 0);
}

static void ask_password(ArsSettingsAccount *self, const struct ars_app_line *line)
{
    g_autofree char *words = words_line(line);

    set_busy(self, FALSE);
    (void)ars_account_form_show_reason(self->form, ARS_REASON_WRONG_PASSWORD,
                                       _("Enter the password."));
    set_state(self, words, TRUE);
}

/* The user trusts the certificate: what was begun goes on. */
static void resume(ArsSettingsAccount *self)
{
    gtk_widget_set_visible(self->look, FALSE);
    ars_account_form_clear_reason(self->form);
    set_state(self, "", FALSE);
    set_busy(self, TRUE);
}

/* With several accounts the form says whose fields these are. */
static void show_name(ArsSettingsAccount *self)
{
    const struct ars_stored_account *a = stored_of(self);
    gboolean several = ars_app_settings(app_of(self))->account_count > (a ? 1 : 0);
    g_autofree char *name = a ? words_account(a->login, a->server) : g_strdup(_("New account"));
    g_autofree char *safe = g_markup_escape_text(name, -1);

    adw_preferences_group_set_title(ADW_PREFERENCES_GROUP(self->form), several ? safe : "");
    ars_account_list_select(self->list, self->id);
}

static void on_line(ArsSettingsAccount *self)
{
    const struct ars_app_line *line = line_of(self);

    if (self->in_doubt && !line->cert) {
        self->in_doubt = FALSE;
        if (!line->demo)
            resume(self);
    }
    gtk_widget_set_visible(self->remove, stored_of(self) != NULL);
    gtk_widget_set_visible(self->demo,
                           ars_app_settings(app_of(self))->account_count == 0 && !line->demo);
    gtk_widget_set_visible(self->add, stored_of(self) != NULL);
    show_name(self);
    if (!self->busy || line->demo)
        return;
    switch (line->state) {
    case ARS_ACCOUNT_READY:
        if (!self->started)
            return;
        set_busy(self, FALSE);
        set_state(self, "", FALSE);
        g_signal_emit(self, signals[CONNECTED], 0);
        break;
    case ARS_ACCOUNT_FAILED:
    case ARS_ACCOUNT_WAITING:
    case ARS_ACCOUNT_OFFLINE:
        if (self->started && line->reason.code != ARS_REASON_NONE)
            show_refusal(self, line);
        break;
    case ARS_ACCOUNT_OFF:
        self->started = TRUE;
        if (line->needs_password) /* the keyring did not give it */
            ask_password(self, line);
        break;
    default:
        self->started = TRUE;
        break;
    }
}

static void on_problem(ArsSettingsAccount *self, const struct ars_app_problem *problem)
{
    if (problem->kind == ARS_APP_HOST_MAP)
        return; /* the editor says it better */
    if (self->busy && problem->kind == ARS_APP_COMMAND && problem->call == 0) {
        set_busy(self, FALSE);
        set_state(self, words_call_reason(problem->reason.code), TRUE);
    }
}

/* ---- the user ---- */

static void set_id(ArsSettingsAccount *self, const char *id)
{
    char *copy = g_strdup(id);

    g_free(self->id);
    self->id = copy;
}

static void say_error(ArsSettingsAccount *self, int err)
{
    set_state(self,
              err == EMSGSIZE ? _("One of the texts is too long.")
              : err == ENOSPC ? _("There are too many accounts.")
                              : g_strerror(err),
              TRUE);
}

static int save_account(ArsSettingsAccount *self, const struct ars_stored_account *account,
                        const struct ars_secret *password)
{
    struct ars_secret *relay = ars_account_form_get_relay_password(self->form);
    char *id = NULL;
    int err = ars_app_save_account(app_of(self), account, password, &id);

    if (!err && relay)
        err = ars_app_save_relay_password(app_of(self), id, relay);
    if (id)
        set_id(self, id);
    free(id);
    ars_secret_free(relay);
    return err;
}

static void save(gpointer page)
{
    ArsSettingsAccount *self = page;
    struct ars_stored_account account = {0};
    struct ars_secret *password = NULL;
    int err;

    if (self->busy || !app_of(self))
        return;
    self->in_doubt = FALSE;
    gtk_widget_set_visible(self->look, FALSE);
    set_state(self, "", FALSE);
    if (!ars_account_form_collect(self->form, stored_of(self), &account, &password)) {
        set_state(self, _("Something above is not right yet."), TRUE);
        goto out;
    }
    set_busy(self, TRUE);
    self->started = FALSE;
    account.disabled = false; /* as the button says */
    err = save_account(self, &account, password);
    if (err) {
        set_busy(self, FALSE);
        say_error(self, err);
        goto out;
    }
    on_line(self);
out:
    ars_secret_free(password);
    ars_stored_account_clear(&account);
}

/* Another account's connection is another one: calls do not outlive it. */
static void on_save(ArsSettingsAccount *self)
{
    const struct ars_stored_account *stored = stored_of(self);
    guint calls = ars_bridge_calls_of(self->bridge, self->id);
    g_autofree char *body = NULL;

    if (!calls || !stored || !ars_account_form_differs(self->form, stored)) {
        save(self);
        return;
    }
    body = g_strdup_printf(ngettext("%u call is under way. Saving another account hangs it up.",
                                    "%u calls are under way. Saving another account hangs them up.",
                                    calls),
                           calls);
    confirm(GTK_WINDOW(gtk_widget_get_root(GTK_WIDGET(self))),
            ngettext("End the call and save?", "End the calls and save?", calls), body,
            _("_Hang up and save"), save, self);
}

static void on_look(ArsSettingsAccount *self)
{
    g_signal_emit(self, signals[LOOK], 0);
}

static void on_demo(ArsSettingsAccount *self)
{
    g_signal_emit(self, signals[DEMO], 0);
}

static void on_edited(ArsSettingsAccount *self)
{
    self->in_doubt = FALSE;
    if (!self->busy)
        set_state(self, "", FALSE);
}

static void on_import(ArsSettingsAccount *self)
{
    struct ars_stored_account account = {0};
    struct ars_secret *password = NULL;

    if (ars_app_import(app_of(self), &account, &password) == 0)
        ars_account_form_fill(self->form, &account, password);
    gtk_widget_set_visible(self->import_group, FALSE);
    ars_secret_free(password);
    ars_stored_account_clear(&account);
}

/* Its fields, in place of those that are shown; NULL: of a new one. */
static void edit(ArsSettingsAccount *self, const struct ars_stored_account *a)
{
    const struct ars_app_line *line;

    set_id(self, a ? a->id : NULL);
    self->in_doubt = FALSE;
    set_busy(self, FALSE);
    set_state(self, "", FALSE);
    gtk_widget_set_visible(self->look, FALSE);
    ars_account_form_clear_reason(self->form);
    ars_account_form_fill(self->form, a, NULL);
    on_line(self);
    line = line_of(self);
    if (line->state == ARS_ACCOUNT_FAILED && !line->demo)
        show_refusal(self, line);
}

static void on_selected(ArsSettingsAccount *self, const char *id)
{
    if (g_strcmp0(id, self->id) != 0)
        edit(self, ars_settings_account(ars_app_settings(app_of(self)), id));
}

static void on_add(ArsSettingsAccount *self)
{
    edit(self, NULL);
    ars_account_form_focus(self->form);
}

static void remove_account(gpointer page)
{
    ArsSettingsAccount *self = page;

    if (!app_of(self))
        return;
    if (ars_app_remove_account(app_of(self), self->id)) {
        set_state(self, _("It could not be removed. Try again."), TRUE);
        return;
    }
    edit(self, ars_app_account(app_of(self)));
}

static void on_remove(ArsSettingsAccount *self)
{
    GtkRoot *root = gtk_widget_get_root(GTK_WIDGET(self));
    guint calls = ars_bridge_calls_of(self->bridge, self->id);

    confirm(GTK_WINDOW(root), _("Remove this account?"),
            calls ? _("The account and its password are forgotten, its calls end. The journal "
                      "stays.")
                  : _("The account and its password are forgotten. The journal stays."),
            calls ? _("_Hang up and remove") : _("_Remove"), remove_account, self);
}

/* ---- the object ---- */

static void dispose(GObject *object)
{
    ArsSettingsAccount *self = ARS_SETTINGS_ACCOUNT(object);

    if (self->bridge)
        g_signal_handlers_disconnect_by_data(self->bridge, self);
    g_clear_object(&self->bridge);
    g_clear_pointer(&self->id, g_free);
    G_OBJECT_CLASS(ars_settings_account_parent_class)->dispose(object);
}

static void ars_settings_account_class_init(ArsSettingsAccountClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);
    const GType type = G_TYPE_FROM_CLASS(klass);
    static const char *const names[] = {"connected", "demo", "look"};

    G_OBJECT_CLASS(klass)->dispose = dispose;
    g_type_ensure(ARS_TYPE_ACCOUNT_FORM);
    g_type_ensure(ARS_TYPE_ACCOUNT_LIST);
    for (int i = 0; i < SIGNALS; i++)
        signals[i] =
            g_signal_new(names[i], type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/settings_account.ui");
    gtk_widget_class_bind_template_child(widget, ArsSettingsAccount, import_group);
    gtk_widget_class_bind_template_child(widget, ArsSettingsAccount, list);
    gtk_widget_class_bind_template_child(widget, ArsSettingsAccount, add);
    gtk_widget_class_bind_template_child(widget, ArsSettingsAccount, form);
    gtk_widget_class_bind_template_child(widget, ArsSettingsAccount, save);
    gtk_widget_class_bind_template_child(widget, ArsSettingsAccount, save_label);
    gtk_widget_class_bind_template_child(widget, ArsSettingsAccount, spinner);
    gtk_widget_class_bind_template_child(widget, ArsSettingsAccount, state);
    gtk_widget_class_bind_template_child(widget, ArsSettingsAccount, look);
    gtk_widget_class_bind_template_child(widget, ArsSettingsAccount, demo);
    gtk_widget_class_bind_template_child(widget, ArsSettingsAccount, remove);
    gtk_widget_class_bind_template_callback(widget, on_save);
    gtk_widget_class_bind_template_callback(widget, on_look);
    gtk_widget_class_bind_template_callback(widget, on_demo);
    gtk_widget_class_bind_template_callback(widget, on_edited);
    gtk_widget_class_bind_template_callback(widget, on_import);
    gtk_widget_class_bind_template_callback(widget, on_remove);
    gtk_widget_class_bind_template_callback(widget, on_selected);
    gtk_widget_class_bind_template_callback(widget, on_add);
}

static void ars_settings_account_init(ArsSettingsAccount *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
}

static gboolean can_import(ArsSettingsAccount *self)
{
    struct ars_stored_account account = {0};
    struct ars_secret *password = NULL;
    int err = ars_app_settings(app_of(self))->account_count
                  ? ENOENT
                  : ars_app_import(app_of(self), &account, &password);

    ars_secret_free(password);
    ars_stored_account_clear(&account);
    return err == 0;
}

void ars_settings_account_set_bridge(ArsSettingsAccount *self, ArsBridge *bridge)
{
    self->bridge = g_object_ref(bridge);
    if (!app_of(self))
        return;
    ars_account_list_set_bridge(self->list, bridge);
    gtk_widget_set_visible(self->import_group, can_import(self));
    g_signal_connect_swapped(bridge, "lines-changed", G_CALLBACK(on_line), self);
    g_signal_connect_object(bridge, "problem", G_CALLBACK(on_problem), self, G_CONNECT_SWAPPED);
    edit(self, ars_app_account(app_of(self)));
    ars_account_form_focus(self->form);
}

const char *ars_settings_account_get_id(ArsSettingsAccount *self)
{
    return self->id;
}
