/*
 * media: RIFF/WAVE with 16-bit PCM. Pure functions over bytes and files.
 */
#ifndef ARS_MEDIA_AUDIO_WAV_H
#define ARS_MEDIA_AUDIO_WAV_H

#include <stddef.h>
#include <stdint.h>

#define WAV_HEADER 44
/* Ten minutes of stereo at 48 kHz: what is played is held in memory. */
#define WAV_MAX_BYTES (10u * 60 * 48000 * 2 * 2 + 4096)

/*
 * The whole file as mono at 48 kHz; caller frees. An error of open() or read(), EFBIG, EBADMSG (not
 * 16-bit PCM of one or two channels, or empty), ENOMEM.
 */
int wav_load(const char *path, int16_t **ret_pcm, size_t *ret_n);

/* The header of a file at 48 kHz that holds so many bytes of samples. */
void wav_header(uint8_t out[WAV_HEADER], uint32_t bytes, unsigned channels);

#endif
