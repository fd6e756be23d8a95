/* media: 16-bit samples. */
#ifndef ARS_MEDIA_PCM_H
#define ARS_MEDIA_PCM_H

#include <stdint.h>

/* The nearest that fits. */
static inline int16_t pcm_clip(int32_t sample)
{
    return (int16_t)(sample > INT16_MAX ? INT16_MAX : sample < INT16_MIN ? INT16_MIN : sample);
}

#endif
