/* Unit tests of store: the journal, through its front door. */
#include <stdio.h>
#include <sys/stat.h>

#include "journal.h"

static int test_a_call_from_begin_to_end(void)
{
    struct journal j = {0};
    struct ars_history_entry e = journal_entry(false, ARS_HISTORY_RUNNING, "600", "Echo");
    struct stat st;
    int err;

    TRY(journal_make(&j));
    TRY(ars_history_put(j.h, 1, &e));
    TRY(journal_ask(&j, NULL));
    CHECK_INT(j.n, 1);
    CHECK_INT(j.v[0].result, ARS_HISTORY_RUNNING);
    e.result = ARS_HISTORY_TALKING;
    TRY(ars_history_put(j.h, 1, &e));
    e.result = ARS_HISTORY_ANSWERED;
    e.reason = text("media_failed");
    e.details = text("no sound");
    e.duration_ms = 61000;
    e.account = text("b7c1");
    e.recording = text("/home/anna/Music/ARS Phone/2026-03-12 10.02.33 out 600.opus");
    TRY(ars_history_put(j.h, 1, &e));
    TRY(journal_ask(&j, NULL));
    CHECK_INT(j.n, 1);
    CHECK(j.v[0].id > 0 && !j.v[0].incoming && j.v[0].seen);
    CHECK_INT(j.v[0].result, ARS_HISTORY_ANSWERED);
    CHECK_STR(j.v[0].reason, "media_failed");
    CHECK_STR(j.v[0].details, "no sound");
    CHECK_STR(j.v[0].number, "600");
    CHECK_STR(j.v[0].name, "Echo");
    CHECK_INT(j.v[0].start_us, 1700000000000000);
    CHECK_INT(j.v[0].duration_ms, 61000);
    CHECK_STR(j.v[0].account, "b7c1");
    CHECK_STR(j.v[0].recording, e.recording);
    CHECK(stat(folder_file(&j.folder, FILE_NAME), &st) == 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    CHECK(stat(folder_file(&j.folder, FILE_NAME "-wal"), &st) == 0);
    CHECK_INT(st.st_mode & 0777, 0600);
    CHECK_INT(j.problems, 0);
out:
    journal_remove(&j);
    return err;
}

static int test_kept_between_runs(void)
{
    struct journal j = {0};
    struct ars_history_entry e = journal_entry(true, ARS_HISTORY_MISSED, "101", "Иван");
    int err;

    TRY(journal_make(&j));
    TRY(ars_history_put(j.h, 1, &e));
    journal_close(&j); /* what is queued is written */
    TRY(journal_open(&j));
    TRY(journal_ask(&j, "иван"));
    CHECK_INT(j.n, 1);
    CHECK_INT(j.missed, 1);
    CHECK(!j.v[0].seen);
    e = journal_entry(false, ARS_HISTORY_BUSY, "102", "");
    TRY(ars_history_put(j.h, 1, &e)); /* keys are of one run: this is another call */
    TRY(journal_ask(&j, NULL));
    CHECK_INT(j.n, 2);
out:
    journal_remove(&j);
    return err;
}

static int test_newest_first_and_pages(void)
{
    struct journal j = {0};
    char number[16];
    int err;

    TRY(journal_make(&j));
    for (uint32_t i = 1; i <= 25; i++) {
        struct ars_history_entry e;

        snprintf(number, sizeof(number), "5%02u", i);
        e = journal_entry(i % 2, ARS_HISTORY_ANSWERED, number, "");
        TRY(ars_history_put(j.h, i, &e));
    }
    TRY(journal_ask_page(&j, NULL, 0, 10));
    CHECK_INT(j.n, 10);
    CHECK_STR(j.v[0].number, "525");
    CHECK_STR(j.v[9].number, "516");
    TRY(journal_ask_page(&j, NULL, 20, 10));
    CHECK_INT(j.n, 5);
    CHECK_STR(j.v[4].number, "501");
    TRY(journal_ask_page(&j, "51", 1, 3));
    CHECK_INT(j.n, 3);
    CHECK_STR(j.v[0].number, "518");
    CHECK_STR(j.v[2].number, "516");
    TRY(journal_ask_page(&j, "nobody", 0, 10));
    CHECK_INT(j.n, 0);
    TRY(journal_ask_page(&j, NULL, 0, 1000000));
    CHECK_INT(j.n, 25);
out:
    journal_remove(&j);
    return err;
}

/* The index finds what a plain look through all entries finds. */
static int test_search_finds_what_is_there(void)
{
    static const struct {
        const char *name;
        const char *number;
    } people[] = {
        {"Иван Петров", "+7 (495) 123-45-67"},
        {"Пётр Иванов", "84951234568"},
        {"Anna-Maria O'Neill", "101"},
        {"", "4951234569"},
        {"100% \"quoted\" AND", "*98"},
        {"名前", "sip:user@host"},
        {"Reception", "600"},
        {"a", "1"},
    };
    static const struct {
        const char *typed;
        const char *found; /* one digit a row of `people`, newest first */
    } rows[] = {
        {"", "76543210"}, {"иван", "10"},   {"ИВАН П", "0"}, {"петр", "10"},    {"пётр", "10"},
        {"п", "10"},      {"пе", "10"},     {"495", "310"},  {"+7 495", "310"}, {"8495", "310"},
        {"1", "743210"},  {"10", "42"},     {"o'n", "2"},    {"a-m", "2"},      {"\"quoted\"", "4"},
        {"and", "4"},     {"AND OR", ""},   {"%", "4"},      {"*9", "4"},       {"名", "5"},
        {"名前", "5"},    {"@host", "5"},   {"a", "742"},    {"NEAR(x)", ""},   {"zzz", ""},
        {"я", ""},        {"1234567", "0"},
    };
    struct journal j = {0};
    char found[16];
    int err;

    TRY(journal_make(&j));
    for (uint32_t i = 0; i < CHECK_COUNT(people); i++) {
        struct ars_history_entry e =
            journal_entry(true, ARS_HISTORY_ANSWERED, people[i].number, people[i].name);

        e.duration_ms = i;
        TRY(ars_history_put(j.h, i + 1, &e));
    }
    for (size_t i = 0; i < CHECK_COUNT(rows); i++) {
        size_t n = 0;

        TRY(journal_ask(&j, rows[i].typed));
        for (; n < j.n && n < sizeof(found) - 1; n++)
            found[n] = (char)('0' + j.v[n].duration_ms);
        found[n] = '\0';
        err = check_str(__FILE__, __LINE__, rows[i].typed, found, rows[i].found);
        if (err)
            goto out;
    }
out:
    journal_remove(&j);
    return err;
}

/* A name that comes later is found, the one before it is not. */
static int test_words_follow_the_name(void)
{
    struct journal j = {0};
    struct ars_history_entry e = journal_entry(false, ARS_HISTORY_RUNNING, "600", "Before");
    int err;

    TRY(journal_make(&j));
    TRY(ars_history_put(j.h, 7, &e));
    e.name = text("Afterwards");
    e.result = ARS_HISTORY_NO_ANSWER;
    TRY(ars_history_put(j.h, 7, &e));
    TRY(journal_ask(&j, "before"));
    CHECK_INT(j.n, 0);
    TRY(journal_ask(&j, "bef"));
    CHECK_INT(j.n, 0);
    TRY(journal_ask(&j, "afterw"));
    CHECK_INT(j.n, 1);
out:
    journal_remove(&j);
    return err;
}

static int test_missed_until_seen(void)
{
    struct journal j = {0};
    int err;

    TRY(journal_make(&j));
    TRY(journal_put(&j, 1, true, ARS_HISTORY_MISSED, "1", ""));
    TRY(journal_put(&j, 2, true, ARS_HISTORY_ELSEWHERE, "2", ""));
    TRY(journal_put(&j, 3, true, ARS_HISTORY_DECLINED, "3", ""));
    TRY(journal_put(&j, 4, false, ARS_HISTORY_FAILED, "4", ""));
    TRY(journal_put(&j, 5, true, ARS_HISTORY_MISSED, "5", ""));
    TRY(journal_ask(&j, NULL));
    CHECK_INT(j.missed, 2);
    CHECK(!j.v[0].seen && j.v[1].seen && !j.v[4].seen);
    TRY(ars_history_mark_seen(j.h));
    TRY(journal_ask(&j, NULL));
    CHECK_INT(j.missed, 0);
    CHECK(j.v[0].seen && j.v[4].seen);
out:
    journal_remove(&j);
    return err;
}

static int test_delete(void)
{
    struct journal j = {0};
    struct ars_history_entry e = journal_entry(true, ARS_HISTORY_TALKING, "900", "Talking");
    int err;

    TRY(journal_make(&j));
    TRY(journal_put(&j, 1, true, ARS_HISTORY_MISSED, "1001", "One"));
    TRY(journal_put(&j, 2, true, ARS_HISTORY_ANSWERED, "1002", "Two"));
    TRY(ars_history_put(j.h, 3, &e));
    TRY(journal_ask(&j, "two"));
    TRY(ars_history_delete(j.h, j.v[0].id));
    TRY(journal_ask(&j, "two"));
    CHECK_INT(j.n, 0);
    TRY(journal_ask(&j, NULL));
    CHECK_INT(j.n, 2);
    TRY(ars_history_delete(j.h, 123456));
    TRY(ars_history_delete(j.h, 0));
    TRY(journal_ask(&j, NULL));
    CHECK_INT(j.n, 1); /* it still goes on */
    CHECK_INT(j.missed, 0);
    TRY(journal_ask(&j, "one"));
    CHECK_INT(j.n, 0);
    TRY(journal_ask(&j, "talk"));
    CHECK_INT(j.n, 1);
    /* even deleted by its id: it comes back when it ends */
    TRY(ars_history_delete(j.h, j.v[0].id));
    e.result = ARS_HISTORY_ANSWERED;
    e.duration_ms = 5;
    TRY(ars_history_put(j.h, 3, &e));
    TRY(journal_ask(&j, "talking"));
    CHECK_INT(j.n, 1);
    CHECK_INT(j.v[0].duration_ms, 5);
    CHECK_INT(j.problems, 0);
out:
    journal_remove(&j);
    return err;
}

/* Only the newest of several that were not answered yet; another asker's is its own. */
static int test_overtaken_queries(void)
{
    struct journal j = {0};
    struct journal other = {0};
    int err;

    TRY(journal_make(&j));
    TRY(journal_put(&j, 1, true, ARS_HISTORY_ANSWERED, "100", ""));
    TRY(journal_put(&j, 2, true, ARS_HISTORY_ANSWERED, "200", ""));
    TRY(ars_history_query(j.h, "1", 0, 10, journal_on_answer, &j));
    TRY(ars_history_query(j.h, "100", 0, 10, journal_on_answer, &other));
    for (int i = 0; i < 500; i++)
        TRY(ars_history_query(j.h, i < 499 ? "1" : "200", 0, 10, journal_on_answer, &j));
    TRY(journal_await(&j, &other.answers, 1));
    while (j.n != 1 || strcmp(j.v[0].number, "200") != 0)
        TRY(journal_await(&j, &j.answers, j.answers + 1));
    CHECK(j.answers <= 501);
    CHECK_INT(other.n, 1);
    CHECK_STR(other.v[0].number, "100");
out:
    journal_drop_answer(&other);
    journal_remove(&j);
    return err;
}

static int test_long_and_broken_texts(void)
{
    struct journal j = {0};
    char number[2000];
    int err;

    TRY(journal_make(&j));
    memset(number, '7', sizeof(number) - 1);
    number[sizeof(number) - 1] = '\0';
    TRY(journal_put(&j, 1, true, ARS_HISTORY_ANSWERED, number, "\xff\xfe\x01"));
    TRY(journal_ask(&j, number));
    CHECK_INT(j.n, 1);
    CHECK_INT(strlen(j.v[0].number), ARS_HISTORY_TEXT_MAX);
    CHECK_STR(j.v[0].name, "\xef\xbf\xbd\xef\xbf\xbd ");
out:
    journal_remove(&j);
    return err;
}

const struct check_case history_cases[] = {
    {"history/a-call-from-begin-to-end", test_a_call_from_begin_to_end, false},
    {"history/kept-between-runs", test_kept_between_runs, false},
    {"history/newest-first-and-pages", test_newest_first_and_pages, false},
    {"history/search-finds-what-is-there", test_search_finds_what_is_there, false},
    {"history/words-follow-the-name", test_words_follow_the_name, false},
    {"history/missed-until-seen", test_missed_until_seen, false},
    {"history/delete", test_delete, false},
    {"history/overtaken-queries", test_overtaken_queries, false},
    {"history/long-and-broken-texts", test_long_and_broken_texts, false},
};
const size_t history_cases_n = CHECK_COUNT(history_cases);
