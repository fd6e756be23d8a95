/* Tests of the views: one call, from dialling to its end. */
#include <string.h>

#include <ars/reason.h>
#include <ars/str.h>

#include "stage.h"

#define NUMBER    "84951234567"
#define FORMATTED "+7 (495) 123-45-67"

static void push_call(enum ars_event_type type, ars_id call, enum ars_call_state state)
{
    fake_push(fake_call_event(type, call, state));
    settle();
}

static ars_id calling(void)
{
    fake_manners.answers = FALSE;
    return dial(NUMBER);
}

static void asked(enum ars_command_type type, int number, const char *text)
{
    struct ars_command *cmd = fake_find_command(type);

    if (!cmd)
        fail("command %d was not given", (int)type);
    else if (cmd->number != number || g_strcmp0(cmd->text, text) != 0)
        fail("command %d was given with %d and \"%s\"", (int)type, cmd->number, cmd->text);
    ars_command_free(cmd);
}

static void play_ringing(void)
{
    calling();
    sees(FORMATTED, FORMATTED);
    sees("Ringing…", "Идёт вызов…");
    button("Mute", "Без звука", TRUE);
    button("Hold", "Удержать", FALSE);
    button("Keypad", "Клавиши", FALSE);
    button("Hang up", "Завершить", TRUE);
    look("call-ringing");
    press("Hang up", "Завершить");
    asked(ARS_CMD_HANGUP, 0, NULL);
}

static void play_early(void)
{
    ars_id id = calling();

    push_call(ARS_EV_EARLY_MEDIA, id, ARS_CALL_PROGRESS);
    button("Keypad", "Клавиши", TRUE);
    look("call-early");
}

static void play_established(void)
{
    dial(NUMBER);
    sees("00:00", "00:00");
    sees("Encrypted · Opus · good", "Зашифровано · Opus · хорошо");
    clock_forward(161000);
    sees("02:41", "02:41");
    button("Mute", "Без звука", TRUE);
    button("Hold", "Удержать", TRUE);
    button("Keypad", "Клавиши", TRUE);
    look("call-established");
    clock_forward(3600000);
    sees("1:02:41", "1:02:41");
}

static void play_held(void)
{
    ars_id id = dial(NUMBER);

    press("Hold", "Удержать");
    asked(ARS_CMD_HOLD, 0, NULL);
    sees("On hold", "На удержании");
    button("Resume", "Продолжить", TRUE);
    look("call-held");
    push_call(ARS_EV_REMOTE_HELD, id, ARS_CALL_ESTABLISHED);
    sees("On hold by both sides", "Удерживают обе стороны");
    press("Resume", "Продолжить");
    asked(ARS_CMD_RESUME, 0, NULL);
    sees("The other side holds the call", "Собеседник удерживает вызов");
    button("Hold", "Удержать", TRUE);
    look("call-held-by-them");
    push_call(ARS_EV_REMOTE_RESUMED, id, ARS_CALL_ESTABLISHED);
    sees("00:00", "00:00");
}

/* The way to the server is lost in a call: said, and unsaid when it is back; or the end of it. */
static void play_reconnecting(void)
{
    ars_id id = dial(NUMBER);

    push_call(ARS_EV_RECONNECTING, id, ARS_CALL_ESTABLISHED);
    sees("Reconnecting…", "Восстановление связи…");
    button("Hang up", "Завершить", TRUE);
    look("call-reconnecting");
    push_call(ARS_EV_RECONNECTED, id, ARS_CALL_ESTABLISHED);
    sees("00:00", "00:00");
    push_call(ARS_EV_RECONNECTING, id, ARS_CALL_ESTABLISHED);
    fake_end(id, ARS_REASON_CONNECTION_LOST, 0, "", false, 30000);
    sees("The connection was lost", "Связь потеряна");
    button("Call again", "Позвонить снова", TRUE);
}

static void play_muted(void)
{
    dial(NUMBER);
    press("Mute", "Без звука");
    asked(ARS_CMD_MUTE, 1, NULL);
    must(gtk_toggle_button_get_active(
        GTK_TOGGLE_BUTTON(find(GTK_TYPE_TOGGLE_BUTTON, say("Mute", "Без звука")))));
    look("call-muted");
    key("ctrl+m");
    asked(ARS_CMD_MUTE, 0, NULL);
}

static void play_keypad(void)
{
    dial(NUMBER);
    press("Keypad", "Клавиши");
    press("1", "1");
    asked(ARS_CMD_DTMF, 0, "1");
    type("2#");
    asked(ARS_CMD_DTMF, 0, "2");
    asked(ARS_CMD_DTMF, 0, "#");
    sees("12#", "12#");
    look("call-keypad");
}

static void play_volume(void)
{
    GtkWidget *scale;

    dial(NUMBER);
    scale = find(GTK_TYPE_SCALE, say("Volume", "Громкость"));
    if (scale)
        gtk_range_set_value(GTK_RANGE(scale), 40);
    settle();
    asked(ARS_CMD_VOLUME, 40, NULL);
}

static struct ars_event *stats_event(ars_id id, const struct ars_media_stats *stats)
{
    struct ars_event *ev = fake_call_event(ARS_EV_STATS, id, ARS_CALL_ESTABLISHED);

    ev->has_stats = true;
    ev->stats = *stats;
    return ev;
}

/* R of 65 and of 75 by ITU-T G.107 Annex B: MOS 3.36 and 3.82 */
static void play_quality(void)
{
    ars_id id = dial(NUMBER);
    struct ars_media_stats stats = {.codec = "PCMA",
                                    .srtp = "AEAD_AES_256_GCM",
                                    .path = "srflx/host",
                                    .rtt_ms = 48,
                                    .jitter_ms = -1,
                                    .loss_pct = 4.2,
                                    .buffer_ms = 60,
                                    .concealed_pct = 7,
                                    .mos = 3.36};

    fake_push(stats_event(id, &stats));
    sees("Encrypted · G.711 · poor", "Зашифровано · G.711 · плохо");
    look("call-quality");
    sees_not("Round trip", "Задержка туда и обратно");
    press("Encrypted · G.711 · poor", "Зашифровано · G.711 · плохо");
    sees("3.4", "3,4");
    sees("48 ms", "48 мс");
    sees("4.2 %", "4,2 %");
    sees("unknown", "неизвестно");
    sees("srflx/host", "srflx/host");
    look("call-figures");
    stats.rtt_ms = 51;
    stats.mos = 3.82;
    clock_forward(1000);
    fake_push(stats_event(id, &stats));
    sees("51 ms", "51 мс");
    sees("Encrypted · G.711 · fair", "Зашифровано · G.711 · средне");
    key("Escape");
}

static void push_recording(ars_id id, gboolean on, const char *why)
{
    struct ars_event *ev = fake_call_event(ARS_EV_RECORDING, id, ARS_CALL_ESTABLISHED);

    ev->number = on;
    ev->text = ars_strdup("/home/user/Music/ARS Phone/2026-03-12 10.02.33 out.opus");
    (void)g_strlcpy(ev->reason.text, why, sizeof(ev->reason.text));
    fake_push(ev);
}

static void play_record(void)
{
    ars_id id = dial(NUMBER);
    struct ars_command *cmd;

    press("Record the call", "Записать разговор");
    cmd = fake_find_command(ARS_CMD_RECORD);
    must(cmd && cmd->text && g_str_has_suffix(cmd->text, " out " NUMBER ".opus"));
    must(cmd && cmd->text && strstr(cmd->text, "/ARS Phone/"));
    ars_command_free(cmd);
    push_recording(id, TRUE, "");
    sees("Recording into Music/ARS Phone", "Идёт запись в Music/ARS Phone");
    look("call-recording");
    press("Record the call", "Записать разговор");
    asked(ARS_CMD_RECORD, 0, NULL);
    push_recording(id, FALSE, "");
    sees("Recorded into Music/ARS Phone", "Записано в Music/ARS Phone");
    press("Record the call", "Записать разговор");
    ars_command_free(fake_find_command(ARS_CMD_RECORD));
    push_recording(id, FALSE, "No space left on device");
    sees("Not recorded any more: No space left on device",
         "Запись остановлена: No space left on device");
}

static void push_cause(enum ars_event_type type, ars_id id, enum ars_sound_cause cause)
{
    struct ars_event *ev = fake_call_event(type, id, ARS_CALL_ESTABLISHED);

    ev->number = (int)cause;
    fake_push(ev);
}

static void play_unheard(void)
{
    ars_id id = dial(NUMBER);

    push_cause(ARS_EV_UNHEARD, id, ARS_SOUND_MICROPHONE);
    sees("They cannot hear you: the microphone gives no sound. Is it switched off?",
         "Вас не слышат: микрофон не даёт звука. Не выключен ли он?");
    look("call-unheard");
    push_cause(ARS_EV_UNHEARD, id, ARS_SOUND_GOOD);
    sees_not("They cannot hear you: the microphone gives no sound. Is it switched off?",
             "Вас не слышат: микрофон не даёт звука. Не выключен ли он?");
    push_cause(ARS_EV_SILENT, id, ARS_SOUND_NOTHING);
    sees("You cannot hear them: nothing arrives from there.",
         "Вы не слышите собеседника: от него ничего не приходит.");
    look("call-silent");
}

static double level_of(const char *english, const char *russian)
{
    GtkWidget *bar = find(GTK_TYPE_LEVEL_BAR, say(english, russian));

    return bar ? gtk_level_bar_get_value(GTK_LEVEL_BAR(bar)) : -1;
}

static void push_talks_muted(ars_id id)
{
    struct ars_event *ev = fake_call_event(ARS_EV_TALKS_MUTED, id, ARS_CALL_ESTABLISHED);

    ev->number = 1;
    fake_push(ev);
    settle();
}

/* The engine is asked often only while somebody looks. -60 dBFS is the left end, 0 the right. */
static void play_levels(void)
{
    ars_id id = dial(NUMBER);
    struct ars_media_stats stats = {.codec = "opus", .level_in_dbfs = -15, .level_out_dbfs = -45};

    must(fake_stats_ms() == 125);
    fake_push(stats_event(id, &stats));
    settle();
    must(level_of("Your voice", "Ваш голос") == 0.75);
    must(level_of("Their voice", "Голос собеседника") == 0.25);
    key("ctrl+l");
    must(fake_stats_ms() == 1000);
    key("ctrl+r");
    must(fake_stats_ms() == 125);
    press("Mute", "Без звука");
    fake_push(stats_event(id, &stats));
    push_talks_muted(id);
    sees("You are talking, but the microphone is muted.", "Вы говорите, но микрофон выключен.");
    must(level_of("Your voice", "Ваш голос") == 0);
    look("call-talks-muted");
    fake_end(id, ARS_REASON_REMOTE_HANGUP, 0, "", true, 1000);
    settle();
    must(fake_stats_ms() == 1000);
}

static const struct {
    enum ars_reason_code code;
    int status;
    const char *name, *text, *english, *russian;
} ends[] = {
    {ARS_REASON_BUSY, 486, "busy", "Busy Here", "Busy", "Занято"},
    {ARS_REASON_NO_ANSWER, 480, "no-answer", "Temporarily Unavailable", "No answer", "Нет ответа"},
    {ARS_REASON_DECLINED, 603, "declined", "Decline", "Declined", "Отклонён"},
    {ARS_REASON_NOT_FOUND, 404, "not-found", "Not Found", "There is no such number",
     "Такого номера нет"},
    {ARS_REASON_FORBIDDEN, 403, "forbidden", "Forbidden", "The server does not allow this call",
     "Сервер не разрешает этот вызов"},
    {ARS_REASON_UNAVAILABLE, 503, "unavailable", "Service Unavailable",
     "The number cannot be reached now", "Номер сейчас недоступен"},
    {ARS_REASON_NOT_ACCEPTABLE, 488, "not-acceptable", "Not Acceptable Here",
     "The two phones have no common way to talk", "У телефонов нет общего способа связи"},
    {ARS_REASON_NO_CANDIDATE, 488, "no-candidate", "Not Acceptable Here",
     "The server cannot reach this computer; a STUN server may help",
     "Серверу недоступен этот компьютер; может помочь сервер STUN"},
    {ARS_REASON_NO_CODEC, 488, "no-codec", "Not Acceptable Here",
     "The server takes none of the codecs that are allowed here",
     "Сервер не поддерживает ни один из разрешённых кодеков"},
    {ARS_REASON_NOT_ENCRYPTED, 0, "not-encrypted", "", "The other side does not encrypt its sound",
     "Собеседник не шифрует звук"},
    {ARS_REASON_MEDIA_FAILED, 0, "media", "", "No sound path to the other side",
     "Звук не проходит до собеседника"},
    {ARS_REASON_CONNECTION_LOST, 0, "lost", "", "The connection was lost", "Связь потеряна"},
};

static void play_ended(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(ends); i++) {
        g_autofree char *name = g_strconcat("call-ended-", ends[i].name, NULL);
        ars_id id = calling();

        fake_end(id, ends[i].code, ends[i].status, ends[i].text, true, 0);
        sees(ends[i].english, ends[i].russian);
        button("Close", "Закрыть", TRUE);
        button("Call again", "Позвонить снова", TRUE);
        look(name);
        key("Escape");
        sees_not(ends[i].english, ends[i].russian);
    }
}

/* The other side says how long to wait (RFC 3261 section 20.33). */
static void play_try_later(void)
{
    struct ars_event *ev = fake_call_event(ARS_EV_ENDED, calling(), ARS_CALL_ENDED);

    ars_reason_set(&ev->reason, ARS_REASON_UNAVAILABLE, 503, "Service Unavailable");
    ev->reason.retry_after_s = 300;
    ev->by_remote = true;
    fake_push(ev);
    sees("503 Service Unavailable; try again in 05:00",
         "503 Service Unavailable; повторить можно через 05:00");
    look("call-try-later");
}

/* Who hung up oneself needs no word; who was hung up on is told by the way. */
static void play_hung_up(void)
{
    ars_id id = dial(NUMBER);

    clock_forward(5000);
    fake_end(id, ARS_REASON_REMOTE_HANGUP, 0, "", true, 5000);
    sees("The other side hung up", "Собеседник завершил вызов");
    button("Call", "Позвонить", TRUE);
    look("call-hung-up");
}

static const struct scene call_scenes[] = {
    {"ringing", play_ringing},     {"early", play_early},     {"established", play_established},
    {"held", play_held},           {"muted", play_muted},     {"keypad", play_keypad},
    {"volume", play_volume},       {"quality", play_quality}, {"record", play_record},
    {"unheard", play_unheard},     {"levels", play_levels},   {"ended", play_ended},
    {"try-later", play_try_later}, {"hung-up", play_hung_up}, {"reconnecting", play_reconnecting},
};

const struct group call_group = {
    .name = "call", .scenes = call_scenes, .n = G_N_ELEMENTS(call_scenes)};
