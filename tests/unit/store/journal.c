/* Unit tests of store: a journal in a folder of its own, and its face. */
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <ars/clock.h>
#include <ars/str.h>

#include "history_db.h"
#include "journal.h"

#define PATIENCE 20000 /* ms */

static void on_bell(void *arg)
{
    const struct journal *j = arg;
    uint64_t one = 1;

    if (write(j->bell, &one, sizeof(one)) != sizeof(one))
        abort();
}

static void on_changed(size_t missed, void *arg)
{
    struct journal *j = arg;

    j->changed++;
    j->missed = missed;
}

static void on_problem(int err, const char *where, void *arg)
{
    struct journal *j = arg;

    j->problem = err;
    j->problems++;
    ars_strcpy(j->where, sizeof(j->where), where ? where : "");
}

void journal_drop_answer(struct journal *j)
{
    history_entries_free(j->v, j->n);
    j->v = NULL;
    j->n = 0;
}

void journal_on_answer(int err, const struct ars_history_entry *v, size_t n, void *arg)
{
    struct journal *j = arg;

    journal_drop_answer(j);
    j->answers++;
    j->err = err;
    j->v = calloc(n + 1, sizeof(*v));
    for (; j->v && j->n < n; j->n++)
        if (history_entry_copy(&j->v[j->n], &v[j->n]))
            break;
}

int journal_open(struct journal *j)
{
    static const struct ars_history_handlers handlers = {
        .changed = on_changed,
        .problem = on_problem,
    };
    struct ars_history_conf conf = {
        .file = folder_file(&j->folder, FILE_NAME),
        .bell = on_bell,
        .bell_arg = j,
        .handlers = &handlers,
        .arg = j,
    };

    return ars_history_open(&j->h, &conf);
}

int journal_open_in(struct journal *j)
{
    j->bell = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return j->bell < 0 ? errno : journal_open(j);
}

int journal_make(struct journal *j)
{
    int err = folder_make(&j->folder);

    return err ? err : journal_open_in(j);
}

void journal_close(struct journal *j)
{
    ars_history_close(j->h);
    j->h = NULL;
}

void journal_remove(struct journal *j)
{
    journal_close(j);
    journal_drop_answer(j);
    if (j->bell > 0)
        close(j->bell);
    folder_remove(&j->folder);
}

int journal_await(struct journal *j, const unsigned *count, unsigned n)
{
    uint64_t end = ars_clock_ms() + PATIENCE;

    for (;;) {
        struct pollfd p = {.fd = j->bell, .events = POLLIN};
        uint64_t rung;

        ars_history_dispatch(j->h);
        if (*count >= n)
            return 0;
        if (ars_clock_ms() >= end || poll(&p, 1, 1000) < 0)
            return check_fail(__FILE__, __LINE__, "nothing came in %d ms", PATIENCE);
        if (read(j->bell, &rung, sizeof(rung)) < 0 && errno != EAGAIN)
            return errno;
    }
}

int journal_ask_page(struct journal *j, const char *typed, size_t offset, size_t limit)
{
    int err = ars_history_query(j->h, typed, offset, limit, journal_on_answer, j);

    if (!err)
        err = journal_await(j, &j->answers, j->answers + 1);
    return err ? err : j->err;
}

int journal_ask(struct journal *j, const char *typed)
{
    return journal_ask_page(j, typed, 0, 100);
}

struct ars_history_entry journal_entry(bool incoming, enum ars_history_result result,
                                       const char *number, const char *name)
{
    return (struct ars_history_entry){
        .incoming = incoming,
        .result = result,
        .number = text(number),
        .name = text(name),
        .start_us = 1700000000000000,
    };
}

int journal_put(struct journal *j, uint32_t key, bool incoming, enum ars_history_result result,
                const char *number, const char *name)
{
    struct ars_history_entry e = journal_entry(incoming, result, number, name);
    int err = ars_history_put(j->h, key, &e);

    return err ? err : journal_await(j, &j->changed, j->changed + 1);
}
