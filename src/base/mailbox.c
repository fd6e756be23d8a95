/* base: the bounded FIFO between threads. */
#include <errno.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include <ars/mailbox.h>

struct ars_mailbox {
    struct ars_mailbox_conf conf; /* immutable */
    size_t size;                  /* immutable: capacity + reserved */
    pthread_mutex_t lock;
    void **slots; /* protected by lock, as all below */
    size_t head;
    size_t count;
};

static void **slot(struct ars_mailbox *mb, size_t i)
{
    return &mb->slots[(mb->head + i) % mb->size];
}

/* Returns EAGAIN when `limit` messages wait; rings outside the lock. */
static int push(struct ars_mailbox *mb, void *msg, size_t limit)
{
    bool was_empty = false;
    int err = EAGAIN;

    pthread_mutex_lock(&mb->lock);
    if (mb->count < limit) {
        was_empty = mb->count == 0;
        *slot(mb, mb->count++) = msg;
        err = 0;
    }
    pthread_mutex_unlock(&mb->lock);
    if (was_empty)
        mb->conf.bell(mb->conf.arg);
    return err;
}

int ars_mailbox_alloc(struct ars_mailbox **ret, const struct ars_mailbox_conf *conf)
{
    struct ars_mailbox *mb = calloc(1, sizeof(*mb));

    if (!mb)
        return ENOMEM;
    mb->conf = *conf;
    mb->size = conf->capacity + conf->reserved;
    mb->slots = calloc(mb->size, sizeof(*mb->slots));
    if (!mb->slots) {
        free(mb);
        return ENOMEM;
    }
    pthread_mutex_init(&mb->lock, NULL);
    *ret = mb;
    return 0;
}

void ars_mailbox_free(struct ars_mailbox *mb)
{
    void *msg;

    if (!mb)
        return;
    while ((msg = ars_mailbox_pop(mb)))
        mb->conf.drop(msg);
    pthread_mutex_destroy(&mb->lock);
    free(mb->slots);
    free(mb);
}

int ars_mailbox_push(struct ars_mailbox *mb, void *msg)
{
    return push(mb, msg, mb->conf.capacity);
}

int ars_mailbox_push_reserved(struct ars_mailbox *mb, void *msg)
{
    return push(mb, msg, mb->size);
}

int ars_mailbox_push_merged(struct ars_mailbox *mb, void *msg,
                            bool (*same)(const void *queued, const void *msg))
{
    void *old = NULL;

    pthread_mutex_lock(&mb->lock);
    for (size_t i = 0; i < mb->count && !old; i++) {
        void **s = slot(mb, i);

        if (same(*s, msg)) {
            old = *s;
            *s = msg;
        }
    }
    pthread_mutex_unlock(&mb->lock);
    if (!old)
        return ars_mailbox_push(mb, msg);
    mb->conf.drop(old);
    return 0;
}

void *ars_mailbox_pop(struct ars_mailbox *mb)
{
    void *msg = NULL;

    pthread_mutex_lock(&mb->lock);
    if (mb->count > 0) {
        msg = *slot(mb, 0);
        mb->head = (mb->head + 1) % mb->size;
        mb->count--;
    }
    pthread_mutex_unlock(&mb->lock);
    return msg;
}
