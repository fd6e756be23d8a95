/*
 * media: cards as PortAudio knows them, for systems without a sound server. Host's thread.
 */
#ifndef ARS_MEDIA_AUDIO_PORTAUDIO_H
#define ARS_MEDIA_AUDIO_PORTAUDIO_H

#include "audio/card_host.h"

/* Of each host: whether it has used PortAudio; the driver too is called with a pointer to it. */
extern const struct card_driver portaudio_driver;

/* Whether this is no name of a sound server's. Any thread. */
bool portaudio_alone_knows(const char *name);

/* The last host that leaves ends PortAudio. */
void portaudio_leave(bool *used);

/* EIO, ENOMEM. */
int portaudio_list(bool *used, struct card_stream *s);

#endif
