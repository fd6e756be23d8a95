/*
 * Unit tests of app: a face without a window, over the fake engine and a real store in a folder of
 * its own. There is no message bus: passwords go to the file.
 */
#ifndef ARS_TEST_FACE_H
#define ARS_TEST_FACE_H

#include <stdatomic.h>
#include <stdint.h>

#include <ars/app.h>
#include <ars/secret.h>

#include "check.h"
#include "fake_engine.h"

extern const struct check_case lines_cases[];
extern const size_t lines_cases_n;
extern const struct check_case line_cases[];
extern const size_t line_cases_n;
extern const struct check_case calls_cases[];
extern const size_t calls_cases_n;
extern const struct check_case levels_cases[];
extern const size_t levels_cases_n;
extern const struct check_case watching_cases[];
extern const size_t watching_cases_n;
extern const struct check_case app_cases[];
extern const size_t app_cases_n;
extern const struct check_case together_cases[];
extern const size_t together_cases_n;
extern const struct check_case awake_cases[];
extern const size_t awake_cases_n;

#define FACE_PROBLEMS 16

struct face {
    char dir[256];
    struct ars_app *app;
    atomic_bool rung;
    bool dispatching;
    bool misplaced; /* a handler ran outside of ars_app_dispatch() */
    unsigned lines;
    unsigned added;
    unsigned changed;
    unsigned ended;
    unsigned dtmf;
    unsigned levels;
    double last_level_in;
    double last_level_out;
    unsigned journals;
    unsigned devices;
    unsigned watched;
    unsigned stopped;
    size_t missed;
    struct ars_app_call last_ended;
    enum ars_app_problem_kind problems[FACE_PROBLEMS];
    char problem_text[256]; /* of the newest */
    struct ars_reason problem_reason;
    size_t problems_n;
    /* the newest answer of the journal */
    unsigned answers;
    struct ars_history_entry entries[32];
    size_t entries_n;
};

/* A literal for a field that elsewhere is owned. */
static inline char *text(const char *s)
{
    return (char *)(uintptr_t)s;
}

/* A folder, the app, and an account that is registered. */
int face_ready(struct face *f);

/* Its folder; the app is not started. */
int face_make(struct face *f);
/* As a run of the program: settings and journal stay for the next. */
int face_start(struct face *f);
int face_start_with(struct face *f, const struct ars_app_conf *conf);
void face_stop(struct face *f);
void face_remove(struct face *f);

/* Serves what waits: the bell and the main context, until both are quiet. */
void face_serve(struct face *f);
/* Until *count has reached n. ETIMEDOUT. */
int face_await(struct face *f, const unsigned *count, unsigned n);
int face_await_state(struct face *f, enum ars_account_state state);

int face_await_problem(struct face *f, enum ars_app_problem_kind kind);
bool face_had_problem(const struct face *f, enum ars_app_problem_kind kind);
int face_ask_journal(struct face *f, const char *search);

const char *face_file(const struct face *f, const char *name);
int face_write(const struct face *f, const char *name, const char *content);
/* Caller frees; NULL: there is none. */
char *face_read(const struct face *f, const char *name);

/* 100@pbx.example; texts are literals. */
struct ars_stored_account face_account(void);
int face_save(struct face *f, const struct ars_stored_account *a, const char *password);

#endif
