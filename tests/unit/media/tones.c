/* The tones of the network, and of the keys. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>

#include "audio/mixer.h"
#include "audio/tone.h"
#include "check.h"
#include "suites.h"

#define PI 3.141592653589793

/* Where a tone is on and off, by 10 ms: one character each. */
static void cadence(enum ars_tones country, enum ars_tone kind, char *out, size_t n)
{
    struct tone t = {0};
    int32_t mix[AUDIO_FRAME];
    double energy;

    tone_set(&t, country, kind);
    for (size_t i = 0; i < n; i++) {
        memset(mix, 0, sizeof(mix));
        tone_add(&t, mix);
        energy = 0;
        for (int k = 0; k < AUDIO_FRAME; k++)
            energy += (double)mix[k] * mix[k];
        out[i] = energy > 0 ? '#' : '.';
    }
}

/* ITU-T E.180 Supplement 2; 10 ms on and off, from the start on. */
static const struct {
    enum ars_tones country;
    enum ars_tone kind;
    int on;
    int off;
    double hz;
    double also_hz;
} listed[] = {
    {ARS_TONES_RU, ARS_TONE_RINGBACK, 100, 400, 425, 0},
    {ARS_TONES_RU, ARS_TONE_BUSY, 35, 35, 425, 0},
    {ARS_TONES_RU, ARS_TONE_WAITING, 20, 500, 425, 0},
    {ARS_TONES_EU, ARS_TONE_RINGBACK, 100, 400, 425, 0},
    {ARS_TONES_EU, ARS_TONE_BUSY, 48, 48, 425, 0},
    {ARS_TONES_EU, ARS_TONE_CONGESTION, 24, 24, 425, 0},
    {ARS_TONES_US, ARS_TONE_RINGBACK, 200, 400, 440, 480},
    {ARS_TONES_US, ARS_TONE_BUSY, 50, 50, 480, 620},
    {ARS_TONES_US, ARS_TONE_CONGESTION, 25, 25, 480, 620},
    {ARS_TONES_US, ARS_TONE_WAITING, 30, 1000, 440, 0},
};

/* Energy at hz, of all that is in mix: 1 for a sine. */
static double share(const double *pcm, size_t n, double hz)
{
    double re = 0, im = 0, all = 0;

    for (size_t i = 0; i < n; i++) {
        re += pcm[i] * cos(2 * PI * hz * (double)i / AUDIO_RATE);
        im += pcm[i] * sin(2 * PI * hz * (double)i / AUDIO_RATE);
        all += pcm[i] * pcm[i];
    }
    return all > 0 ? 2 * (re * re + im * im) / ((double)n * all) : 0;
}

/* The first 200 ms, without their edges. */
static int judge_tone(size_t which)
{
    static double pcm[16 * AUDIO_FRAME];
    int32_t mix[AUDIO_FRAME];
    struct tone t = {0};
    double want = listed[which].also_hz > 0 ? 0.5 : 1;
    int err = 0;

    tone_set(&t, listed[which].country, listed[which].kind);
    for (int i = 0; i < 18; i++) {
        memset(mix, 0, sizeof(mix));
        tone_add(&t, mix);
        for (int k = 0; k < AUDIO_FRAME && i >= 1 && i < 17; k++)
            pcm[(i - 1) * AUDIO_FRAME + k] = mix[k];
    }
    CHECK(fabs(share(pcm, 16 * AUDIO_FRAME, listed[which].hz) - want) < 0.05);
    if (listed[which].also_hz > 0)
        CHECK(fabs(share(pcm, 16 * AUDIO_FRAME, listed[which].also_hz) - want) < 0.05);
out:
    return err;
}

static int test_tones(void)
{
    static char is[2100];
    int err = 0;

    for (size_t n = 0; n < CHECK_COUNT(listed); n++) {
        int period = listed[n].on + listed[n].off;

        cadence(listed[n].country, listed[n].kind, is, 2 * (size_t)period);
        for (int i = 0; i < 2 * period; i++)
            CHECK(is[i] == (i % period < listed[n].on ? '#' : '.'));
        TRY(judge_tone(n));
    }
    cadence(ARS_TONES_RU, ARS_TONE_RINGING, is, 300);
    CHECK(is[0] == '#' && is[89] == '#' && is[91] == '.' && is[299] == '.');
    cadence(ARS_TONES_RU, ARS_TONE_NONE, is, 10);
    CHECK(!memchr(is, '#', 10));
out:
    return err;
}

/*
 * ITU-T Q.23: a 5 is 770 and 1336 Hz, a # 941 and 1477 Hz; 100 ms each, 70 ms between. A pause has
 * 2 s.
 */
static int test_keys(void)
{
    static double pcm[234 * AUDIO_FRAME];
    int32_t mix[AUDIO_FRAME];
    struct keys keys = {{0}, 0};
    size_t frames = 0;
    int err = 0;

    keys_press(&keys, "5,");
    keys_press(&keys, "#");
    for (; frames < 234; frames++) {
        memset(mix, 0, sizeof(mix));
        CHECK(keys_add(&keys, mix) == (frames < 17 || frames >= 217));
        for (int k = 0; k < AUDIO_FRAME; k++)
            pcm[frames * AUDIO_FRAME + (size_t)k] = mix[k];
    }
    CHECK(!keys_add(&keys, mix));
    CHECK(fabs(share(pcm + AUDIO_FRAME, 8 * AUDIO_FRAME, 770) - 0.5) < 0.1);
    CHECK(fabs(share(pcm + AUDIO_FRAME, 8 * AUDIO_FRAME, 1336) - 0.5) < 0.1);
    CHECK(share(pcm + 10 * AUDIO_FRAME, 7 * AUDIO_FRAME, 770) == 0);
    CHECK(share(pcm + 17 * AUDIO_FRAME, 200 * AUDIO_FRAME, 770) == 0);
    CHECK(fabs(share(pcm + 218 * AUDIO_FRAME, 8 * AUDIO_FRAME, 941) - 0.5) < 0.1);
    CHECK(fabs(share(pcm + 218 * AUDIO_FRAME, 8 * AUDIO_FRAME, 1477) - 0.5) < 0.1);
out:
    return err;
}

/* Of a whole announcement. */
static double ring_power(struct ars_ringer ringer, size_t *ret_frames)
{
    struct tone t = {.ringer = ringer};
    double power = 0;

    tone_set(&t, ARS_TONES_EU, ARS_TONE_RINGING);
    *ret_frames = tone_ring_ms(ringer.sound) / 10;
    for (size_t i = 0; i < *ret_frames; i++) {
        int32_t mix[AUDIO_FRAME] = {0};
        tone_add(&t, mix);
        for (int k = 0; k < AUDIO_FRAME; k++)
            power += (double)mix[k] * mix[k];
    }
    return power / (double)*ret_frames / AUDIO_FRAME;
}

/* Each can be heard, pauses, and is as much softer as it says: 40 log10 of the share. */
static int test_ringers(void)
{
    enum ars_ring_sound back;
    size_t frames;
    int err = 0;

    for (enum ars_ring_sound s = 0; s < ARS_RING_SOUNDS; s++) {
        struct ars_ringer ringer = {.sound = s};
        double full = ring_power(ringer, &frames);
        printf("# %s: %zu ms, %.1f dBFS\n", ars_ring_sound_name(s), frames * 10,
               10 * log10(full) - 20 * log10(32768));
        CHECK(frames >= 250 && frames <= 600);
        CHECK(10 * log10(full) - 20 * log10(32768) > -25);
        ringer.volume = 50;
        CHECK(fabs(10 * log10(full / ring_power(ringer, &frames)) - 12.04) < 0.1);
        ringer.volume = 100;
        CHECK(fabs(10 * log10(full / ring_power(ringer, &frames))) < 0.01);
        CHECK(ars_ring_sound_parse(ars_ring_sound_name(s), &back) && back == s);
    }
    CHECK(!ars_ring_sound_parse("gong", &back));
out:
    return err;
}

int suite_tones(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"tones/listed", test_tones, false},
        {"tones/ringers", test_ringers, false},
        {"tones/keys", test_keys, false},
    };

    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
