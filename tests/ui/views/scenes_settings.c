/* Tests of the views: the settings, with and without an account. */
#include <string.h>

#include <ars/reason.h>
#include <ars/secret.h>

#include "stage.h"

#define SERVER    "Server", "Сервер"
#define PORT      "Port", "Порт"
#define PATH      "Path", "Путь"
#define LOGIN     "Login", "Логин"
#define PASSWORD  "Password", "Пароль"
#define STUN      "STUN servers", "Серверы STUN"
#define RULES     "Host mapping", "Подмена адресов"
#define ALWAYS    "All calls, to", "Все вызовы на"
#define BUSY      "When busy, to", "Когда занято, на"
#define NO_ANSWER "No answer, to", "Нет ответа, на"
#define SAVE      "Save and connect", "Сохранить и подключиться"

static void open_settings(void)
{
    struct ars_command *cmd;

    while ((cmd = fake_next_command()))
        ars_command_free(cmd);
    key("ctrl+comma");
    button(SAVE, TRUE);
}

static void reads(const char *english, const char *russian, const char *text)
{
    GtkWidget *w = find(GTK_TYPE_EDITABLE, say(english, russian));

    if (!w)
        fail("no field \"%s\"", english);
    else if (strcmp(gtk_editable_get_text(GTK_EDITABLE(w)), text) != 0)
        fail("\"%s\" holds \"%s\", not \"%s\"", english, gtk_editable_get_text(GTK_EDITABLE(w)),
             text);
}

static void expand_network(void)
{
    GtkWidget *row = find(ADW_TYPE_EXPANDER_ROW, say("Network", "Сеть"));

    if (row)
        adw_expander_row_set_expanded(ADW_EXPANDER_ROW(row), TRUE);
    else
        fail("no row \"Network\"");
    settle();
}

/* ---- the first start ---- */

static void play_opens_itself(void)
{
    button(SAVE, TRUE);
    button("Try the demo line", "Попробовать демолинию", TRUE);
    reads(PORT, "7443");
    reads(PATH, "/ws");
    look("first-settings");
    close_top();
    sees("No account", "Нет учётной записи");
    sees("Enter the server and the login that you were given.",
         "Введите сервер и логин, которые вам дали.");
    look("first-closed");
    press("Settings", "Настройки");
    button(SAVE, TRUE);
}

static void play_errors_at_once(void)
{
    press(SAVE);
    sees("Enter the name of the server that you were given.",
         "Введите имя сервера, которое вам дали.");
    sees("Enter the login, often the same as your own number.",
         "Введите логин, часто он совпадает с вашим номером.");
    sees("Enter the password.", "Введите пароль.");
    look("first-errors");
}

static void play_save(void)
{
    struct ars_command *cmd;

    fill("Display name", "Отображаемое имя", "Front desk");
    fill(SERVER, "pbx.example.com");
    sees_not("Enter the name of the server that you were given.",
             "Введите имя сервера, которое вам дали.");
    fill(PORT, "8089");
    fill(LOGIN, "100");
    fill(PASSWORD, "secret100");
    reads(PASSWORD, "●●●●●●●●●");
    press(SAVE);
    cmd = fake_find_command(ARS_CMD_ACCOUNT_SET);
    must(cmd && strcmp(cmd->conf->server, "pbx.example.com") == 0 && cmd->conf->port == 8089 &&
         strcmp(cmd->conf->login, "100") == 0 &&
         strcmp(ars_secret_text(cmd->conf->password), "secret100") == 0 &&
         strcmp(cmd->conf->display_name, "Front desk") == 0);
    ars_command_free(cmd);
    sees("Ready · 100", "Готов · 100");
    must(stage_top() == stage_window());
    look("first-ready");
}

/* An empty port is DNS's to say, and stays so. */
static void play_port_by_dns(void)
{
    struct ars_command *cmd;

    open_settings();
    fill(PORT, "");
    press(SAVE);
    cmd = fake_find_command(ARS_CMD_ACCOUNT_SET);
    must(cmd && cmd->conf->port == 0);
    ars_command_free(cmd);
    open_settings();
    reads(PORT, "");
    close_top();
}

static const struct scene first_scenes[] = {
    {"opens-itself", play_opens_itself},
    {"errors-at-once", play_errors_at_once},
    {"save", play_save},
    {"port-by-dns", play_port_by_dns},
};

const struct group first_group = {
    .name = "first", .scenes = first_scenes, .n = G_N_ELEMENTS(first_scenes), .first_start = TRUE};

/* ---- later ---- */

static void play_filled(void)
{
    open_settings();
    reads(SERVER, "pbx.example.com");
    reads(PORT, "8089");
    reads(LOGIN, "100");
    reads(PASSWORD, "");
    sees("Leave it empty to keep the stored password.",
         "Оставьте пустым, чтобы сохранить прежний пароль.");
    button("Remove this account", "Удалить эту учётную запись", TRUE);
    look("settings-filled");
    press("Remove this account", "Удалить эту учётную запись");
    sees("Remove this account?", "Удалить эту учётную запись?");
    look("settings-remove");
    press("Cancel", "Отмена");
}

static const struct {
    const char *name, *field_english, *field_russian, *text, *english, *russian;
} bad[] = {
    {"server-empty", SERVER, "", "Enter the name of the server that you were given.",
     "Введите имя сервера, которое вам дали."},
    {"server-url", SERVER, "wss://pbx.example.com/ws",
     "Only the name belongs here, without “wss://” and path.",
     "Здесь нужно только имя, без «wss://» и пути."},
    {"server-space", SERVER, "pbx example", "A server's name has no spaces, commas or @.",
     "В имени сервера нет пробелов, запятых и @."},
    {"server-port", SERVER, "pbx.example.com:8089", "The port has a field of its own.",
     "Для порта есть отдельное поле."},
    {"port-text", PORT, "https", "The port is a number from 1 to 65535.",
     "Порт — число от 1 до 65535."},
    {"port-large", PORT, "65536", "The port is a number from 1 to 65535.",
     "Порт — число от 1 до 65535."},
    {"login-empty", LOGIN, "", "Enter the login, often the same as your own number.",
     "Введите логин, часто он совпадает с вашим номером."},
    {"login-at", LOGIN, "100@pbx", "Only the login belongs here, without the server.",
     "Здесь нужен только логин, без сервера."},
    {"stun", STUN, "stun.example.com\nstun:stun.example.com",
     "Line 2: a name or an address, and a port if need be",
     "Строка 2: имя или адрес и, если нужно, порт"},
    {"stun-many", STUN, "a\nb\nc\nd\ne\nf\ng\nh\ni", "No more than 8 servers can be asked.",
     "Можно указать не больше 8 серверов."},
};

static void play_field_errors(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(bad); i++) {
        g_autofree char *name = g_strconcat("settings-bad-", bad[i].name, NULL);

        open_settings();
        expand_network();
        fill(bad[i].field_english, bad[i].field_russian, bad[i].text);
        press(SAVE);
        must(fake_find_command(ARS_CMD_ACCOUNT_SET) == NULL);
        sees(bad[i].english, bad[i].russian);
        sees("Something above is not right yet.", "Выше ещё есть ошибка.");
        look(name);
        close_top();
    }
}

static void play_rules(void)
{
    open_settings();
    expand_network();
    sees("A rule a line, such as: MAP pbx.example.com 192.0.2.10:7443",
         "По правилу в строке, например: MAP pbx.example.com 192.0.2.10:7443");
    fill(RULES, "MAP pbx.example.com 192.0.2.10");
    sees("pbx.example.com:8089 becomes 192.0.2.10:8089",
         "pbx.example.com:8089 заменяется на 192.0.2.10:8089");
    look("settings-rules-good");
    fill(RULES, "MAP other.example.com 192.0.2.10");
    sees("No rule fits pbx.example.com:8089: it stays as it is.",
         "Для pbx.example.com:8089 правила нет: адрес не меняется.");
    fill(RULES, "MAP * ^NOTFOUND");
    sees("The rules say that there is no server pbx.example.com:8089.",
         "По правилам сервера pbx.example.com:8089 не существует.");
    fill(RULES, "MAP pbx.example.com 192.0.2.10:99999\nGARBAGE");
    sees("Rule 1: the port is above 65535\nRule 2: a rule begins with MAP or EXCLUDE\n"
         "No rule fits pbx.example.com:8089: it stays as it is.",
         "Правило 1: порт больше 65535\nПравило 2: правило начинается с MAP или EXCLUDE\n"
         "Для pbx.example.com:8089 правила нет: адрес не меняется.");
    look("settings-rules-bad");
    press(SAVE);
    must(fake_find_command(ARS_CMD_ACCOUNT_SET) == NULL);
    sees("Something above is not right yet.", "Выше ещё есть ошибка.");
}

static void play_connecting(void)
{
    fake_manners.registers = FALSE;
    open_settings();
    press(SAVE);
    sees("Connecting…", "Подключение…");
    look("settings-connecting");
    fake_account(ARS_EV_ACCOUNT, ARS_ACCOUNT_READY);
    settle();
    must(stage_top() == stage_window());
}

static const struct {
    enum ars_reason_code code;
    const char *name, *english, *russian;
} refusals[] = {
    {ARS_REASON_WRONG_PASSWORD, "password",
     "pbx.example.com refused the login or the password of 100. Check both.",
     "pbx.example.com не принял логин или пароль для 100. Проверьте оба."},
    {ARS_REASON_NAME_NOT_FOUND, "name",
     "There is no server called pbx.example.com. Check its name, or the network.",
     "Сервера с именем pbx.example.com нет. Проверьте имя или сеть."},
    {ARS_REASON_WRONG_PATH, "path",
     "pbx.example.com has no telephone at this path. Check the path.",
     "На pbx.example.com по этому пути телефонии нет. Проверьте путь."},
    {ARS_REASON_UNREACHABLE, "unreachable",
     "pbx.example.com takes no connection. Check its name and port, or the network.",
     "pbx.example.com не принимает соединение. Проверьте имя и порт или сеть."},
    {ARS_REASON_PROXY, "proxy", "The network's proxy refused the connection. Ask who runs it.",
     "Прокси сети отказал в соединении. Обратитесь к его администратору."},
};

static void play_refused(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(refusals); i++) {
        g_autofree char *name = g_strconcat("settings-refused-", refusals[i].name, NULL);

        open_settings();
        ars_reason_set(&fake_manners.refuse, refusals[i].code, 0, "%s", "");
        press(SAVE);
        sees(refusals[i].english, refusals[i].russian);
        button(SAVE, TRUE);
        look(name);
        fake_manners.refuse.code = ARS_REASON_NONE;
        close_top();
    }
}

static const struct ars_device devices[] = {
    {.name = "alsa_input.headset", .label = "Headset", .input = true},
    {.name = "alsa_output.headset", .label = "Headset", .output = true},
    {.name = "alsa_output.pci",
     .label = "Built-in audio with a name that goes on and on, analogue stereo",
     .output = true},
};

static void choose_speaker(guint which, const char *spec)
{
    struct ars_command *cmd;

    adw_combo_row_set_selected(ADW_COMBO_ROW(find(ADW_TYPE_COMBO_ROW, say("Speaker", "Динамик"))),
                               which);
    settle();
    cmd = fake_find_command(ARS_CMD_AUDIO);
    must(cmd && g_strcmp0(cmd->text2, spec) == 0);
    ars_command_free(cmd);
}

static void play_sound(void)
{
    struct ars_command *cmd;

    fake_manners.devices = devices;
    fake_manners.devices_n = G_N_ELEMENTS(devices);
    gtk_widget_activate_action(GTK_WIDGET(stage_window()), "app.sound-settings", NULL);
    settle();
    sees("Microphone", "Микрофон");
    sees("As in the system", "Как в системе");
    look("settings-sound");
    adw_combo_row_set_selected(
        ADW_COMBO_ROW(find(ADW_TYPE_COMBO_ROW, say("Microphone", "Микрофон"))), 1);
    settle();
    sees("Headset", "Headset");
    cmd = fake_find_command(ARS_CMD_AUDIO);
    must(cmd && g_strcmp0(cmd->text, "device:alsa_input.headset") == 0);
    ars_command_free(cmd);
    /* while what is chosen is away, what was chosen before is used */
    choose_speaker(1, "device:alsa_output.headset");
    choose_speaker(2, "device:alsa_output.pci|alsa_output.headset");
    choose_speaker(1, "device:alsa_output.headset|alsa_output.pci");
    choose_speaker(0, "device");
}

static void step(enum ars_sound_test_step step, double dbfs)
{
    struct ars_event *ev = fake_event(ARS_EV_SOUND_TEST);

    ev->number = (int)step;
    ev->dbfs = dbfs;
    fake_push(ev);
    settle();
}

static enum ars_sound_test asked(void)
{
    struct ars_command *cmd = fake_find_command(ARS_CMD_SOUND_TEST);
    int test = cmd ? cmd->number : -1;

    ars_command_free(cmd);
    return (enum ars_sound_test)test;
}

/* One speaks, sees the level, hears oneself; a dead microphone is told. */
static void play_try(void)
{
    gtk_widget_activate_action(GTK_WIDGET(stage_window()), "app.sound-settings", NULL);
    settle();
    press("Record", "Записать");
    must(asked() == ARS_SOUND_TEST_MICROPHONE);
    step(ARS_SOUND_TEST_LISTENS, -20);
    sees("Speak now…", "Говорите…");
    button("Stop", "Стоп", TRUE);
    look("settings-sound-listens");
    step(ARS_SOUND_TEST_REPEATS, -96);
    sees("This is how others hear you", "Так вас слышат собеседники");
    press("Stop", "Стоп");
    must(asked() == ARS_SOUND_TEST_NONE);
    step(ARS_SOUND_TEST_ENDED, -96);
    press("Record", "Записать");
    step(ARS_SOUND_TEST_LISTENS, -96);
    step(ARS_SOUND_TEST_REPEATS, -96);
    step(ARS_SOUND_TEST_ENDED, -96);
    sees("Nothing was heard. Is the microphone switched off?",
         "Ничего не слышно. Не выключен ли микрофон?");
    button("Record", "Записать", TRUE);
}

static void play_ring(void)
{
    struct ars_command *cmd;

    gtk_widget_activate_action(GTK_WIDGET(stage_window()), "app.sound-settings", NULL);
    settle();
    adw_combo_row_set_selected(ADW_COMBO_ROW(find(ADW_TYPE_COMBO_ROW, say("Melody", "Мелодия"))),
                               ARS_RING_BELL);
    settle();
    cmd = fake_find_command(ARS_CMD_RINGER);
    must(cmd && cmd->ringer.sound == ARS_RING_BELL);
    ars_command_free(cmd);
    gtk_range_set_value(GTK_RANGE(find(GTK_TYPE_SCALE, say("Ring volume", "Громкость звонка"))),
                        30);
    run_for(400);
    cmd = fake_find_command(ARS_CMD_RINGER);
    must(cmd && cmd->ringer.volume == 30);
    ars_command_free(cmd);
    look("settings-ring");
    adw_combo_row_set_selected(
        ADW_COMBO_ROW(find(ADW_TYPE_COMBO_ROW, say("Tones of the line", "Гудки в трубке"))),
        1 + ARS_TONES_US);
    settle();
    cmd = fake_find_command(ARS_CMD_TONES);
    must(cmd && cmd->number == ARS_TONES_US);
    ars_command_free(cmd);
    must(g_strcmp0(ars_app_settings(stage_app())->tones, "us") == 0);
}

static void fill_and_apply(const char *english, const char *russian, const char *text)
{
    GtkWidget *row = find(ADW_TYPE_ENTRY_ROW, say(english, russian));

    fill(english, russian, text);
    if (row)
        g_signal_emit_by_name(row, "apply");
    settle();
}

/* What cannot be kept is said, and what was kept before stays. */
static void long_list(void)
{
    g_autofree char *list = g_strnfill(ARS_SETTINGS_TEXT_MAX + 1, '1');

    fill_and_apply("For these callers", "Для этих абонентов", "10*");
    fill_and_apply("For these callers", "Для этих абонентов", list);
    sees("This is too long. An asterisk stands for many numbers.",
         "Слишком длинно. Звёздочка заменяет много номеров.");
    must(g_strcmp0(ars_app_settings(stage_app())->auto_answer, "10*") == 0);
    fill_and_apply("For these callers", "Для этих абонентов", "10*");
    sees_not("This is too long. An asterisk stands for many numbers.",
             "Слишком длинно. Звёздочка заменяет много номеров.");
}

static void play_callers(void)
{
    struct ars_command *cmd;

    open_settings();
    adw_preferences_window_set_visible_page_name(ADW_PREFERENCES_WINDOW(stage_top()), "calls");
    settle();
    gtk_switch_set_active(GTK_SWITCH(find(GTK_TYPE_SWITCH, say("Do not disturb", "Не беспокоить"))),
                          TRUE);
    settle();
    cmd = fake_find_command(ARS_CMD_ANSWERING);
    must(cmd && cmd->answering.do_not_disturb);
    ars_command_free(cmd);
    gtk_switch_set_active(GTK_SWITCH(find(GTK_TYPE_SWITCH, say("A tone while a call is recorded",
                                                               "Сигнал во время записи"))),
                          TRUE);
    settle();
    must(ars_app_settings(stage_app())->record_tone);
    gtk_spin_button_set_value(
        GTK_SPIN_BUTTON(find(GTK_TYPE_SPIN_BUTTON, say("Calls at once", "Вызовов одновременно"))),
        2);
    settle();
    cmd = fake_find_command(ARS_CMD_ANSWERING);
    must(cmd && cmd->answering.calls_max == 2);
    ars_command_free(cmd);
    long_list();
    while ((cmd = fake_next_command()))
        ars_command_free(cmd);
    look("callers");
    close_top();
    sees("Do not disturb: callers hear busy.", "Не беспокоить: звонящие слышат «занято».");
    look("do-not-disturb");
    press("Switch off", "Выключить");
    cmd = fake_find_command(ARS_CMD_ANSWERING);
    must(cmd && !cmd->answering.do_not_disturb);
    ars_command_free(cmd);
    (void)dial("600");
    press("Record the call", "Записать разговор");
    cmd = fake_find_command(ARS_CMD_RECORD);
    must(cmd && cmd->number == 1); /* with the tone */
    ars_command_free(cmd);
}

static void play_forwarding(void)
{
    const struct ars_settings *s;
    GtkWidget *on;

    open_settings();
    adw_preferences_window_set_visible_page_name(ADW_PREFERENCES_WINDOW(stage_top()), "calls");
    settle();
    on = find(GTK_TYPE_SWITCH, say("Forward calls", "Переадресовывать вызовы"));
    must(on && !gtk_widget_is_sensitive(on));
    sees("First enter below to whom.", "Сначала укажите ниже, на какой номер.");
    fill_and_apply(BUSY, "two words");
    sees("This is not a number to dial", "Это не номер");
    look("forwarding-bad");
    must(ars_app_settings(stage_app())->forward_busy == NULL);
    fill_and_apply(ALWAYS, "600");
    must(on && gtk_widget_is_sensitive(on));
    sees("This is not a number to dial", "Это не номер");
    reads(BUSY, "two words");
    fill(NO_ANSWER, "60"); /* not applied yet */
    if (on)
        gtk_switch_set_active(GTK_SWITCH(on), TRUE);
    settle();
    s = ars_app_settings(stage_app());
    must(s->forwarding && g_strcmp0(s->forward_always, "600") == 0);
    must(!s->forward_busy && !s->forward_no_answer);
    reads(NO_ANSWER, "60");
    fill_and_apply(BUSY, "601");
    sees_not("This is not a number to dial", "Это не номер");
    look("forwarding");
    fill_and_apply(BUSY, "");
    fill_and_apply(ALWAYS, "");
    must(!ars_app_settings(stage_app())->forwarding);
    must(on && !gtk_widget_is_sensitive(on));
}

static const struct scene settings_scenes[] = {
    {"filled", play_filled},   {"field-errors", play_field_errors},
    {"rules", play_rules},     {"connecting", play_connecting},
    {"refused", play_refused}, {"sound", play_sound},
    {"try", play_try},         {"ring", play_ring},
    {"callers", play_callers}, {"forwarding", play_forwarding},
};

const struct group settings_group = {
    .name = "settings", .scenes = settings_scenes, .n = G_N_ELEMENTS(settings_scenes)};
