/* ui: the program. */
#include <stdlib.h>
#include <string.h>

#include <glib-unix.h>
#include <glib/gi18n.h>

#include <ars/log.h>

#include "application_private.h"
#include "certificate_window.h"

G_DEFINE_FINAL_TYPE(ArsApplication, ars_application, ADW_TYPE_APPLICATION)

static const GOptionEntry options[] = {
    {"demo", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Use the built-in demo line"), NULL},
    {"verbose", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Tell on stderr what happens"), NULL},
    {"trace", 0, 0, G_OPTION_ARG_NONE, NULL,
     N_("Tell on stderr what is said to the server, without secrets"), NULL},
    {"version", 0, 0, G_OPTION_ARG_NONE, NULL, N_("Print the version"), NULL},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_STRING_ARRAY, NULL, NULL, N_("[NUMBER OR URI]")},
    {0},
};

static gboolean trace;

/* ---- the line and its problems ---- */

static void on_problem(ArsApplication *self, const struct ars_app_problem *problem)
{
    if (self->window)
        ars_window_show_problem(self->window, problem);
}

static void on_lines_changed(ArsApplication *self)
{
    const struct ars_app *app = ars_bridge_app(self->bridge);
    const struct ars_app_line *now =
        app && self->certificate_of ? ars_app_find_line(app, self->certificate_of) : NULL;

    if (self->certificate && (!now || !now->cert))
        gtk_window_destroy(self->certificate);
}

static void on_stopped(ArsApplication *self)
{
    if (self->quitting)
        g_application_release(G_APPLICATION(self));
}

static void log_line(enum ars_log_level level, const char *room, const char *line, void *arg)
{
    static const char *const names[] = {"debug", "info", "warning", "error"};

    (void)arg;
    g_printerr("%s %s: %s\n", room, names[level], line);
}

static gboolean start_phone(ArsApplication *self)
{
    g_autofree char *config = g_build_filename(g_get_user_config_dir(), "ars-phone", NULL);
    g_autofree char *data = g_build_filename(g_get_user_data_dir(), "ars-phone", NULL);
    struct ars_app_conf conf = {
        .config_dir = config,
        .data_dir = data,
        .demo_line = g_getenv("ARS_DEMO_LINE"),
        .awake_why = _("In a call"),
        .sleep_why = _("Signing off from the telephone server"),
        .sip_trace = trace,
    };
    int err = ars_bridge_start(self->bridge, &conf);

    if (err)
        g_printerr("ars-phone: %s\n", g_strerror(err));
    return err == 0;
}

/* ---- windows ---- */

static void on_window_gone(gpointer arg, GObject *window)
{
    ArsApplication *self = arg;

    (void)window;
    self->window = NULL;
}

static ArsWindow *window_of(ArsApplication *self)
{
    if (!self->window) {
        self->window = ars_window_new(GTK_APPLICATION(self), self->bridge);
        g_object_weak_ref(G_OBJECT(self->window), on_window_gone, self);
    }
    return self->window;
}

static void on_demo(ArsApplication *self)
{
    g_action_group_activate_action(G_ACTION_GROUP(self), "demo", NULL);
}

static void on_look(ArsApplication *self)
{
    if (self->settings)
        application_look_at_certificate(self, ars_settings_window_account_id(self->settings));
}

void application_open_settings(ArsApplication *self, gboolean sound)
{
    if (self->quitting)
        return;
    if (!self->settings) {
        g_set_weak_pointer(&self->settings,
                           ars_settings_window_new(GTK_WINDOW(window_of(self)), self->bridge));
        g_signal_connect_object(self->settings, "demo", G_CALLBACK(on_demo), self,
                                G_CONNECT_SWAPPED);
        g_signal_connect_object(self->settings, "look", G_CALLBACK(on_look), self,
                                G_CONNECT_SWAPPED);
    }
    if (sound)
        ars_settings_window_show_sound(self->settings);
    self->aside = FALSE;
    gtk_window_present(GTK_WINDOW(self->settings));
}

static void on_trust(ArsApplication *self)
{
    if (ars_bridge_app(self->bridge))
        (void)ars_app_trust_certificate(ars_bridge_app(self->bridge), self->certificate_of);
}

void application_look_at_certificate(ArsApplication *self, const char *account_id)
{
    struct ars_app *app = ars_bridge_app(self->bridge);
    const struct ars_app_line *line = !app || self->quitting ? NULL
                                      : account_id           ? ars_app_find_line(app, account_id)
                                                             : ars_app_get_line(app);
    GtkWindow *parent = self->settings ? GTK_WINDOW(self->settings) : GTK_WINDOW(window_of(self));

    if (!line || !line->cert)
        return;
    if (!self->certificate) {
        g_free(self->certificate_of);
        self->certificate_of = g_strdup(line->account_id);
        g_set_weak_pointer(&self->certificate, GTK_WINDOW(ars_certificate_window_new(
                                                   parent, line->server, line->cert)));
        g_signal_connect_object(self->certificate, "trust", G_CALLBACK(on_trust), self,
                                G_CONNECT_SWAPPED);
    }
    gtk_window_present(self->certificate);
}

static void close_windows(ArsApplication *self)
{
    GList *windows = gtk_application_get_windows(GTK_APPLICATION(self));

    g_clear_weak_pointer(&self->settings);
    g_clear_weak_pointer(&self->certificate);
    while (windows) {
        gtk_window_destroy(windows->data);
        windows = gtk_application_get_windows(GTK_APPLICATION(self));
    }
}

void application_quit(ArsApplication *self)
{
    if (self->quitting)
        return;
    self->quitting = TRUE;
    g_application_hold(G_APPLICATION(self)); /* until "stopped" */
    close_windows(self);
    ars_bridge_quit(self->bridge);
}

static gboolean on_signal(gpointer arg)
{
    application_quit(arg);
    return G_SOURCE_CONTINUE;
}

/* ---- what the desktop and the command line ask ---- */

static void startup(GApplication *app)
{
    ArsApplication *self = ARS_APPLICATION(app);

    ars_register_resource();
    G_APPLICATION_CLASS(ars_application_parent_class)->startup(app);
    gtk_window_set_default_icon_name(ARS_APPLICATION_ID);
    application_actions_setup(self);
    self->bridge = ars_bridge_new();
    g_signal_connect_object(self->bridge, "problem", G_CALLBACK(on_problem), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->bridge, "stopped", G_CALLBACK(on_stopped), self,
                            G_CONNECT_SWAPPED);
    g_signal_connect_object(self->bridge, "lines-changed", G_CALLBACK(on_lines_changed), self,
                            G_CONNECT_SWAPPED);
    application_calls_setup(self);
    g_unix_signal_add(SIGTERM, on_signal, self);
    g_unix_signal_add(SIGINT, on_signal, self);
    if (!start_phone(self))
        exit(EXIT_FAILURE);
}

static void shutdown_app(GApplication *app)
{
    ArsApplication *self = ARS_APPLICATION(app);

    close_windows(self);
    g_clear_object(&self->bridge);
    g_clear_pointer(&self->certificate_of, g_free);
    G_APPLICATION_CLASS(ars_application_parent_class)->shutdown(app);
}

static void activate(GApplication *app)
{
    ArsApplication *self = ARS_APPLICATION(app);
    gboolean first = self->window == NULL;
    const struct ars_app_line *line;

    if (self->quitting)
        return;
    gtk_window_present(GTK_WINDOW(window_of(self)));
    line = ars_account_item_get(ars_bridge_line(self->bridge));
    if (self->use_demo)
        on_demo(self);
    else if (first && !line->configured && !line->demo)
        application_open_settings(self, FALSE);
    self->use_demo = FALSE;
}

/* "tel:+7495..." and "sip:600@pbx.example": to the field, never dialled by themselves. */
static void open_uris(GApplication *app, GFile **files, int n, const char *hint)
{
    ArsApplication *self = ARS_APPLICATION(app);
    g_autofree char *uri = n > 0 ? g_file_get_uri(files[0]) : NULL;
    g_autofree char *number = NULL;

    if (self->quitting)
        return;
    gtk_window_present(GTK_WINDOW(window_of(self)));
    if (!uri)
        return;
    if (g_ascii_strncasecmp(uri, "tel:", 4) == 0) {
        uri[4 + strcspn(uri + 4, ";")] = '\0';
        number = g_uri_unescape_string(uri + 4, NULL);
    }
    ars_window_enter_number(self->window, number ? number : uri);
}

static int open_arguments(GApplication *app, char **arguments)
{
    g_autoptr(GFile) file = NULL;
    g_autofree char *uri = NULL;

    if (!arguments || !arguments[0])
        return -1;
    uri = strchr(arguments[0], ':')   ? g_strdup(arguments[0])
          : strchr(arguments[0], '@') ? g_strconcat("sip:", arguments[0], NULL)
                                      : g_strconcat("tel:", arguments[0], NULL);
    file = g_file_new_for_uri(uri);
    g_application_open(app, &file, 1, "");
    return 0;
}

static int handle_local_options(GApplication *app, GVariantDict *dict)
{
    ArsApplication *self = ARS_APPLICATION(app);
    g_auto(GStrv) arguments = NULL;
    GError *error = NULL;

    if (g_variant_dict_contains(dict, "version")) {
        g_print("ars-phone %s\n", ARS_VERSION);
        return EXIT_SUCCESS;
    }
    trace = g_variant_dict_contains(dict, "trace");
    ars_log_set_sink(trace || g_variant_dict_contains(dict, "verbose") ? ARS_LOG_INFO
                                                                       : ARS_LOG_WARN,
                     log_line, NULL);
    self->use_demo = g_variant_dict_contains(dict, "demo");
    if (!g_application_register(app, NULL, &error)) {
        g_printerr("ars-phone: %s\n", error->message);
        g_error_free(error);
        return EXIT_FAILURE;
    }
    if (self->use_demo && g_application_get_is_remote(app)) {
        g_action_group_activate_action(G_ACTION_GROUP(app), "demo", NULL);
        self->use_demo = FALSE;
    }
    (void)g_variant_dict_lookup(dict, G_OPTION_REMAINING, "^as", &arguments);
    return open_arguments(app, arguments);
}

/* ---- the object ---- */

static void ars_application_class_init(ArsApplicationClass *klass)
{
    GApplicationClass *app = G_APPLICATION_CLASS(klass);

    app->startup = startup;
    app->shutdown = shutdown_app;
    app->activate = activate;
    app->open = open_uris;
    app->handle_local_options = handle_local_options;
}

static void ars_application_init(ArsApplication *self)
{
    g_application_add_main_option_entries(G_APPLICATION(self), options);
}

ArsApplication *ars_application_new(void)
{
    return g_object_new(ARS_TYPE_APPLICATION, "application-id", ARS_APPLICATION_ID, "flags",
                        G_APPLICATION_HANDLES_OPEN, "resource-base-path",
                        "/io/github/arsphone/ArsPhone", NULL);
}

ArsBridge *ars_application_get_bridge(ArsApplication *self)
{
    return self->bridge;
}
