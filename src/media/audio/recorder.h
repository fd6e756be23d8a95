/*
 * media: a call into a file, stereo at 48 kHz: left what we say, right what they say. As Opus in
 * Ogg (RFC 7845), or as WAV where the name ends so. A thread of its own encodes and writes; the
 * loop's thread never waits for the disk, but for recorders_finish().
 */
#ifndef ARS_MEDIA_AUDIO_RECORDER_H
#define ARS_MEDIA_AUDIO_RECORDER_H

#include <stdbool.h>
#include <stdint.h>

struct ars_loop;
struct recorder;

/* All that have a thread, also those that are only ending. Zeroed before first use. */
struct recorders {
    struct recorder *first;
};

/*
 * on: the file is there. Else it is no longer recorded: err says why (ENOSPC, EACCES, EEXIST: of
 * open() and write()), what was written until then stays. Once each, on the loop's thread.
 */
typedef void recorder_fn(bool on, int err, void *arg);

/* Nothing is overwritten: the file must not be there. ENOMEM, EAGAIN (no thread). */
int recorder_start(struct recorder **ret, struct recorders *all, struct ars_loop *loop,
                   const char *path, recorder_fn *fn, void *arg);

/* Writes what it has been given and ends by itself; fn is not called any more. Takes NULL. */
void recorder_stop(struct recorder *r);

/* One frame of each side; NULL: silence. Never blocks; what a slow disk has no room for is lost. */
void recorder_put(struct recorder *r, const int16_t *near, const int16_t *far);

/* Waits for those that end. After the last recorder_stop(), before the loop goes. */
void recorders_finish(struct recorders *all);

#endif
