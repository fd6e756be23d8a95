/* ui: the program's actions: menu, keys, notifications and the desktop's D-Bus reach it so. */
#include <glib/gi18n.h>

#include "application_private.h"
#include "confirm.h"

static void do_settings(GSimpleAction *action, GVariant *arg, gpointer app)
{
    application_open_settings(app, FALSE);
}

static void do_sound_settings(GSimpleAction *action, GVariant *arg, gpointer app)
{
    application_open_settings(app, TRUE);
}

static void do_certificate(GSimpleAction *action, GVariant *arg, gpointer app)
{
    application_look_at_certificate(app, NULL);
}

static void do_retry(GSimpleAction *action, GVariant *arg, gpointer app)
{
    ArsApplication *self = app;

    if (ars_bridge_app(self->bridge))
        (void)ars_app_retry(ars_bridge_app(self->bridge));
}

static void do_not_disturb(GSimpleAction *action, GVariant *on, gpointer app)
{
    ArsApplication *self = app;
    struct ars_app *phone = ars_bridge_app(self->bridge);
    struct ars_settings *s = phone ? ars_settings_dup(ars_app_settings(phone)) : NULL;

    if (!s)
        return;
    s->do_not_disturb = g_variant_get_boolean(on);
    ars_bridge_save_preferences(self->bridge, s);
    ars_settings_free(s);
}

static void do_demo(GSimpleAction *action, GVariant *arg, gpointer app)
{
    ArsApplication *self = app;

    if (ars_bridge_app(self->bridge))
        (void)ars_app_use_demo(ars_bridge_app(self->bridge));
}

/*
 * Made when it is asked for. A window that GtkApplication makes and hides at the start is what
 * GTK 4.8 gives a screen reader that asks for one which has just gone, and then it crashes.
 */
static void do_shortcuts(GSimpleAction *action, GVariant *arg, gpointer app)
{
    ArsApplication *self = app;
    g_autoptr(GtkBuilder) builder =
        gtk_builder_new_from_resource("/io/github/arsphone/ArsPhone/shortcuts.ui");
    GtkWindow *window = GTK_WINDOW(gtk_builder_get_object(builder, "shortcuts"));

    gtk_window_set_transient_for(window, GTK_WINDOW(self->window));
    gtk_window_present(window);
}

static void do_about(GSimpleAction *action, GVariant *arg, gpointer app)
{
    ArsApplication *self = app;

    adw_show_about_window(GTK_WINDOW(self->window), "application-name", "ARS Phone",
                          "application-icon", ARS_APPLICATION_ID, "version", ARS_VERSION,
                          "developer-name", _("The ARS Phone authors"), "license-type",
                          GTK_LICENSE_MIT_X11, "comments",
                          _("Calls through your company's Asterisk or FreeSWITCH, encrypted."),
                          "website", "https://github.com/arsphone/ars-phone", "issue-url",
                          "https://github.com/arsphone/ars-phone/issues",
                          /* Translators: your name and e-mail address, one a line */
                          "translator-credits", _("translator-credits"), NULL);
}

static gboolean quit_now(gpointer app)
{
    application_quit(app);
    return G_SOURCE_REMOVE;
}

/* The dialog, whose button is just being pressed, must not outlive the window it belongs to. */
static void on_quit_anyway(gpointer app)
{
    g_idle_add_full(G_PRIORITY_DEFAULT_IDLE, quit_now, g_object_ref(app), g_object_unref);
}

/* A call is not ended by the way. */
static void ask_and_quit(ArsApplication *self, guint calls)
{
    g_autofree char *body =
        g_strdup_printf(ngettext("%u call is under way. Quitting hangs it up.",
                                 "%u calls are under way. Quitting hangs them up.", calls),
                        calls);

    confirm(GTK_WINDOW(self->window),
            ngettext("End the call and quit?", "End the calls and quit?", calls), body,
            _("_Hang up and quit"), on_quit_anyway, self);
}

static void do_quit(GSimpleAction *action, GVariant *arg, gpointer app)
{
    ArsApplication *self = app;
    guint calls = g_list_model_get_n_items(ars_bridge_calls(self->bridge));

    if (calls > 0 && self->window && !self->quitting)
        ask_and_quit(self, calls);
    else
        application_quit(self);
}

static void do_answer(GSimpleAction *action, GVariant *arg, gpointer app)
{
    ars_bridge_command(ARS_APPLICATION(app)->bridge, ARS_CMD_ANSWER, g_variant_get_uint32(arg), 0,
                       NULL);
}

static void do_decline(GSimpleAction *action, GVariant *arg, gpointer app)
{
    ars_bridge_command(ARS_APPLICATION(app)->bridge, ARS_CMD_REJECT, g_variant_get_uint32(arg), 0,
                       NULL);
}

static void do_show_call(GSimpleAction *action, GVariant *arg, gpointer app)
{
    ArsApplication *self = app;

    g_application_activate(app);
    if (self->window)
        ars_window_show_call(self->window, g_variant_get_uint32(arg));
}

static void do_show_journal(GSimpleAction *action, GVariant *arg, gpointer app)
{
    ArsApplication *self = app;

    g_application_activate(app);
    if (self->window)
        ars_window_show_page(self->window, "journal");
}

static void do_dial(GSimpleAction *action, GVariant *arg, gpointer app)
{
    ArsApplication *self = app;

    g_application_activate(app);
    if (self->window)
        ars_window_dial(self->window, NULL, g_variant_get_string(arg, NULL));
}

/* Number and account, as the journal has them. */
static void do_call_back(GSimpleAction *action, GVariant *arg, gpointer app)
{
    ArsApplication *self = app;
    const char *number, *account_id;

    g_variant_get(arg, "(&s&s)", &number, &account_id);
    g_application_activate(app);
    if (self->window)
        ars_window_dial(self->window, account_id, number);
}

static const GActionEntry entries[] = {
    {.name = "settings", .activate = do_settings},
    {.name = "sound-settings", .activate = do_sound_settings},
    {.name = "certificate", .activate = do_certificate},
    {.name = "retry", .activate = do_retry},
    {.name = "demo", .activate = do_demo},
    {.name = "do-not-disturb", .state = "false", .change_state = do_not_disturb},
    {.name = "shortcuts", .activate = do_shortcuts},
    {.name = "about", .activate = do_about},
    {.name = "quit", .activate = do_quit},
    {.name = "answer", .activate = do_answer, .parameter_type = "u"},
    {.name = "decline", .activate = do_decline, .parameter_type = "u"},
    {.name = "show-call", .activate = do_show_call, .parameter_type = "u"},
    {.name = "show-journal", .activate = do_show_journal},
    {.name = "dial", .activate = do_dial, .parameter_type = "s"},
    {.name = "call-back", .activate = do_call_back, .parameter_type = "(ss)"},
};

static const struct {
    const char *action;
    const char *keys[3];
} keys[] = {
    {"app.settings", {"<Control>comma"}},
    {"app.shortcuts", {"<Control>question"}},
    {"app.quit", {"<Control>q"}},
    {"win.hang-up", {"<Control>d"}},
    {"win.hold", {"<Control>h"}},
    {"win.mute", {"<Control>m"}},
    {"win.transfer", {"<Control>t"}},
    {"win.swap", {"<Control>s"}},
    {"win.merge", {"<Control>g"}},
    {"win.search", {"<Control>f"}},
    {"win.show-call", {"<Control>r"}},
    {"win.page('dial')", {"<Control>l", "<Alt>1"}},
    {"win.page('journal')", {"<Control>j", "<Alt>2"}},
    {"win.page('lines')", {"<Alt>3"}},
    {"window.close", {"<Control>w"}},
};

void application_actions_setup(ArsApplication *self)
{
    g_action_map_add_action_entries(G_ACTION_MAP(self), entries, G_N_ELEMENTS(entries), self);
    for (guint i = 0; i < G_N_ELEMENTS(keys); i++)
        gtk_application_set_accels_for_action(GTK_APPLICATION(self), keys[i].action,
                                              (const char *const *)keys[i].keys);
}
