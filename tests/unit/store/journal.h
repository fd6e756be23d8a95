/*
 * Unit tests of store: a journal in a folder of its own, and its face.
 */
#ifndef ARS_TEST_JOURNAL_H
#define ARS_TEST_JOURNAL_H

#include <ars/history.h>

#include "tests.h"

#define FILE_NAME "history.sqlite"

struct journal {
    struct folder folder;
    struct ars_history *h;
    int bell;
    unsigned changed;
    size_t missed;
    int problem;
    unsigned problems;
    char where[512];
    /* the newest answer */
    unsigned answers;
    int err;
    struct ars_history_entry *v;
    size_t n;
};

/* In j->folder, with j->bell. */
int journal_open(struct journal *j);
/* The same with a new folder and bell. */
int journal_make(struct journal *j);
/* In a folder that the case has made. */
int journal_open_in(struct journal *j);
void journal_close(struct journal *j);
/* With its folder; j may be zeroed. */
void journal_remove(struct journal *j);

/* Until *count has reached `n`. */
int journal_await(struct journal *j, const unsigned *count, unsigned n);
/* Waits for the answer: j->v, j->n. */
int journal_ask(struct journal *j, const char *typed);
int journal_ask_page(struct journal *j, const char *typed, size_t offset, size_t limit);
void journal_drop_answer(struct journal *j);
ars_history_fn journal_on_answer;

struct ars_history_entry journal_entry(bool incoming, enum ars_history_result result,
                                       const char *number, const char *name);
/* Waits until it is written. */
int journal_put(struct journal *j, uint32_t key, bool incoming, enum ars_history_result result,
                const char *number, const char *name);

#endif
