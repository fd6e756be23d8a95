/* Tests of the views: the program under the test. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

#include <glib/gi18n.h>

#include <ars/clock.h>
#include <ars/secret.h>
#include <ars/settings.h>

#include "application.h"
#include "leaks.h"
#include "stage.h"

#define PATIENCE_MS 4000
#define PAINT_MS    1000
#define ACCOUNT_ID  "3b5d2a0e-6f1c-4e58-9a54-1d2f3c4b5a69"

static const struct group *const groups[] = {
    &first_group,   &line_group,     &dial_group,     &lines_group,
    &call_group,    &calls_group,    &together_group, &incoming_group,
    &journal_group, &settings_group, &accounts_group, &problems_group,
    &keys_group,    &quiet_group,    &words_group,    &wayland_group,
};

static ArsApplication *application;
static const struct group *group;
static const char *folder;
static guint64 now_us = G_GUINT64_CONSTANT(1000000000);
static guint failures; /* of the scene */
static guint failed_scenes;
static char first_failure[400];

/* ---- words ---- */

gboolean is_russian(void)
{
    return g_strcmp0(g_getenv("LANGUAGE"), "ru") == 0;
}

const char *say(const char *english, const char *russian)
{
    return is_russian() ? russian : english;
}

void fail_at(const char *file, int line, const char *fmt, ...)
{
    g_autofree char *base = g_path_get_basename(file);
    g_autofree char *text = NULL;
    va_list ap;

    va_start(ap, fmt);
    text = g_strdup_vprintf(fmt, ap);
    va_end(ap);
    g_strdelimit(text, "\n", ' ');
    if (failures++ == 0)
        g_snprintf(first_failure, sizeof(first_failure), "%s:%d: %s", base, line, text);
    printf("# %s:%d: %s\n", base, line, text);
}

/* ---- the program ---- */

const char *stage_folder(void)
{
    return folder;
}

struct ars_app *stage_app(void)
{
    return ars_bridge_app(ars_application_get_bridge(application));
}

GtkApplication *stage_application(void)
{
    return GTK_APPLICATION(application);
}

GtkWindow *stage_window(void)
{
    GList *l = gtk_application_get_windows(GTK_APPLICATION(application));

    for (; l; l = l->next)
        if (g_strcmp0(G_OBJECT_TYPE_NAME(l->data), "ArsWindow") == 0)
            return l->data;
    return NULL;
}

/* What rings is above all; a dialog above its parent. */
GtkWindow *stage_top(void)
{
    GListModel *all = gtk_window_get_toplevels();
    GtkWindow *top = stage_window();

    for (guint i = 0; i < g_list_model_get_n_items(all); i++) {
        g_autoptr(GtkWindow) window = g_list_model_get_item(all, i);

        if (gtk_widget_get_mapped(GTK_WIDGET(window)) &&
            g_strcmp0(G_OBJECT_TYPE_NAME(window), "ArsIncomingWindow") == 0)
            return window;
    }
    for (guint i = 0; i < g_list_model_get_n_items(all); i++) {
        g_autoptr(GtkWindow) window = g_list_model_get_item(all, i);

        if (gtk_widget_get_mapped(GTK_WIDGET(window)) &&
            gtk_window_get_transient_for(window) == top) {
            top = window;
            i = (guint)-1; /* and what is above that */
        }
    }
    return top;
}

/* ---- time ---- */

static uint64_t clock_now(void)
{
    return now_us;
}

void clock_forward(guint64 ms)
{
    now_us += ms * 1000;
}

static void on_painted(GdkFrameClock *clock, guint *painted)
{
    (*painted)++;
}

static gboolean on_late(gpointer arg)
{
    *(gboolean *)arg = TRUE;
    return G_SOURCE_CONTINUE;
}

static void paint(GtkWindow *window)
{
    GdkFrameClock *clock = gtk_widget_get_frame_clock(GTK_WIDGET(window));
    guint painted = 0, late_source;
    gboolean late = FALSE;
    gulong id;

    if (!clock || !gtk_widget_get_mapped(GTK_WIDGET(window)))
        return;
    g_object_ref(clock);
    id = g_signal_connect(clock, "after-paint", G_CALLBACK(on_painted), &painted);
    late_source = g_timeout_add(PAINT_MS, on_late, &late);
    while (painted < 2 && !late) {
        gtk_widget_queue_draw(GTK_WIDGET(window));
        g_main_context_iteration(NULL, TRUE);
    }
    g_source_remove(late_source);
    g_signal_handler_disconnect(clock, id);
    g_object_unref(clock);
}

void settle(void)
{
    GListModel *all = gtk_window_get_toplevels();
    g_autoptr(GPtrArray) windows = g_ptr_array_new_with_free_func(g_object_unref);

    for (int i = 0; i < 200 && g_main_context_iteration(NULL, FALSE); i++)
        ;
    for (guint i = 0; i < g_list_model_get_n_items(all); i++)
        g_ptr_array_add(windows, g_list_model_get_item(all, i));
    for (guint i = 0; i < windows->len; i++)
        paint(windows->pdata[i]);
    for (int i = 0; i < 200 && g_main_context_iteration(NULL, FALSE); i++)
        ;
}

gboolean until(gboolean (*holds)(void *arg), void *arg)
{
    gboolean late = FALSE;
    guint source = g_timeout_add(PATIENCE_MS, on_late, &late);

    while (!late && !holds(arg))
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(source);
    return holds(arg);
}

void run_for(guint ms)
{
    gboolean late = FALSE;
    guint source = g_timeout_add(ms, on_late, &late);

    while (!late)
        g_main_context_iteration(NULL, TRUE);
    g_source_remove(source);
}

/* ---- its account ---- */

static struct ars_stored_account account(void)
{
    return (struct ars_stored_account){
        .id = (char *)ACCOUNT_ID,
        .server = (char *)"pbx.example.com",
        .login = (char *)"100",
        .port = 8089,
    };
}

static void store_account(const char *dir)
{
    struct ars_settings *s = ars_settings_new();
    struct ars_stored_account a = account();

    if (!s || ars_settings_put_account(s, &a) || ars_settings_save(dir, s))
        g_error("the account could not be stored");
    ars_settings_free(s);
}

static gboolean asked_keyring(void *arg)
{
    return !ars_app_get_line(stage_app())->asking_keyring;
}

static gboolean is_ready(void *arg)
{
    return ars_app_get_line(stage_app())->state == ARS_ACCOUNT_READY;
}

void account_on(void)
{
    struct ars_stored_account a = account();
    struct ars_secret *password = ars_secret_new("secret100", 9);

    if (ars_app_save_account(stage_app(), &a, password, NULL))
        fail("the account cannot be saved");
    ars_secret_free(password);
    if (fake_manners.registers && !fake_manners.refuse.code)
        must(until(is_ready, NULL));
    settle();
}

static gboolean no_calls(void *arg)
{
    return ars_app_call_count(stage_app()) == 0;
}

void fresh(void)
{
    static const struct fake_manners friendly = {
        .registers = true,
        .rings = true,
        .answers = true,
        .obeys = true,
    };
    GtkWindow *top;

    fake_manners = friendly;
    for (int i = 0; i < 8 && (top = stage_top()) && top != stage_window(); i++)
        close_top();
    ars_app_call_command(stage_app(), ARS_CMD_HANGUP, 0, 0, NULL);
    must(until(no_calls, NULL));
    if (ars_app_account(stage_app()) && !is_ready(NULL))
        account_on();
    gtk_widget_activate_action(GTK_WIDGET(stage_window()), "win.back", NULL);
    gtk_widget_activate_action(GTK_WIDGET(stage_window()), "win.page", "s", "dial");
    fill("Number", "Номер", "");
    settle();
}

ars_id dial(const char *number)
{
    const struct ars_app_call *call;

    if (ars_app_dial(stage_app(), number))
        fail("%s cannot be dialled", number);
    settle();
    call = ars_app_call_at(stage_app(), ars_app_call_count(stage_app()) - 1);
    return call ? call->id : 0;
}

/* ---- the run ---- */

/* What GTK complains of is a mistake of ours. */
static GLogWriterOutput on_log(GLogLevelFlags level, const GLogField *fields, gsize n, gpointer arg)
{
    if (level & (G_LOG_LEVEL_WARNING | G_LOG_LEVEL_CRITICAL))
        for (gsize i = 0; i < n; i++)
            if (g_str_equal(fields[i].key, "MESSAGE"))
                fail("%s", (const char *)fields[i].value);
    return g_log_writer_default(level, fields, n, arg);
}

static void play(const struct scene *s)
{
    const char *language = is_russian() ? "ru" : "en";

    failures = 0;
    if (!group->first_start)
        fresh();
    s->play();
    may_be_cut(NULL);
    if (failures == 0) {
        printf("ok views-%s/%s/%s\n", language, group->name, s->name);
    } else {
        printf("not ok views-%s/%s/%s - %s%s\n", language, group->name, s->name, first_failure,
               failures > 1 ? " …" : "");
        failed_scenes++;
    }
    fflush(stdout);
}

static gboolean on_started(gpointer arg)
{
    char *const *only = arg;
    guint played = 0;

    g_object_set(gtk_settings_get_default(), "gtk-enable-animations", FALSE, NULL);
    settle();
    if (!group->first_start) {
        must(until(asked_keyring, NULL));
        account_on();
    }
    for (size_t i = 0; i < group->n; i++) {
        if (*only && !g_str_has_prefix(group->scenes[i].name, *only))
            continue;
        play(&group->scenes[i]);
        played++;
    }
    if (!played) { /* a name that is mistyped must not look like a test that passed */
        printf("not ok views/%s/%s - there is no such scene\n", group->name, *only);
        failed_scenes++;
    }
    fresh();
    gtk_window_close(stage_window());
    return G_SOURCE_REMOVE;
}

static void on_activate(GApplication *app, gpointer arg)
{
    g_idle_add(on_started, arg);
}

static const struct group *group_called(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(groups); i++)
        if (g_strcmp0(groups[i]->name, name) == 0)
            return groups[i];
    return NULL;
}

/* GROUP FOLDER [SCENE] */
int main(int argc, char **argv)
{
    g_autofree char *config = g_build_filename(g_get_user_config_dir(), "ars-phone", NULL);
    g_autofree char *data = g_build_filename(g_get_user_data_dir(), "ars-phone", NULL);

    leaks_begin();
    group = argc > 2 ? group_called(argv[1]) : NULL;
    if (!group)
        return 2;
    folder = argv[2];
    setvbuf(stdout, NULL, _IOLBF, 0);
    setlocale(LC_ALL, "");
    bindtextdomain("ars-phone", g_getenv("TEXTDOMAINDIR"));
    bind_textdomain_codeset("ars-phone", "UTF-8");
    textdomain("ars-phone");
    ars_clock_set_source(clock_now);
    if (!group->first_start)
        store_account(config);
    if (group->prepare)
        group->prepare(config, data);
    g_log_set_writer_func(on_log, NULL, NULL);
    application = ars_application_new();
    g_signal_connect_after(application, "activate", G_CALLBACK(on_activate), &argv[3]);
    g_application_run(G_APPLICATION(application), 1, argv);
    g_object_unref(application);
    fake_reset();
    return failed_scenes ? 1 : 0;
}
