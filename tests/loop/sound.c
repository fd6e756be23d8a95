/*
 * What a recording holds.
 */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "sound.h"

#define SAMPLES_MAX (120u * 48000u)
#define STEP_MS     20

static uint32_t get_u32(const uint8_t *p)
{
    return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static int read_header(FILE *f, struct sound *s)
{
    uint8_t riff[12], chunk[8], fmt[16];

    if (fread(riff, sizeof(riff), 1, f) != 1 || memcmp(riff, "RIFF", 4) ||
        memcmp(riff + 8, "WAVE", 4))
        return EBADMSG;
    while (fread(chunk, sizeof(chunk), 1, f) == 1) {
        uint32_t len = get_u32(chunk + 4);

        if (!memcmp(chunk, "data", 4))
            return s->rate ? 0 : EBADMSG;
        if (!memcmp(chunk, "fmt ", 4) && len >= sizeof(fmt)) {
            if (fread(fmt, sizeof(fmt), 1, f) != 1 || fmt[2] != 1 || fmt[14] != 16)
                return EBADMSG;
            s->rate = get_u32(fmt + 4);
            len -= sizeof(fmt);
        }
        if (fseek(f, (long)len, SEEK_CUR))
            return EBADMSG;
    }
    return EBADMSG;
}

int sound_read(struct sound *s, const char *path)
{
    FILE *f = fopen(path, "re");

    memset(s, 0, sizeof(*s));
    if (!f)
        return check_fail(__FILE__, __LINE__, "%s: %s", path, strerror(errno));

    int err = read_header(f, s);

    if (!err) {
        s->pcm = malloc(SAMPLES_MAX * sizeof(*s->pcm));
        if (s->pcm)
            s->n = fread(s->pcm, sizeof(*s->pcm), SAMPLES_MAX, f);
        else
            err = ENOMEM;
    }
    fclose(f);
    if (err)
        check_fail(__FILE__, __LINE__, "%s: not a recording", path);
    return err;
}

void sound_free(struct sound *s)
{
    free(s->pcm);
    memset(s, 0, sizeof(*s));
}

uint32_t sound_ms(const struct sound *s)
{
    return s->rate ? (uint32_t)(s->n * UINT64_C(1000) / s->rate) : 0;
}

static size_t at(const struct sound *s, uint32_t ms)
{
    size_t i = (size_t)ms * s->rate / 1000;

    return i < s->n ? i : s->n;
}

static double power(const struct sound *s, size_t from, size_t to)
{
    double sum = 0;

    for (size_t i = from; i < to; i++)
        sum += (double)s->pcm[i] * s->pcm[i];
    return to > from ? sum / (double)(to - from) : 0;
}

/* Power of the sine of hz, by correlation with both phases. */
static double sine_power(const struct sound *s, double hz, size_t from, size_t to)
{
    double c = 0, q = 0;
    double n = (double)(to - from);

    if (to <= from)
        return 0;
    for (size_t i = from; i < to; i++) {
        double w = 2 * M_PI * hz / s->rate * (double)(i - from);

        c += s->pcm[i] * cos(w);
        q += s->pcm[i] * sin(w);
    }
    return 2 * (c * c + q * q) / (n * n);
}

double sound_level(const struct sound *s, uint32_t from_ms, uint32_t to_ms)
{
    double p = power(s, at(s, from_ms), at(s, to_ms));

    return p > 0 ? 10 * log10(p / (32768.0 * 32768.0)) : -120;
}

double sound_share(const struct sound *s, double hz, uint32_t from_ms, uint32_t to_ms)
{
    size_t from = at(s, from_ms), to = at(s, to_ms);
    double all = power(s, from, to);

    return all > 0 ? sine_power(s, hz, from, to) / all : 0;
}

static double strongest(const struct sound *s, size_t from, size_t to, double low, double high,
                        double step)
{
    double best = low, best_power = -1;

    for (double hz = low; hz <= high; hz += step) {
        double p = sine_power(s, hz, from, to);

        if (p > best_power) {
            best_power = p;
            best = hz;
        }
    }
    return best;
}

double sound_pitch(const struct sound *s, uint32_t from_ms, uint32_t to_ms)
{
    size_t from = at(s, from_ms), to = at(s, to_ms);
    size_t tenth = at(s, from_ms + 100) < to ? at(s, from_ms + 100) : to;
    double rough = strongest(s, from, tenth, 100, 2000, 5); /* 100 ms see 10 Hz */

    return strongest(s, from, to, rough - 10, rough + 10, 0.5);
}

void sound_gap(const struct sound *s, double dbfs, uint32_t *ret_from_ms, uint32_t *ret_ms)
{
    uint32_t best = 0, best_from = 0, from = 0;

    for (uint32_t t = 0; t + STEP_MS <= sound_ms(s); t += STEP_MS) {
        if (sound_level(s, t, t + STEP_MS) >= dbfs) {
            from = t + STEP_MS;
        } else if (t + STEP_MS - from > best) {
            best = t + STEP_MS - from;
            best_from = from;
        }
    }
    *ret_from_ms = best_from;
    *ret_ms = best;
}
