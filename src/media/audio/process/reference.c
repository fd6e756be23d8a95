/*
 * What was played. It begins one frame behind the microphone and follows each sample that a ring on
 * the way loses or gains, so that an echo stays where the canceller has found it.
 */
#include "audio/process/reference.h"

#include <string.h>

#include "audio/drift.h"
#include "audio/mixer.h"

#define MASK (REFERENCE_SIZE - 1)

void reference_reset(struct reference *r)
{
    memset(r->pcm, 0, sizeof(r->pcm));
    r->written = REFERENCE_SIZE;
    r->next = r->written - AUDIO_FRAME;
    r->owed = 0;
}

void reference_put(struct reference *r, const int16_t *pcm)
{
    for (unsigned i = 0; i < AUDIO_FRAME; i++)
        r->pcm[(r->written + i) & MASK] = pcm[i];
    r->written += AUDIO_FRAME;
}

static void read_at(const struct reference *r, uint64_t at, unsigned n, int16_t *frame)
{
    int16_t raw[AUDIO_FRAME + DRIFT_STEP];

    for (unsigned i = 0; i < n; i++)
        raw[i] = r->pcm[(at + i) & MASK];
    drift_resize(raw, n, frame, AUDIO_FRAME);
}

/* Never what is not yet played, nor what is forgotten. */
static uint64_t within(const struct reference *r, int64_t at, unsigned lag)
{
    int64_t newest = (int64_t)r->written - AUDIO_FRAME - DRIFT_STEP;
    int64_t oldest = (int64_t)r->written - REFERENCE_SIZE + AUDIO_FRAME + lag;

    return (uint64_t)(at > newest ? newest : at < oldest ? oldest : at);
}

void reference_get(struct reference *r, int sooner, unsigned lag, int16_t *fresh, int16_t *lagged)
{
    int step;

    r->owed += sooner;
    if (r->owed > AUDIO_FRAME / 4 || r->owed < -AUDIO_FRAME / 4) {
        r->next = (uint64_t)((int64_t)r->next + r->owed);
        r->owed = 0;
    }
    step = r->owed > DRIFT_STEP ? DRIFT_STEP : r->owed < -DRIFT_STEP ? -DRIFT_STEP : r->owed;
    r->owed -= step;
    r->next = within(r, (int64_t)r->next, lag);
    read_at(r, r->next, (unsigned)(AUDIO_FRAME + step), fresh);
    read_at(r, r->next - lag, (unsigned)(AUDIO_FRAME + step), lagged);
    r->next = (uint64_t)((int64_t)r->next + AUDIO_FRAME + step);
}
