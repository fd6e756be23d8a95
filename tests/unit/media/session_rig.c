/* Sessions for tests. */
#include "session_rig.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

struct call *call_of(const struct rig *r)
{
    return (struct call *)(uintptr_t)r; /* the first member */
}

static void on_gathered(void *arg)
{
    struct phone *p = arg;

    p->gathered = true;
    if (p->free_in_handler) {
        ars_media_free(p->media);
        p->media = NULL;
    }
}

static void on_connected(void *arg)
{
    ((struct phone *)arg)->connected = true;
}

static void on_first_audio(void *arg)
{
    ((struct phone *)arg)->first_audio = true;
}

static void on_dtmf(char digit, unsigned duration_ms, void *arg)
{
    struct phone *p = arg;
    size_t n = strlen(p->digits);

    if (n + 1 < sizeof(p->digits) && duration_ms >= 40)
        p->digits[n] = digit;
}

static void on_hearing(enum ars_sound_cause unheard, enum ars_sound_cause silent, void *arg)
{
    ((struct phone *)arg)->unheard = unheard;
}

static void on_failed(const struct ars_reason *why, void *arg)
{
    struct phone *p = arg;

    p->failed = true;
    p->why = *why;
    if (p->free_in_handler) {
        ars_media_free(p->media);
        p->media = NULL;
    }
}

static const struct ars_media_handlers handlers = {
    .gathered = on_gathered,
    .connected = on_connected,
    .first_audio = on_first_audio,
    .dtmf = on_dtmf,
    .hearing = on_hearing,
    .failed = on_failed,
};

int phone_open(struct call *c, struct phone *p, const char *in, const char *codecs)
{
    struct ars_audio_conf audio = {.in = in, .out = "none"};
    struct ars_media_conf conf = {.codecs = codecs};
    static const struct ars_audio_handlers none = {0};
    int err = ars_audio_alloc(&p->audio, c->rig.loop, &audio, &none, NULL);

    p->call = c;
    if (!err)
        err = ars_addr_parse("127.0.0.1", 7443, &conf.server);
    if (!err)
        err = ars_media_alloc(&p->media, c->rig.loop, NULL, p->audio, &conf, &handlers, p);
    if (!err)
        ars_media_talk(p->media, true);
    return err;
}

static void phone_close(struct phone *p)
{
    ars_media_free(p->media);
    ars_audio_free(p->audio);
}

bool all_gathered(const struct rig *r)
{
    const struct call *c = call_of(r);

    return (!c->a.media || c->a.gathered) && (!c->b.media || c->b.gathered) &&
           (!c->c.media || c->c.gathered);
}

bool both_connected(const struct rig *r)
{
    return call_of(r)->a.connected && call_of(r)->b.connected;
}

bool both_hear(const struct rig *r)
{
    return call_of(r)->a.first_audio && call_of(r)->b.first_audio;
}

bool both_failed(const struct rig *r)
{
    return call_of(r)->a.failed && call_of(r)->b.failed;
}

int call_open(struct call *c, const char *codecs)
{
    int err;

    memset(c, 0, sizeof(*c));
    err = rig_open(&c->rig);
    if (!err)
        err = phone_open(c, &c->a, "tone:440", codecs);
    if (!err)
        err = phone_open(c, &c->b, "tone:1000", codecs);
    return err ? err : rig_wait(&c->rig, all_gathered, 2000);
}

void call_close(struct call *c)
{
    phone_close(&c->a);
    phone_close(&c->b);
    phone_close(&c->c);
    free(c->offer);
    free(c->answer);
    rig_close(&c->rig);
}

int exchange(struct call *c, struct phone *from, struct phone *to, enum ars_dir dir,
             enum ars_dir want)
{
    struct ars_reason why = {0};
    int err;

    free(c->offer);
    free(c->answer);
    c->offer = c->answer = NULL;
    err = ars_media_offer(from->media, dir, &c->offer);
    if (!err)
        err = ars_media_answer(to->media, c->offer, strlen(c->offer), want, &c->answer, &why);
    if (!err)
        err = ars_media_accept(from->media, c->answer, strlen(c->answer), &why);
    return err;
}

int establish(struct call *c, const char *codecs)
{
    int err = call_open(c, codecs);

    if (!err)
        err = exchange(c, &c->a, &c->b, ARS_DIR_SENDRECV, ARS_DIR_SENDRECV);
    return err ? err : rig_wait(&c->rig, both_hear, 5000);
}

bool hears_tone(struct call *c, struct phone *x)
{
    struct ars_media_stats s = {0};

    (void)rig_wait(&c->rig, NULL, 300);
    ars_media_get_stats(x->media, &s);
    for (int i = 0; i < 8; i++) {
        (void)rig_wait(&c->rig, NULL, 400);
        ars_media_get_stats(x->media, &s);
        if (fabs(s.level_out_dbfs - TONE_DBFS) < 1.5)
            return true;
    }
    printf("# session: %.1f dBFS heard\n", s.level_out_dbfs);
    return false;
}
