/*
 * media: how long after it was played a sound is heard by the microphone. Pure arithmetic.
 */
#ifndef ARS_MEDIA_AUDIO_SEARCH_H
#define ARS_MEDIA_AUDIO_SEARCH_H

#include <stdbool.h>
#include <stdint.h>

/* At 2 kHz: up to 640 ms. */
#define SEARCH_TAPS 1280
/* Frames from look to look. */
#define SEARCH_LOOK 25

struct search {
    float weight[SEARCH_TAPS];
    float marked[SEARCH_TAPS];  /* as they were once */
    float far[2 * SEARCH_TAPS]; /* newest at `at`, twice, so that it lies in one piece */
    unsigned at;
    float power;
    float last_far; /* for the difference that takes out rumble */
    float last_near;
    unsigned frames; /* since the last look */
    int found;       /* samples of 48 kHz; -1: nothing yet */
    unsigned agreed; /* looks that found the same */
};

void search_reset(struct search *s);
/*
 * One frame of 48 kHz each. Delay of the strongest echo in samples of 48 kHz once it has stood for
 * a second; -1: not known.
 */
int search_frame(struct search *s, const int16_t *far, const int16_t *near);

/* Whether the last frame brought another look. */
bool search_looked(const struct search *s);

/* By how many samples of 48 kHz all echoes are later than at the mark: between the taps, too. */
void search_mark(struct search *s);
float search_moved(const struct search *s);

#endif
