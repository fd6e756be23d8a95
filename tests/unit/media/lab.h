/*
 * A loop, its timers and a mixer under a clock that the test moves: nothing sleeps.
 */
#ifndef ARS_TEST_MEDIA_LAB_H
#define ARS_TEST_MEDIA_LAB_H

#include <stdint.h>

#include <ars/audio.h>
#include <ars/loop.h>

struct lab {
    struct ars_loop *loop;
    struct ars_audio *audio;
};

/* Before and after a suite: one loop for all of its cases. */
int lab_begin(void);
void lab_end(void);
struct ars_loop *lab_loop(void);

/* in and out as in ars/audio.h. */
int lab_open(struct lab *l, const char *in, const char *out);
void lab_close(struct lab *l);

/* Moves the clock in steps of 5 ms and runs what is due. */
void lab_run(struct lab *l, unsigned ms);

uint64_t lab_now_us(void);

#endif
