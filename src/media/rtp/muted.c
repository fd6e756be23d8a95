/*
 * Speech while muted.
 */
#include "rtp/muted.h"

#define WINDOW 10 /* frames: 100 ms */
/* What is louder is taken for speech: a room is below it, a low voice above. */
#define SPEECH_DBFS (-45.0)
/* A cough is shorter; a sentence gives more of it than of the pauses in it. */
#define WARN 8
/* How long it is said after the last word. */
#define MAX 30

bool muted_hear(struct muted *m, const int16_t *pcm, size_t n)
{
    bool was = m->talks;

    level_add(&m->level, pcm, n);
    if (++m->frames < WINDOW)
        return false;
    m->frames = 0;
    if (level_take(&m->level) > SPEECH_DBFS)
        m->speech += m->speech < MAX;
    else
        m->speech -= m->speech > 0;
    if (!m->told && m->speech >= WARN)
        m->told = m->talks = true;
    else if (m->speech == 0)
        m->talks = false;
    return was != m->talks;
}

void muted_rest(struct muted *m)
{
    *m = (struct muted){.told = m->told};
}
