/*
 * What was played. It begins one frame behind the microphone, follows each sample that a ring on
 * the way loses or gains, and runs by the microphone's clock, so that an echo stays where the
 * canceller has found it.
 */
#include "audio/process/reference.h"

#include <math.h>
#include <string.h>

#include "audio/drift.h"
#include "audio/mixer.h"
#include "pcm.h"

#define MASK (REFERENCE_SIZE - 1)
/* Two clocks differ by no more: 500 ppm, in samples a frame. */
#define SKEW_MAX 0.24f
/* What interpolation looks at behind a sample. */
#define AHEAD 2

void reference_reset(struct reference *r)
{
    memset(r, 0, sizeof(*r));
    r->written = REFERENCE_SIZE;
    r->next = r->written - AUDIO_FRAME;
}

void reference_skew(struct reference *r, float more)
{
    float skew = r->skew + more;

    r->skew = skew > SKEW_MAX ? SKEW_MAX : skew < -SKEW_MAX ? -SKEW_MAX : skew;
}

void reference_put(struct reference *r, const int16_t *pcm)
{
    for (unsigned i = 0; i < AUDIO_FRAME; i++)
        r->pcm[(r->written + i) & MASK] = pcm[i];
    r->written += AUDIO_FRAME;
}

/* Between the middle two of four: cubic, through both (Catmull and Rom). */
static float between(const int16_t *pcm, uint64_t at, float part)
{
    float a = pcm[(at - 1) & MASK];
    float b = pcm[at & MASK];
    float c = pcm[(at + 1) & MASK];
    float d = pcm[(at + 2) & MASK];

    return b +
           part / 2 * (c - a + part * (2 * a - 5 * b + 4 * c - d + part * (3 * (b - c) + d - a)));
}

/* One frame from `at` and a part of a sample on, out of so many samples. */
static void read_at(const struct reference *r, uint64_t at, float n, int16_t *frame)
{
    float part = r->part;
    float step = (n - AUDIO_FRAME) / AUDIO_FRAME;

    for (unsigned i = 0; i < AUDIO_FRAME; i++, at++, part += step) {
        if (part >= 1) {
            part -= 1;
            at++;
        } else if (part < 0) {
            part += 1;
            at--;
        }
        frame[i] =
            part > 0 ? pcm_clip((int32_t)lrintf(between(r->pcm, at, part))) : r->pcm[at & MASK];
    }
}

bool reference_room(struct reference *r)
{
    uint64_t at = r->written - AUDIO_FRAME - REFERENCE_ROOM;

    if (r->next <= at)
        return false;
    r->next = at;
    return true;
}

/* Never what is not yet played, nor what is forgotten. */
static uint64_t within(const struct reference *r, int64_t at, unsigned lag)
{
    int64_t ahead = r->skew != 0 || r->part > 0 ? AHEAD : 0;
    int64_t newest = (int64_t)r->written - AUDIO_FRAME - DRIFT_STEP - ahead;
    int64_t oldest = (int64_t)r->written - REFERENCE_SIZE + AUDIO_FRAME + lag;

    return (uint64_t)(at > newest ? newest : at < oldest ? oldest : at);
}

void reference_get(struct reference *r, int sooner, unsigned lag, int16_t *fresh, int16_t *lagged)
{
    int step;
    float n, moved;

    r->owed += sooner;
    if (r->owed > AUDIO_FRAME / 4 || r->owed < -AUDIO_FRAME / 4) {
        r->next = (uint64_t)((int64_t)r->next + r->owed);
        r->owed = 0;
    }
    step = r->owed > DRIFT_STEP ? DRIFT_STEP : r->owed < -DRIFT_STEP ? -DRIFT_STEP : r->owed;
    r->owed -= step;
    r->next = within(r, (int64_t)r->next, lag);
    n = (float)(AUDIO_FRAME + step) - r->skew;
    read_at(r, r->next, n, fresh);
    read_at(r, r->next - lag, n, lagged);
    moved = r->part + n;
    r->next += (uint64_t)moved;
    r->part = moved - floorf(moved);
}
