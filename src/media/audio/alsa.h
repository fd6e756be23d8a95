/*
 * media: ALSA, of which PortAudio is a guest. Before Pa_Initialize(), each time.
 */
#ifndef ARS_MEDIA_AUDIO_ALSA_H
#define ARS_MEDIA_AUDIO_ALSA_H

/* No chatter on stderr, and no device in the list that is none. */
void alsa_prepare(void);

#endif
