/* Tests of the views: forms of words, by the numbers that decide on them in Russian. */
#include <glib/gi18n.h>

#include "stage.h"
#include "words.h"

static void is(char *words, const char *english, const char *russian)
{
    if (g_strcmp0(words, say(english, russian)) != 0)
        fail("\"%s\", not \"%s\"", words, say(english, russian));
    g_free(words);
}

static void play_durations(void)
{
    static const struct {
        guint seconds;
        const char *english, *russian;
    } v[] = {
        {1, "1 second", "1 секунда"},
        {2, "2 seconds", "2 секунды"},
        {5, "5 seconds", "5 секунд"},
        {11, "11 seconds", "11 секунд"},
        {12, "12 seconds", "12 секунд"},
        {21, "21 seconds", "21 секунда"},
        {22, "22 seconds", "22 секунды"},
        {25, "25 seconds", "25 секунд"},
        {60, "1 minute", "1 минута"},
        {2 * 60 + 1, "2 minutes 1 second", "2 минуты 1 секунда"},
        {5 * 60 + 22, "5 minutes 22 seconds", "5 минут 22 секунды"},
        {11 * 60, "11 minutes", "11 минут"},
        {21 * 60, "21 minutes", "21 минута"},
        {22 * 60, "22 minutes", "22 минуты"},
        {25 * 60, "25 minutes", "25 минут"},
        {3600, "1 hour", "1 час"},
        {2 * 3600 + 60, "2 hours 1 minute", "2 часа 1 минута"},
        {5 * 3600, "5 hours", "5 часов"},
        {11 * 3600, "11 hours", "11 часов"},
        {21 * 3600, "21 hours", "21 час"},
        {22 * 3600, "22 hours", "22 часа"},
        {111 * 3600, "111 hours", "111 часов"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(v); i++)
        is(words_duration(v[i].seconds * G_GUINT64_CONSTANT(1000)), v[i].english, v[i].russian);
}

static void play_clocks(void)
{
    is(words_clock(0), "00:00", "00:00");
    is(words_clock(59999), "00:59", "00:59");
    is(words_clock(60000), "01:00", "01:00");
    is(words_clock(3599000), "59:59", "59:59");
    is(words_clock(3600000), "1:00:00", "1:00:00");
    is(words_clock(G_GUINT64_CONSTANT(360000000)), "100:00:00", "100:00:00");
}

/* 12 March 2026 is a Thursday. */
static void play_days(void)
{
    const gint64 now = G_GINT64_CONSTANT(1773309753) * G_USEC_PER_SEC; /* 10:02:33 UTC */
    const gint64 day = G_GINT64_CONSTANT(86400) * G_USEC_PER_SEC;

    is(words_when(now, now), "10:02", "10:02");
    is(words_when(now - day, now), "Yesterday, 10:02", "Вчера, 10:02");
    is(words_when(now - 20 * day, now), "20 Feb, 10:02", "20 фев, 10:02");
    is(words_when(now - 100 * day, now), "2 Dec 2025", "2 дек 2025");
    is(words_when_long(now), "Thursday, 12 March 2026, 10:02:33",
       "Четверг, 12 марта 2026, 10:02:33");
}

static void play_numbers(void)
{
    static const char *const v[][2] = {
        {"4951234567", "+7 (495) 123-45-67"},
        {"84951234567", "+7 (495) 123-45-67"},
        {"74951234567", "+7 (495) 123-45-67"},
        {"+74951234567", "+7 (495) 123-45-67"},
        {"495123456", "495123456"},
        {"94951234567", "94951234567"},
        {"849512345678", "849512345678"},
        {"600", "600"},
        {"+442071234567", "+442071234567"},
        {"sip:600@pbx", "sip:600@pbx"},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(v); i++)
        is(words_caller(NULL, v[i][0]), v[i][1], v[i][1]);
}

static void play_calls(void)
{
    static const struct {
        guint n;
        const char *english, *russian;
    } v[] = {
        {1, "1 call is under way. Quitting hangs it up.",
         "Идёт 1 вызов. При выходе он будет завершён."},
        {2, "2 calls are under way. Quitting hangs them up.",
         "Идут 2 вызова. При выходе они будут завершены."},
        {5, "5 calls are under way. Quitting hangs them up.",
         "Идут 5 вызовов. При выходе они будут завершены."},
        {11, "11 calls are under way. Quitting hangs them up.",
         "Идут 11 вызовов. При выходе они будут завершены."},
    };

    for (size_t i = 0; i < G_N_ELEMENTS(v); i++)
        is(g_strdup_printf(ngettext("%u call is under way. Quitting hangs it up.",
                                    "%u calls are under way. Quitting hangs them up.", v[i].n),
                           v[i].n),
           v[i].english, v[i].russian);
}

static const struct scene words_scenes[] = {
    {"durations", play_durations}, {"clocks", play_clocks}, {"days", play_days},
    {"numbers", play_numbers},     {"calls", play_calls},
};

const struct group words_group = {
    .name = "words", .scenes = words_scenes, .n = G_N_ELEMENTS(words_scenes)};
