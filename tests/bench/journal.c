/*
 * How long a search in a large journal takes, as one types: bench_journal FILE ROWS RUNS. The
 * journal is made first, in words and numbers that look like a call centre's. One line a search:
 * its name, and milliseconds from the key to the answer; floor_scan is a plain look at every row.
 */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <sqlite3.h>

#include <ars/clock.h>
#include <ars/history.h>
#include <ars/str.h>

#include "history_db.h"

#define PAGE 50

static const char *const first[] = {"Анна",    "Иван",   "Мария",   "Пётр",   "Ольга",    "Сергей",
                                    "Наталья", "Андрей", "Татьяна", "Михаил", "Светлана", "Юрий"};
static const char *const last[] = {"Иванов",  "Смирнов", "Кузнецов", "Попов",   "Васильев",
                                   "Петров",  "Соколов", "Михайлов", "Новиков", "Фёдоров",
                                   "Морозов", "Волков",  "Алексеев", "Лебедев", "Семёнов",
                                   "Егоров",  "Павлов",  "Козлов"};

static const struct {
    const char *name;
    const char *text;
} searches[] = {
    {"all", ""},
    {"one_digit", "7"},
    {"one_letter", "и"},
    {"two_letters", "ив"},
    {"three_letters", "ива"},
    {"common_name", "иванов"},
    {"two_names", "юрий волков"},
    {"no_such_name", "ивановичев"},
    {"no_such_pair", "волков юрий"},
    {"area_code", "+7 (495)"},
    {"rare_number", "84951000777"},
    {"no_such_number", "0000000000"},
    {"no_such_letter", "ы"},
};

struct face {
    int bell;
    bool answered;
    size_t n;
};

static uint32_t state = 1;

static uint32_t next(uint32_t n)
{
    state = state * 1664525 + 1013904223;
    return (state >> 8) % n;
}

/* One in eight without a name; every hundredth from abroad. */
static void make_entry(uint32_t i, struct ars_history_entry *e, char name[128], char number[32])
{
    size_t a = next(sizeof(first) / sizeof(first[0]));
    size_t b = next(sizeof(last) / sizeof(last[0]));

    snprintf(name, 128, "%s %s", first[a], last[b]);
    if (i % 8 == 0)
        name[0] = '\0';
    if (i % 100 == 0)
        snprintf(number, 32, "+49%09u", next(1000000000));
    else
        snprintf(number, 32, "%c%u%07u", i % 2 ? '7' : '8', i % 3 ? 495 : 812, next(10000000));
    if (i == 777)
        snprintf(number, 32, "74951000777");
    *e = (struct ars_history_entry){
        .incoming = i % 2,
        .result = ARS_HISTORY_ANSWERED,
        .number = number,
        .name = name,
        .start_us = (int64_t)1600000000000000 + i * (int64_t)60000000,
        .duration_ms = next(600000),
    };
}

static int fill(const char *file, uint32_t rows)
{
    struct history_db *db;
    int err = history_db_open(&db, file);

    for (uint32_t i = 1; !err && i <= rows; i++) {
        struct ars_history_entry e;
        char name[128];
        char number[32];
        int64_t id = 0;

        make_entry(i, &e, name, number);
        err = history_db_put(db, &id, &e);
    }
    if (!err)
        history_db_close(db);
    return err;
}

static void on_bell(void *arg)
{
    const struct face *f = arg;
    uint64_t one = 1;

    if (write(f->bell, &one, sizeof(one)) < 0)
        abort();
}

static void on_answer(int err, const struct ars_history_entry *v, size_t n, void *arg)
{
    struct face *f = arg;

    if (err)
        abort();
    f->answered = true;
    f->n = n;
}

static double ask(struct ars_history *h, struct face *f, const char *text)
{
    uint64_t start = ars_clock_us();

    f->answered = false;
    if (ars_history_query(h, text, 0, PAGE, on_answer, f))
        abort();
    while (!f->answered) {
        struct pollfd p = {.fd = f->bell, .events = POLLIN};
        uint64_t rung;

        if (poll(&p, 1, -1) > 0 && read(f->bell, &rung, sizeof(rung)) > 0)
            ars_history_dispatch(h);
    }
    return (double)(ars_clock_us() - start) / 1000;
}

/* What it would take without an index. */
static double scan(const char *file)
{
    sqlite3 *sql = NULL;
    uint64_t start;
    int code = sqlite3_open_v2(file, &sql, SQLITE_OPEN_READONLY, NULL);

    start = ars_clock_us();
    if (code == SQLITE_OK)
        code = sqlite3_exec(sql, "SELECT id FROM calls WHERE folded LIKE '%0000000000%' LIMIT 50",
                            NULL, NULL, NULL);
    if (code != SQLITE_OK)
        abort();
    sqlite3_close(sql);
    return (double)(ars_clock_us() - start) / 1000;
}

int main(int argc, char **argv)
{
    struct face f = {.bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    struct ars_history_conf conf = {.file = argv[1], .bell = on_bell, .bell_arg = &f};
    struct ars_history *h = NULL;
    uint32_t rows;
    uint32_t runs;
    uint64_t start = ars_clock_us();

    if (argc != 4 || ars_str_to_u32(argv[2], 10000000, &rows) ||
        ars_str_to_u32(argv[3], 1000, &runs)) {
        fputs("usage: bench_journal FILE ROWS RUNS\n", stderr);
        return 2;
    }
    if (fill(argv[1], rows) || ars_history_open(&h, &conf))
        return 1;
    printf("write_one %g\n", (double)(ars_clock_us() - start) / 1000 / rows);
    (void)ask(h, &f, "");
    for (uint32_t r = 0; r < runs; r++) {
        for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
            double ms = ask(h, &f, searches[i].text);

            printf("%s %g %zu\n", searches[i].name, ms, f.n);
        }
        printf("floor_scan %g\n", scan(argv[1]));
    }
    ars_history_close(h);
    close(f.bell);
    return 0;
}
