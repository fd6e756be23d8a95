/* store: the journal's thread, and the two mailboxes between it and the face. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <ars/history.h>
#include <ars/log.h>
#include <ars/mailbox.h>
#include <ars/str.h>

#include "file.h"
#include "history_db.h"

#define REQUESTS_MAX 1024
#define NOTES_MAX    256
/* What cannot be written now is kept for later; of more, the oldest goes. */
#define CALLS_MAX 1024

enum request_type {
    REQUEST_PUT,
    REQUEST_DELETE,
    REQUEST_SEEN,
    REQUEST_QUERY,
};

/* From the face to the thread. */
struct request {
    enum request_type type;
    uint32_t key;
    int64_t id;
    struct ars_history_entry entry;
    char *text;
    size_t offset;
    size_t limit;
    ars_history_fn *fn;
    void *arg;
};

enum note_type {
    NOTE_ANSWER,
    NOTE_CHANGED,
    NOTE_PROBLEM,
};

/* From the thread to the face. */
struct note {
    enum note_type type;
    int err;
    size_t missed;
    char *where;
    struct ars_history_entry *entries;
    size_t n;
    ars_history_fn *fn;
    void *arg;
};

/* A call that goes on, or waits to be written. Thread's. */
struct call {
    struct call *next;
    uint32_t key;
    int64_t id; /* 0: not written yet */
    struct ars_history_entry entry;
    bool dirty;
};

struct ars_history {
    struct ars_history_handlers handlers;
    void *arg;
    char *file;
    struct ars_mailbox *requests;
    struct ars_mailbox *notes;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t bell;
    bool rung;    /* under the lock */
    bool closing; /* under the lock */
    /* thread's */
    struct history_db *db;
    struct call *calls; /* newest first */
    size_t calls_n;
    int problem; /* told, until it works again */
};

/* ---- messages ---- */

static void request_free(void *msg)
{
    struct request *r = msg;

    if (!r)
        return;
    history_entry_clear(&r->entry);
    free(r->text);
    free(r);
}

static void note_free(void *msg)
{
    struct note *n = msg;

    if (!n)
        return;
    history_entries_free(n->entries, n->n);
    free(n->where);
    free(n);
}

static bool same_query(const void *queued, const void *msg)
{
    const struct request *a = queued;
    const struct request *b = msg;

    return a->type == REQUEST_QUERY && a->fn == b->fn && a->arg == b->arg;
}

static bool same_note(const void *queued, const void *msg)
{
    const struct note *a = queued;
    const struct note *b = msg;

    return a->type == b->type && a->type != NOTE_PROBLEM && a->fn == b->fn && a->arg == b->arg;
}

static void tell(struct ars_history *h, struct note *note)
{
    if (!note || ars_mailbox_push_merged(h->notes, note, same_note)) {
        ars_log(ARS_LOG_WARN, "store", "journal: the face does not listen");
        note_free(note);
    }
}

static struct note *note_new(enum note_type type)
{
    struct note *n = calloc(1, sizeof(*n));

    if (n)
        n->type = type;
    return n;
}

static void tell_problem(struct ars_history *h, int err, const char *where)
{
    struct note *n;

    if (h->problem == err && !where)
        return;
    h->problem = where ? h->problem : err;
    n = note_new(NOTE_PROBLEM);
    if (n) {
        n->err = err;
        n->where = ars_strdup(where ? where : h->file);
    }
    tell(h, n);
}

static void tell_changed(struct ars_history *h)
{
    struct note *n = note_new(NOTE_CHANGED);

    if (n && h->db)
        (void)history_db_missed(h->db, &n->missed);
    tell(h, n);
}

/* ---- the file ---- */

/* A damaged one makes room for a new one. */
static int set_aside(struct ars_history *h)
{
    static const char *const suffixes[] = {"-wal", "-shm", NULL};
    char *aside;
    int err;

    history_db_close(h->db);
    h->db = NULL;
    err = file_set_aside(h->file, suffixes, &aside);
    if (err)
        return err;
    ars_log(ARS_LOG_ERROR, "store", "the journal was damaged and is kept as %s", aside);
    tell_problem(h, EBADMSG, aside);
    free(aside);
    for (struct call *c = h->calls; c; c = c->next) {
        c->id = 0;
        c->dirty = true;
    }
    return history_db_open(&h->db, h->file);
}

static void open_db(struct ars_history *h)
{
    int err = history_db_open(&h->db, h->file);

    if (err == EBADMSG)
        err = set_aside(h);
    if (!err)
        return;
    ars_log(ARS_LOG_ERROR, "store", "the journal is not kept: %s", strerror(err));
    tell_problem(h, err, NULL);
    err = history_db_open(&h->db, NULL);
    if (err)
        ars_log(ARS_LOG_ERROR, "store", "there is no journal: %s", strerror(err));
}

/* After an error of the file; whether it is worth another try. */
static bool recover(struct ars_history *h, int err)
{
    if (err == EBADMSG) {
        err = set_aside(h);
        if (!err)
            return true;
        if (!h->db)
            (void)history_db_open(&h->db, NULL);
    }
    tell_problem(h, err, NULL);
    return false;
}

/* ---- calls ---- */

static bool has_ended(const struct call *c)
{
    return c->entry.result != ARS_HISTORY_RUNNING && c->entry.result != ARS_HISTORY_TALKING;
}

static void call_free(struct call *c)
{
    history_entry_clear(&c->entry);
    free(c);
}

static void drop_oldest(struct ars_history *h)
{
    struct call **p = &h->calls;

    if (h->calls_n <= CALLS_MAX)
        return;
    while ((*p)->next)
        p = &(*p)->next;
    ars_log(ARS_LOG_ERROR, "store", "journal: a call is lost");
    call_free(*p);
    *p = NULL;
    h->calls_n--;
}

static int write_call(struct ars_history *h, struct call *c)
{
    int err = h->db ? history_db_put(h->db, &c->id, &c->entry) : EIO;

    if (err && recover(h, err))
        err = history_db_put(h->db, &c->id, &c->entry);
    c->dirty = err != 0;
    return err;
}

/* What waits, oldest first, up to the first that does not go. */
static int write_calls(struct ars_history *h)
{
    for (;;) {
        struct call *oldest = NULL;
        int err;

        for (struct call *c = h->calls; c; c = c->next)
            if (c->dirty)
                oldest = c;
        if (!oldest)
            break;
        err = write_call(h, oldest);
        if (err)
            return err;
    }
    for (struct call **p = &h->calls; *p;) {
        struct call *c = *p;

        if (!has_ended(c)) {
            p = &c->next;
            continue;
        }
        *p = c->next;
        h->calls_n--;
        call_free(c);
    }
    return 0;
}

static struct call *find_call(struct ars_history *h, uint32_t key)
{
    struct call *c = h->calls;

    while (c && c->key != key)
        c = c->next;
    return c;
}

/* Takes the entry over. */
static int note_call(struct ars_history *h, struct request *r)
{
    struct call *c = find_call(h, r->key);

    if (!c) {
        c = calloc(1, sizeof(*c));
        if (!c)
            return ENOMEM;
        c->key = r->key;
        c->next = h->calls;
        h->calls = c;
        h->calls_n++;
    }
    history_entry_clear(&c->entry);
    c->entry = r->entry;
    r->entry = (struct ars_history_entry){0};
    c->dirty = true;
    drop_oldest(h);
    return 0;
}

/* ---- requests ---- */

static void do_query(struct ars_history *h, const struct request *r)
{
    struct note *n = note_new(NOTE_ANSWER);

    if (n) {
        n->fn = r->fn;
        n->arg = r->arg;
        n->err =
            h->db ? history_db_query(h->db, r->text, r->offset, r->limit, &n->entries, &n->n) : EIO;
        if (n->err && recover(h, n->err)) {
            (void)write_calls(h);
            tell_changed(h); /* it asks again */
        }
    }
    tell(h, n);
}

static int change(struct ars_history *h, struct request *r)
{
    switch (r->type) {
    case REQUEST_PUT:
        return note_call(h, r);
    case REQUEST_DELETE:
        return h->db ? history_db_delete(h->db, r->id) : EIO;
    case REQUEST_SEEN:
        return h->db ? history_db_mark_seen(h->db) : EIO;
    default:
        return 0;
    }
}

static void serve(struct ars_history *h, struct request *r)
{
    int err;

    if (r->type == REQUEST_QUERY) {
        do_query(h, r);
        return;
    }
    err = change(h, r);
    if (err && recover(h, err))
        err = change(h, r);
    if (!err)
        err = write_calls(h);
    if (!err)
        h->problem = 0;
    tell_changed(h);
}

/* false: time to end, and nothing is queued. */
static bool wait_for_bell(struct ars_history *h)
{
    bool rung;

    pthread_mutex_lock(&h->lock);
    while (!h->rung && !h->closing)
        pthread_cond_wait(&h->bell, &h->lock);
    rung = h->rung;
    h->rung = false;
    pthread_mutex_unlock(&h->lock);
    return rung;
}

static void *run(void *arg)
{
    struct ars_history *h = arg;
    struct request *r;

    (void)pthread_setname_np(pthread_self(), "store");
    open_db(h);
    tell_changed(h);
    do {
        while ((r = ars_mailbox_pop(h->requests))) {
            serve(h, r);
            request_free(r);
        }
    } while (wait_for_bell(h));
    history_db_close(h->db);
    while (h->calls) {
        struct call *c = h->calls;

        h->calls = c->next;
        call_free(c);
    }
    return NULL;
}

/* Any thread. */
static void on_request(void *arg)
{
    struct ars_history *h = arg;

    pthread_mutex_lock(&h->lock);
    h->rung = true;
    pthread_cond_signal(&h->bell);
    pthread_mutex_unlock(&h->lock);
}

static int post(struct ars_history *h, struct request *r)
{
    int err;

    if (r->type == REQUEST_QUERY)
        err = ars_mailbox_push_merged(h->requests, r, same_query);
    else if (r->type == REQUEST_PUT)
        err = ars_mailbox_push_reserved(h->requests, r);
    else
        err = ars_mailbox_push(h->requests, r);
    if (err)
        request_free(r);
    return err;
}

static struct request *request_new(enum request_type type)
{
    struct request *r = calloc(1, sizeof(*r));

    if (r)
        r->type = type;
    return r;
}

/* Signals are for the face's threads. */
static int start_thread(struct ars_history *h)
{
    sigset_t all;
    sigset_t old;
    int err;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    err = pthread_create(&h->thread, NULL, run, h);
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return err;
}

static void destroy(struct ars_history *h)
{
    ars_mailbox_free(h->requests);
    ars_mailbox_free(h->notes);
    pthread_cond_destroy(&h->bell);
    pthread_mutex_destroy(&h->lock);
    free(h->file);
    free(h);
}

/* ---- public ---- */

int ars_history_open(struct ars_history **ret, const struct ars_history_conf *conf)
{
    struct ars_history *h = calloc(1, sizeof(*h));
    int err;

    if (!h)
        return ENOMEM;
    pthread_mutex_init(&h->lock, NULL);
    pthread_cond_init(&h->bell, NULL);
    if (conf->handlers)
        h->handlers = *conf->handlers;
    h->arg = conf->arg;
    h->file = ars_strdup(conf->file);
    err = h->file ? 0 : ENOMEM;
    if (!err)
        err = ars_mailbox_alloc(&h->requests, &(struct ars_mailbox_conf){.capacity = REQUESTS_MAX,
                                                                         .reserved = REQUESTS_MAX,
                                                                         .bell = on_request,
                                                                         .arg = h,
                                                                         .drop = request_free});
    if (!err)
        err = ars_mailbox_alloc(&h->notes, &(struct ars_mailbox_conf){.capacity = NOTES_MAX,
                                                                      .bell = conf->bell,
                                                                      .arg = conf->bell_arg,
                                                                      .drop = note_free});
    if (!err)
        err = start_thread(h);
    if (err) {
        destroy(h);
        return err;
    }
    *ret = h;
    return 0;
}

void ars_history_close(struct ars_history *h)
{
    if (!h)
        return;
    pthread_mutex_lock(&h->lock);
    h->closing = true;
    pthread_cond_signal(&h->bell);
    pthread_mutex_unlock(&h->lock);
    pthread_join(h->thread, NULL);
    destroy(h);
}

void ars_history_dispatch(struct ars_history *h)
{
    struct note *n;

    while ((n = ars_mailbox_pop(h->notes))) {
        if (n->type == NOTE_ANSWER)
            n->fn(n->err, n->entries, n->n, n->arg);
        else if (n->type == NOTE_CHANGED && h->handlers.changed)
            h->handlers.changed(n->missed, h->arg);
        else if (n->type == NOTE_PROBLEM && h->handlers.problem)
            h->handlers.problem(n->err, n->where, h->arg);
        note_free(n);
    }
}

int ars_history_put(struct ars_history *h, uint32_t key, const struct ars_history_entry *e)
{
    struct request *r = request_new(REQUEST_PUT);

    if (!r)
        return ENOMEM;
    r->key = key;
    if (history_entry_copy(&r->entry, e)) {
        request_free(r);
        return ENOMEM;
    }
    return post(h, r);
}

int ars_history_delete(struct ars_history *h, int64_t id)
{
    struct request *r = request_new(REQUEST_DELETE);

    if (!r)
        return ENOMEM;
    r->id = id;
    return post(h, r);
}

int ars_history_mark_seen(struct ars_history *h)
{
    struct request *r = request_new(REQUEST_SEEN);

    return r ? post(h, r) : ENOMEM;
}

int ars_history_query(struct ars_history *h, const char *text, size_t offset, size_t limit,
                      ars_history_fn *fn, void *arg)
{
    struct request *r = request_new(REQUEST_QUERY);

    if (!r)
        return ENOMEM;
    r->text = ars_strndup(text ? text : "", text ? strnlen(text, ARS_HISTORY_TEXT_MAX) : 0);
    r->offset = offset;
    r->limit = limit < ARS_HISTORY_LIMIT_MAX ? limit : ARS_HISTORY_LIMIT_MAX;
    r->fn = fn;
    r->arg = arg;
    if (!r->text) {
        request_free(r);
        return ENOMEM;
    }
    return post(h, r);
}
