/* Tests of the views: problems, keys, the windows of the menu, and rest. */
#include <string.h>

#include <ars/reason.h>

#include "application.h"
#include "stage.h"

/* ---- problems ---- */

static void tell(enum ars_app_problem_kind kind, const char *text, gboolean input)
{
    struct ars_app_problem problem = {.kind = kind, .text = text, .input = input};

    g_signal_emit_by_name(ars_application_get_bridge(ARS_APPLICATION(stage_application())),
                          "problem", &problem);
    settle();
}

static const struct {
    enum ars_app_problem_kind kind;
    const char *name, *text, *english, *russian;
} problems[] = {
    {ARS_APP_SETTINGS_BROKEN, "settings-broken", "/home/u/.config/ars-phone/settings.json.broken",
     "The settings could not be understood. They were set aside as "
     "/home/u/.config/ars-phone/settings.json.broken.",
     "Файл настроек повреждён. Он отложен как /home/u/.config/ars-phone/settings.json.broken."},
    {ARS_APP_SETTINGS_NEWER, "settings-newer", "",
     "The settings are of a later version. Changes will not be kept.",
     "Настройки записаны более новой версией. Изменения не сохранятся."},
    {ARS_APP_SETTINGS_NOT_READ, "settings-not-read", "Permission denied",
     "The settings could not be read: Permission denied.",
     "Не удалось прочитать настройки: Permission denied."},
    {ARS_APP_SETTINGS_NOT_SAVED, "settings-not-saved", "No space left on device",
     "The settings could not be saved: No space left on device.",
     "Не удалось сохранить настройки: No space left on device."},
    {ARS_APP_SECRET_IN_FILE, "secret-in-file", "",
     "This desktop has no keyring. The password is kept in a file that only you can read.",
     "Связки ключей здесь нет. Пароль хранится в файле, который читаете только вы."},
    {ARS_APP_SECRET_LOCKED, "secret-locked", "",
     "The keyring is locked. Unlock it, or enter the password at each start.",
     "Связка ключей заблокирована. Разблокируйте её или вводите пароль при каждом запуске."},
    {ARS_APP_SECRET_FAILED, "secret-failed", "timed out", "The keyring does not work: timed out.",
     "Связка ключей не работает: timed out."},
    {ARS_APP_JOURNAL, "journal", "No space left on device",
     "The journal cannot be kept: No space left on device.",
     "Журнал не ведётся: No space left on device."},
    {ARS_APP_JOURNAL_DAMAGED, "journal-damaged", "/home/u/history.sqlite.damaged",
     "The journal was damaged. It was set aside as /home/u/history.sqlite.damaged.",
     "Журнал повреждён. Он отложен как /home/u/history.sqlite.damaged."},
    {ARS_APP_AUDIO_DEVICE, "audio-device", "Headset",
     "The microphone Headset does not work. The call goes on without it.",
     "Микрофон Headset не работает. Вызов идёт без него."},
    {ARS_APP_HOST_MAP, "host-map", "1: at byte 24: no port after ':'",
     "Rule 1 of the host mapping is left out: no port after ':'.",
     "Правило 1 подмены адресов пропущено: нет порта после «:»."},
    {ARS_APP_DEMO, "demo", "not found", "The demo line did not start: not found.",
     "Демолиния не запустилась: not found."},
};

static void play_banners(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(problems); i++) {
        g_autofree char *name = g_strconcat("problem-", problems[i].name, NULL);

        tell(problems[i].kind, problems[i].text, TRUE);
        sees(problems[i].english, problems[i].russian);
        look(name);
        if (problems[i].kind == ARS_APP_AUDIO_DEVICE) {
            tell(ARS_APP_AUDIO_DEVICE_BACK, problems[i].text, TRUE);
        } else {
            press("Understood", "Понятно");
        }
        sees_not(problems[i].english, problems[i].russian);
    }
}

static void play_toast(void)
{
    key("ctrl+j");
    g_signal_emit_by_name(
        ars_application_get_bridge(ARS_APPLICATION(stage_application())), "problem",
        &(struct ars_app_problem){
            .kind = ARS_APP_DIAL, .text = "600", .reason = {.code = ARS_REASON_NO_CONNECTION}});
    sees("There is no connection to the server", "Нет связи с сервером");
    look("problem-toast");
}

/* The call goes on by the system's microphone. */
static void play_away(void)
{
    tell(ARS_APP_AUDIO_DEVICE_AWAY, "Headset", TRUE);
    sees("Headset is not connected. The system's microphone takes its place.",
         "Устройство «Headset» не подключено. Работает системный микрофон.");
}

static const struct scene problems_scenes[] = {
    {"banners", play_banners}, {"toast", play_toast}, {"away", play_away}};

const struct group problems_group = {
    .name = "problems", .scenes = problems_scenes, .n = G_N_ELEMENTS(problems_scenes)};

/* ---- keys, menu ---- */

static void focus_is(const char *english, const char *russian)
{
    GtkWidget *w = gtk_window_get_focus(stage_top());
    g_autofree char *name = NULL;

    if (w && GTK_IS_TEXT(w))
        w = gtk_widget_get_parent(w);
    name = w ? name_of(w) : NULL;
    if (g_strcmp0(name, say(english, russian)) != 0)
        fail("the focus is on \"%s\", not on \"%s\"", name, say(english, russian));
}

/* Reading order: field, its button, keys, Call. */
static void play_tab(void)
{
    static const char *const order[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "0", "#"};

    type("600");
    focus_is("Number", "Номер");
    key("Tab");
    focus_is("Delete", "Удалить");
    for (size_t i = 0; i < G_N_ELEMENTS(order); i++) {
        key("Tab");
        focus_is(order[i], order[i]);
    }
    key("Tab");
    focus_is("Call", "Позвонить");
    type("1");
    focus_is("Number", "Номер");
    must(find(GTK_TYPE_BUTTON, say("Delete", "Удалить")) != NULL);
}

static void play_pages(void)
{
    key("ctrl+j");
    sees("No calls yet", "Вызовов пока нет");
    type("5");
    focus_is("Search", "Поиск");
    key("Escape");
    key("Escape");
    focus_is("Number", "Номер");
    key("ctrl+f");
    focus_is("Search", "Поиск");
    key("ctrl+l");
    focus_is("Number", "Номер");
    key("ctrl+comma");
    button("Save and connect", "Сохранить и подключиться", TRUE);
    key("Escape");
    must(stage_top() == stage_window());
}

static void play_call_keys(void)
{
    struct ars_command *cmd;

    type("600");
    key("Return");
    sees("00:00", "00:00");
    key("ctrl+h");
    sees("On hold", "На удержании");
    key("ctrl+h");
    sees("00:00", "00:00");
    key("ctrl+m");
    must((cmd = fake_find_command(ARS_CMD_MUTE)) && cmd->number == 1);
    ars_command_free(cmd);
    key("Escape");
    button("Show the call", "Показать вызов", TRUE);
    focus_is("Number", "Номер");
    look("call-behind");
    key("ctrl+r");
    button("Hang up", "Завершить", TRUE);
    key("ctrl+d");
    button("Call", "Позвонить", TRUE);
}

static void play_quit(void)
{
    ars_id first = dial("600");

    key("ctrl+q");
    sees("1 call is under way. Quitting hangs it up.",
         "Идёт 1 вызов. При выходе он будет завершён.");
    look("quit-one");
    press("Cancel", "Отмена");
    fake_push(fake_call_event(ARS_EV_HELD, first, ARS_CALL_ESTABLISHED));
    dial("601");
    key("ctrl+q");
    sees("2 calls are under way. Quitting hangs them up.",
         "Идут 2 вызова. При выходе они будут завершены.");
    press("Cancel", "Отмена");
}

static void play_menu(void)
{
    press("Main menu", "Главное меню");
    look("menu");
    key("Escape");
    key("ctrl+question");
    sees("Hold or resume", "Удержать или продолжить");
    look("shortcuts");
    close_top();
    gtk_widget_activate_action(GTK_WIDGET(stage_window()), "app.about", NULL);
    settle();
    look("about");
}

static const struct scene keys_scenes[] = {
    {"tab", play_tab},   {"pages", play_pages}, {"call", play_call_keys},
    {"quit", play_quit}, {"menu", play_menu},
};

const struct group keys_group = {
    .name = "keys", .scenes = keys_scenes, .n = G_N_ELEMENTS(keys_scenes)};

/* ---- rest ---- */

static guint wakes;

static int count_polls(GPollFD *fds, guint n, int timeout)
{
    int got = g_poll(fds, n, timeout);

    wakes += timeout != 0; /* it slept */
    return got;
}

/* How often the program woke up in so many seconds. */
static guint wakes_in(guint seconds)
{
    settle();
    run_for(4000);
    wakes = 0;
    g_main_context_set_poll_func(NULL, count_polls);
    run_for(seconds * 1000);
    g_main_context_set_poll_func(NULL, NULL);
    return wakes;
}

static void quiet(const char *what, guint limit)
{
    guint n = wakes_in(3);

    printf("# %s: woke up %u times in 3 s\n", what, n);
    if (n > limit)
        fail("%s: woke up %u times in 3 s", what, n);
}

/* The end of the wait wakes up once. */
static void play_idle(void)
{
    /* the caret rests, as it does by itself after ten seconds; the focus hides after three */
    g_object_set(gtk_settings_get_default(), "gtk-cursor-blink-timeout", 1, NULL);
    key("ctrl+j");
    quiet("the journal", 2);
    key("ctrl+l");
    quiet("the dial page", 2);
}

/* A second is a timeout and a frame: the frame clock's few steps. */
static void play_clock(void)
{
    dial("600");
    quiet("a call that is seen", 3 * 3);
    key("Escape");
    quiet("a call behind the bar", 3 * 3);
    gtk_window_minimize(stage_window());
    quiet("a call in a minimized window", 3 * 2);
    gtk_window_present(stage_window());
    settle();
}

static const struct scene quiet_scenes[] = {{"idle", play_idle}, {"clock", play_clock}};

const struct group quiet_group = {
    .name = "quiet", .scenes = quiet_scenes, .n = G_N_ELEMENTS(quiet_scenes)};
