/* Rooms of chance, with a speaker and a microphone in them. */
#include "audio/process.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audio/mixer.h"
#include "audio/process/search.h"
#include "audio/process/skew.h"
#include "check.h"
#include "lab.h"
#include "suites.h"

#define RATE  16000
#define HALF  160
#define RIR   3200   /* 200 ms */
#define CLIP  9000.0 /* the speaker gives no more */
#define AHEAD 64     /* samples that are known before they are heard: 20 s of 100 ppm, and 8 */

struct scene {
    unsigned seed;
    double decay_ms; /* of the room: to 1/e */
    unsigned delay;  /* samples of 16 kHz, of cards and sound server */
    bool clip;
    unsigned moved;  /* second in which the room changes, 0: never */
    unsigned sooner; /* samples by which the delay falls then, in the same room */
    double ppm;      /* by which the microphone's clock is faster */
    unsigned seconds;
    double near; /* amplitude of who talks here */
    double far;
};

static double uniform(unsigned *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) / 8388608.0 - 1;
}

/* Noise with a spectrum and syllables like speech's, of some 4 Hz with pauses. */
struct talker {
    unsigned seed;
    double low, mid;
    unsigned n;
};

static double talk(struct talker *t)
{
    double x = uniform(&t->seed);
    double s = t->n++ / (double)RATE;
    double envelope = fmax(0, sin(2 * M_PI * 3.7 * s)) * (fmod(s, 3) < 2.5);

    t->low += 0.25 * (x - t->low);
    t->mid += 0.7 * (t->low - t->mid);
    return (0.2 * x + 1.6 * t->mid) * (0.05 + envelope);
}

static void make_room(double *rir, unsigned seed, double decay_ms)
{
    double power = 0;

    for (unsigned i = 0; i < RIR; i++) {
        rir[i] = uniform(&seed) * exp(-(double)i / (decay_ms * RATE / 1000)) + (i == 0 ? 1.5 : 0);
        power += rir[i] * rir[i];
    }
    /* the echo is 6 dB below what is played */
    for (unsigned i = 0; i < RIR; i++)
        rir[i] *= 0.5 / sqrt(power);
}

struct heard {
    double in[64]; /* mean square, a second each */
    double out[64];
    double cpu_ms; /* a second */
    unsigned lag_ms;
};

static void to_frame(const double *half, int16_t *pcm, double *last)
{
    for (unsigned i = 0; i < HALF; i++) {
        for (unsigned k = 0; k < 3; k++) {
            double v = *last + (half[i] - *last) * (k + 1) / 3;
            pcm[3 * i + k] = (int16_t)lrint(fmax(-32767, fmin(32767, v)));
        }
        *last = half[i];
    }
}

static double mean_square(const int16_t *pcm)
{
    double sum = 0;

    for (unsigned i = 0; i < AUDIO_FRAME; i++)
        sum += (double)pcm[i] * pcm[i];
    return sum / AUDIO_FRAME / 100;
}

static double echo_of(const double *played, size_t now, const double *rir, unsigned delay)
{
    double sum = 0;

    for (unsigned k = 0; k < RIR; k++) {
        if (now < k + delay)
            break;
        sum += rir[k] * played[now - k - delay];
    }
    return sum;
}

/* Between samples, 8 of them on each side: a windowed sinc. */
static double between(const double *x, double at)
{
    long middle = (long)floor(at);
    double sum = 0;

    for (long k = middle - 7; k <= middle + 8; k++) {
        double d = M_PI * (at - (double)k);
        double window = cos(d / 18);
        if (k >= 0)
            sum += x[k] * (fabs(d) < 1e-9 ? 1 : sin(d) / d) * window * window;
    }
    return sum;
}

static int play(const struct scene *s, const struct ars_voice *voice, struct heard *h)
{
    struct talker far = {.seed = s->seed}, near = {.seed = s->seed + 77};
    size_t n = (size_t)s->seconds * RATE;
    double *played = calloc(n, sizeof(*played));
    double *echo = calloc(n + AHEAD, sizeof(*echo));
    double rir[RIR], given[HALF], mic[HALF], last_mic = 0, last_far = 0, cpu = 0;
    unsigned noise = s->seed + 5;
    unsigned delay = s->delay;
    int16_t pcm[AUDIO_FRAME];
    struct process *p = NULL;
    int err = 0;

    memset(h, 0, sizeof(*h));
    CHECK(played && echo);
    CHECK_INT(process_alloc(&p, voice), 0);
    make_room(rir, s->seed, s->decay_ms);
    for (size_t at = 0; at < n; at += HALF) {
        unsigned second = (unsigned)(at / RATE);
        clock_t start;

        if (s->moved && at == (size_t)s->moved * RATE) {
            delay -= s->sooner;
            make_room(rir, s->seed + !s->sooner, s->decay_ms);
        }
        for (unsigned i = 0; i < HALF; i++) {
            given[i] = s->far * talk(&far);
            played[at + i] = s->clip ? CLIP * tanh(given[i] / CLIP) : given[i];
            if (s->ppm != 0) {
                echo[at + i + AHEAD] = echo_of(played, at + i + AHEAD, rir, delay);
                mic[i] = between(echo, (double)(at + i) / (1 + s->ppm * 1e-6));
            } else {
                mic[i] = echo_of(played, at + i, rir, delay);
            }
            mic[i] += 10 * uniform(&noise) + s->near * talk(&near);
        }
        to_frame(mic, pcm, &last_mic);
        h->in[second] += mean_square(pcm);
        start = clock();
        process_near(p, pcm, 0);
        cpu += (double)(clock() - start);
        h->out[second] += mean_square(pcm);
        to_frame(given, pcm, &last_far);
        start = clock();
        process_far(p, pcm);
        cpu += (double)(clock() - start);
    }
    h->cpu_ms = cpu / CLOCKS_PER_SEC * 1000 / s->seconds;
    h->lag_ms = process_lag(p) / 48;
out:
    process_free(p);
    free(played);
    free(echo);
    return err;
}

/* Echo return loss enhancement over some seconds. */
static double erle(const struct heard *h, unsigned from, unsigned to)
{
    double in = 0, out = 1e-9;

    for (unsigned k = from; k < to; k++) {
        in += h->in[k];
        out += h->out[k];
    }
    return 10 * log10(in / out);
}

static const struct ars_voice echo_alone = {.echo = ARS_STRENGTH_HIGH};
static const struct ars_voice echo_noise = {.echo = ARS_STRENGTH_HIGH, .noise = ARS_STRENGTH_LOW};

static int test_rooms(void)
{
    static const double decays[] = {25, 50};
    struct heard h;
    int err = 0;

    for (unsigned room = 0; room < 2; room++) {
        struct scene s = {
            .seed = 11 + room, .decay_ms = decays[room], .delay = 640, .seconds = 10, .far = 6000};
        CHECK_INT(play(&s, &echo_noise, &h), 0);
        printf("# room %u: ERLE %.1f dB, in the third second %.1f, CPU %.1f ms/s\n", room,
               erle(&h, 6, 10), erle(&h, 2, 3), h.cpu_ms);
        CHECK(erle(&h, 6, 10) >= 35);
        CHECK(erle(&h, 2, 3) >= 15);
        s.clip = true;
        s.far = 20000;
        CHECK_INT(play(&s, &echo_noise, &h), 0);
        printf("# room %u, soft clip: ERLE %.1f dB\n", room, erle(&h, 6, 10));
        CHECK(erle(&h, 6, 10) >= 25);
        s.far = 60000;
        CHECK_INT(play(&s, &echo_noise, &h), 0);
        printf("# room %u, far too loud: ERLE %.1f dB\n", room, erle(&h, 6, 10));
        CHECK(erle(&h, 6, 10) >= 25);
    }
out:
    return err;
}

static int test_delays(void)
{
    struct heard h;
    int err = 0;

    for (unsigned ms = 0; ms <= 500; ms += 250) {
        struct scene s = {
            .seed = 21, .decay_ms = 25, .delay = ms * 16 + 160, .seconds = 9, .far = 6000};
        CHECK_INT(play(&s, &echo_noise, &h), 0);
        printf("# %u ms: ERLE %.1f dB, held back %u ms\n", ms, erle(&h, 6, 9), h.lag_ms);
        CHECK(erle(&h, 6, 9) >= 25);
    }
out:
    return err;
}

static int test_path_change(void)
{
    struct scene s = {
        .seed = 31, .decay_ms = 25, .delay = 640, .seconds = 10, .far = 6000, .moved = 5};
    struct heard h;
    int err = 0;

    CHECK_INT(play(&s, &echo_noise, &h), 0);
    printf("# room changed: ERLE %.1f dB in the fourth second after\n", erle(&h, 8, 9));
    CHECK(erle(&h, 8, 9) >= 15);
out:
    return err;
}

/* The sound server takes less time than before: the echo comes before what it is taken from. */
static int test_sooner(void)
{
    static const unsigned ms[] = {15, 40};
    struct heard h;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(ms); i++) {
        struct scene s = {.seed = 21,
                          .decay_ms = 25,
                          .delay = 250 * 16,
                          .seconds = 12,
                          .far = 6000,
                          .moved = 6,
                          .sooner = ms[i] * 16};
        CHECK_INT(play(&s, &echo_noise, &h), 0);
        printf("# %u ms sooner: ERLE %.1f dB, held back %u ms\n", ms[i], erle(&h, 9, 12), h.lag_ms);
        CHECK(erle(&h, 9, 12) >= 25);
    }
out:
    return err;
}

/* Two cards, each with a clock of its own, 100 ppm apart. */
static int test_two_clocks(void)
{
    static const double ppm[] = {100, -100};
    struct heard h;
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(ppm); i++) {
        struct scene s = {
            .seed = 21, .decay_ms = 25, .delay = 640, .seconds = 20, .far = 6000, .ppm = ppm[i]};
        CHECK_INT(play(&s, &echo_noise, &h), 0);
        printf("# %.0f ppm: ERLE %.1f dB at first, then %.1f\n", ppm[i], erle(&h, 5, 10),
               erle(&h, 17, 20));
        CHECK(erle(&h, 17, 20) >= 25);
    }
out:
    return err;
}

/* What moves once, or a little, or to and fro, is no clock. */
static int test_skew(void)
{
    static const struct {
        float step, jump, swing;
        float wanted; /* samples a look */
    } rows[] = {
        {1, 0, 0, 1}, {-1, 0, 0, -1}, {1.2f, 0, 6, 1.2f}, {0.05f, 0, 0, 0},
        {0, 0, 6, 0}, {0, 100, 0, 0}, {0, -100, 6, 0},    {0, 0, 0, 0},
    };
    struct skew s;
    int err = 0;

    for (size_t k = 0; k < CHECK_COUNT(rows); k++) {
        float moves = 0;
        skew_reset(&s);
        for (unsigned i = 0; i < SKEW_PARTS * SKEW_PART; i++) {
            float at = 1000 + rows[k].step * (float)i + (i > 24 ? rows[k].jump : 0);
            CHECK(moves == 0);
            moves = skew_put(&s, at + (i & 4 ? rows[k].swing : 0), 25);
        }
        CHECK(fabsf(moves * 25 - rows[k].wanted) <= 0.1f * fabsf(rows[k].wanted));
    }
out:
    return err;
}

/* Who talks at the same time is not taken for an echo. */
static int test_double_talk(void)
{
    struct scene s = {
        .seed = 41, .decay_ms = 25, .delay = 640, .seconds = 10, .far = 6000, .near = 6000};
    struct scene alone = s;
    struct heard both, near;
    int err = 0;
    double loss;

    alone.far = 0;
    CHECK_INT(play(&s, &echo_alone, &both), 0);
    CHECK_INT(play(&alone, &echo_alone, &near), 0);
    loss = 10 * log10(near.out[8] / both.out[8]);
    printf("# double talk: %.1f dB lost; alone %.1f dB\n", loss, erle(&near, 6, 10));
    CHECK(fabs(erle(&near, 6, 10)) < 1);
    CHECK(loss < 2);
    CHECK(loss > -2);
out:
    return err;
}

/* What has been loud and is quiet now teaches nothing: there is no power to learn from. */
static int test_quiet_again(void)
{
    static struct search s;
    int16_t far[AUDIO_FRAME], near[AUDIO_FRAME] = {0};
    unsigned seed = 51;
    int err = 0;

    search_reset(&s);
    for (unsigned f = 0; f < 1000; f++) {
        for (unsigned i = 0; i < AUDIO_FRAME; i++)
            far[i] = (int16_t)(i % 24 ? far[i - 1] : 32000 * uniform(&seed));
        (void)search_frame(&s, far, near);
    }
    memset(far, 0, sizeof(far));
    for (unsigned f = 0; f < 100; f++) /* longer than it remembers */
        (void)search_frame(&s, far, near);
    CHECK(s.power == 0);
out:
    return err;
}

/* Rumble goes, speech stays; nothing to do is nothing done. */
static int test_highpass(void)
{
    static const struct ars_voice conf = {.highpass = ARS_STRENGTH_LOW};
    static const struct ars_voice nothing = {0};
    static const unsigned hz[] = {20, 1000};
    struct process *p = NULL;
    double level[2] = {0};
    int err = 0;

    CHECK_INT(process_alloc(&p, &nothing), 0);
    CHECK(!p);
    for (unsigned k = 0; k < 2; k++) {
        CHECK_INT(process_alloc(&p, &conf), 0);
        for (unsigned f = 0; f < 100; f++) {
            int16_t pcm[AUDIO_FRAME];
            for (unsigned i = 0; i < AUDIO_FRAME; i++)
                pcm[i] = (int16_t)(10000 * sin(2 * M_PI * hz[k] * (f * 480 + i) / 48000.0));
            process_near(p, pcm, 0);
            process_far(p, pcm);
            level[k] += f < 50 ? 0 : mean_square(pcm) * 2;
        }
        process_free(p);
        p = NULL;
    }
    /* 80 Hz, second order: 24 dB at 20 Hz */
    CHECK(10 * log10(level[0] / 5e7) < -23);
    CHECK(fabs(10 * log10(level[1] / 5e7)) < 0.2);
out:
    process_free(p);
    return err;
}

int suite_process(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"process/high-pass", test_highpass, false},
        {"process/two rooms, linear and clipping", test_rooms, false},
        {"process/0 to 500 ms from speaker to microphone", test_delays, false},
        {"process/another room", test_path_change, false},
        {"process/two clocks", test_two_clocks, false},
        {"process/how fast an echo moves", test_skew, false},
        {"process/the sound comes back sooner", test_sooner, false},
        {"process/nothing is left of a loud while", test_quiet_again, false},
        {"process/double talk", test_double_talk, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
