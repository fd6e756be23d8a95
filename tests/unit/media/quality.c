/* How good a call is (ITU-T G.107), and whether the two sides hear each other. */
#include <math.h>

#include "check.h"
#include "rtp/emodel.h"
#include "rtp/hearing.h"
#include "rtp/muted.h"
#include "rtp/quality.h"
#include "suites.h"

static double rating(double delay_ms, double loss_pct)
{
    struct emodel e = {delay_ms, loss_pct};

    return emodel_r(&e);
}

/* G.107 Annex B, Table B.1: lower limits of R, and MOS there */
static int test_mos(void)
{
    static const struct {
        double r;
        double mos;
    } table[] = {{90, 4.34}, {80, 4.03}, {70, 3.60}, {60, 3.10}, {50, 2.58}};
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(table); i++)
        CHECK(fabs(emodel_mos(table[i].r) - table[i].mos) < 0.01);
    for (double r = -5; r < 6.5; r += 0.5)
        CHECK(emodel_mos(r) == 1);
    CHECK(emodel_mos(100) == 4.5 && emodel_mos(120) == 4.5);
    CHECK(fabs(emodel_mos(93.2) - 4.41) < 0.006); /* the best telephone call */
out:
    return err;
}

/* G.113 (1999) Appendix I, Table I.2: measured Ie of G.711 with concealment under random loss */
static int test_loss(void)
{
    static const struct {
        double loss;
        double ie;
    } table[] = {{0, 0}, {1, 5}, {2, 7}, {3, 10}, {5, 15}, {7, 20}, {10, 25}};
    double before = 100;
    double r;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(table); i++) {
        r = rating(0, table[i].loss);
        CHECK(fabs(93.2 - r - table[i].ie) <= 2.1);
        CHECK(r < before);
        before = r;
    }
    CHECK(rating(50, 0) == 93.2);
    /* whatever a peer's packets make of the figures, it is one */
    CHECK(rating(1e9, 100) == 0);
    CHECK(rating(0, -1) == 93.2);
out:
    return err;
}

/* G.107 7.4: free up to 100 ms; at 200 and 400 ms the formula by hand, x = 1 and x = 2 */
static int test_delay(void)
{
    int err = 0;

    CHECK(rating(100, 0) == 93.2);
    CHECK(fabs(93.2 - rating(200, 0) - 3.04) < 0.01);
    CHECK(fabs(93.2 - rating(400, 0) - 24.07) < 0.01);
out:
    return err;
}

/* A second, of which so much is made up. */
static double listen(struct quality *q, struct jitter_stats *s, uint64_t concealed_us)
{
    struct jitter_stats all;

    s->played_us += 1000000;
    s->concealed_us += concealed_us;
    all = *s;
    quality_look(q, &all);
    return quality_mos(q, 100);
}

/* What was bad is forgotten, also by another jitter buffer; the share of all is not. */
static int test_well_again(void)
{
    struct quality q;
    struct jitter_stats s = {0}, all;
    double mos = 0;
    int err = 0;

    quality_init(&q);
    CHECK(quality_mos(&q, 0) == -1 && quality_concealed_pct(&s) == -1);
    for (unsigned i = 0; i < 30; i++)
        mos = listen(&q, &s, 200000);
    CHECK(fabs(mos - 2.63) < 0.01); /* G.107: R is 93.2 - 95 * 20 / 45.1 */
    quality_past(&q, &s);
    memset(&s, 0, sizeof(s));
    for (unsigned i = 0; i < 30; i++)
        mos = listen(&q, &s, 0);
    CHECK(mos > 4.3);
    all = s;
    quality_look(&q, &all);
    CHECK(fabs(quality_concealed_pct(&all) - 10) < 1e-9);
out:
    return err;
}

/* A call in which all is well, a second later each time. */
static void second(struct hearing *h, struct hearing_facts *f, uint64_t *now)
{
    *now += 1000;
    f->left += 50;
    f->came += 50;
    if (*now % 5000 == 0) {
        f->rtcp++;
        f->reports++;
        f->last_seq += 250;
    }
    hearing_look(h, f, *now);
}

static const struct hearing_facts talking = {.sends = true, .receives = true, .mic = true};

static int test_well(void)
{
    struct hearing h = {0};
    struct hearing_facts f = talking;
    uint64_t now = 7000;
    int err = 0;

    for (unsigned i = 0; i < 100; i++) {
        second(&h, &f, &now);
        CHECK(h.unheard == ARS_SOUND_GOOD && h.silent == ARS_SOUND_GOOD);
    }
out:
    return err;
}

/* Seconds until it is told; -1: not within 60. */
static int unheard_after(struct hearing_facts f, void (*spoil)(struct hearing_facts *f, uint64_t),
                         enum ars_sound_cause *ret_cause)
{
    struct hearing h = {0};
    uint64_t now = 0;

    for (unsigned i = 0; i < 12; i++)
        second(&h, &f, &now);
    for (int i = 1; i <= 60; i++) {
        struct hearing_facts g;

        now += 1000;
        g = f;
        spoil(&f, now);
        if (f.left == g.left && f.came == g.came)
            f.came += 50;
        hearing_look(&h, &f, now);
        *ret_cause = h.unheard;
        if (h.unheard)
            return i;
    }
    return -1;
}

static void no_microphone(struct hearing_facts *f, uint64_t now)
{
    (void)now;
    f->mic = false;
    f->left += 50;
}

static void muted_and_silent(struct hearing_facts *f, uint64_t now)
{
    (void)now;
    f->sends = f->mic = false;
    f->left += 50;
}

static void no_socket(struct hearing_facts *f, uint64_t now)
{
    (void)f;
    (void)now;
}

static void no_reports(struct hearing_facts *f, uint64_t now)
{
    (void)now;
    f->left += 50;
}

static void nothing_there(struct hearing_facts *f, uint64_t now)
{
    f->left += 50;
    if (now % 5000 == 0) {
        f->rtcp++;
        f->reports++;
    }
}

/* Of what it hears nothing is ours. */
static void about_others(struct hearing_facts *f, uint64_t now)
{
    f->left += 50;
    f->rtcp += now % 5000 == 0;
}

/* It has much to tell, of us each 5 s. */
static void talkative(struct hearing_facts *f, uint64_t now)
{
    f->left += 50;
    f->rtcp++;
    if (now % 5000)
        return;
    f->reports++;
    f->last_seq += 250;
}

static void lossy(struct hearing_facts *f, uint64_t now)
{
    f->left += 50;
    if (now % 5000)
        return;
    f->rtcp++;
    f->reports++;
    f->last_seq += 250;
    f->fraction = 128;
}

static int test_unheard(void)
{
    static const struct {
        void (*spoil)(struct hearing_facts *f, uint64_t now);
        enum ars_sound_cause cause;
        int from; /* s */
        int to;
    } cases[] = {
        {no_microphone, ARS_SOUND_MICROPHONE, 4, 6},
        {no_socket, ARS_SOUND_UNSENT, 2, 4},
        {no_reports, ARS_SOUND_UNREPORTED, 20, 30},
        {nothing_there, ARS_SOUND_NOTHING, 8, 13},
        {about_others, ARS_SOUND_NOTHING, 10, 20},
        {talkative, ARS_SOUND_GOOD, -1, -1},
        {lossy, ARS_SOUND_LOST, 8, 13},
        {muted_and_silent, ARS_SOUND_GOOD, -1, -1},
    };
    enum ars_sound_cause cause;
    int after;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(cases); i++) {
        after = unheard_after(talking, cases[i].spoil, &cause);
        CHECK(after >= cases[i].from && after <= cases[i].to);
        CHECK(cause == cases[i].cause);
    }
out:
    return err;
}

/* A far end that sends no RTCP at all, or never a word about us, is no reason for alarm. */
static int test_no_rtcp(void)
{
    struct hearing h = {0};
    struct hearing_facts f = talking;
    int err = 0;

    for (uint64_t now = 0; now < 120000; now += 1000) {
        f.left += 50;
        f.came += 50;
        f.rtcp += now > 60000 && now % 5000 == 0;
        hearing_look(&h, &f, now);
        CHECK(!h.unheard);
    }
out:
    return err;
}

static int test_silent(void)
{
    struct hearing h = {0};
    struct hearing_facts f = talking;
    uint64_t now = 0;
    int err = 0;

    for (unsigned i = 0; i < 6; i++) {
        now += 1000;
        f.left += 50;
        hearing_look(&h, &f, now);
        CHECK(h.silent == (i < 4 ? ARS_SOUND_GOOD : ARS_SOUND_NOTHING));
    }
    f.refused += 50;
    now += 1000;
    hearing_look(&h, &f, now);
    CHECK(h.silent == ARS_SOUND_UNREADABLE);
    second(&h, &f, &now);
    CHECK(h.silent == ARS_SOUND_GOOD); /* over */
    f.quiet = true;                    /* it said that it sends nothing while nobody speaks */
    for (unsigned i = 0; i < 30; i++) {
        now += 1000;
        f.left += 50;
        hearing_look(&h, &f, now);
        CHECK(h.silent == ARS_SOUND_GOOD);
    }
    f.quiet = false;
    f.receives = false; /* held */
    for (unsigned i = 0; i < 30; i++) {
        now += 1000;
        hearing_look(&h, &f, now);
        CHECK(h.silent == ARS_SOUND_GOOD);
    }
    f.receives = true; /* begins anew */
    now += 1000;
    hearing_look(&h, &f, now);
    CHECK(h.silent == ARS_SOUND_GOOD);
out:
    return err;
}

/* So many ms of a tone so loud, frame by frame. Whether it is told at the end of them. */
static bool say(struct muted *m, double dbfs, unsigned ms)
{
    double peak = 32768 * pow(10, dbfs / 20) * sqrt(2);
    int16_t pcm[480];

    for (int i = 0; i < 480; i++)
        pcm[i] = (int16_t)lrint(peak * sin(i * 6.283185307179586 / 48));
    for (unsigned i = 0; i < ms / 10; i++) {
        bool was = m->talks;
        if (muted_hear(m, pcm, 480) != (was != m->talks))
            return !m->talks;
    }
    return m->talks;
}

/* A voice is told once; a room, a cough and a pause in a sentence make no difference. */
static int test_talks_muted(void)
{
    const double voice = -25, room = -58;
    struct muted m = {0};
    int err = 0;

    CHECK(!say(&m, room, 3000));
    CHECK(!say(&m, voice, 500)); /* a cough */
    CHECK(!say(&m, room, 1000));
    CHECK(say(&m, voice, 1500));
    CHECK(say(&m, room, 500)); /* a pause */
    CHECK(!say(&m, room, 4000));
    CHECK(!say(&m, voice, 3000)); /* has been told */
    memset(&m, 0, sizeof(m));     /* another mute */
    CHECK(say(&m, voice, 1500));
out:
    return err;
}

int suite_quality(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"quality/mos", test_mos, false},
        {"quality/loss", test_loss, false},
        {"quality/delay", test_delay, false},
        {"quality/well", test_well, false},
        {"quality/well-again", test_well_again, false},
        {"quality/unheard", test_unheard, false},
        {"quality/no-rtcp", test_no_rtcp, false},
        {"quality/silent", test_silent, false},
        {"quality/talks-muted", test_talks_muted, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
