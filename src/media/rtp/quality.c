/* How good a call sounds. */
#include "rtp/quality.h"

#include <string.h>

#include "rtp/emodel.h"

/* What is heard counts as long as this, in us of sound. */
#define MEMORY_US 5e6

void quality_init(struct quality *q)
{
    memset(q, 0, sizeof(*q));
    q->lately_pct = -1;
}

static void add(struct jitter_stats *sum, const struct jitter_stats *s)
{
    sum->played_us += s->played_us;
    sum->concealed_us += s->concealed_us;
    sum->stretched_us += s->stretched_us;
    sum->decoded += s->decoded;
    sum->late += s->late;
    sum->dropped += s->dropped;
}

/* Of what was played since the last look, with what was known before: a call gets well again. */
static void look_lately(struct quality *q, const struct jitter_stats *now)
{
    double played = (double)(now->played_us - q->seen.played_us);
    double concealed = (double)(now->concealed_us - q->seen.concealed_us);
    double weight = q->lately_pct < 0 ? 1 : played / (played + MEMORY_US);

    if (played <= 0)
        return;
    if (concealed > played)
        concealed = played;
    q->lately_pct += (100 * concealed / played - q->lately_pct) * weight;
    q->seen = *now;
}

void quality_past(struct quality *q, const struct jitter_stats *s)
{
    add(&q->past, s);
}

void quality_look(struct quality *q, struct jitter_stats *s)
{
    add(s, &q->past);
    look_lately(q, s);
}

/* What is made up lies in the buffer for some ms before it is played: never more than all. */
double quality_concealed_pct(const struct jitter_stats *s)
{
    if (!s->played_us)
        return -1;
    return s->concealed_us < s->played_us ? 100.0 * (double)s->concealed_us / (double)s->played_us
                                          : 100;
}

double quality_mos(const struct quality *q, double delay_ms)
{
    struct emodel e = {.delay_ms = delay_ms, .loss_pct = q->lately_pct};

    return q->lately_pct < 0 ? -1 : emodel_mos(emodel_r(&e));
}
