/*
 * media: how long packets must wait to be there in time: the arrival spread over the fastest way
 * seen lately, as a histogram that forgets. Pure arithmetic; times in microseconds.
 */
#ifndef ARS_MEDIA_RTP_DELAY_H
#define ARS_MEDIA_RTP_DELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DELAY_BIN_US 2000
#define DELAY_BINS   500 /* to 1 s */

struct delay {
    double share[DELAY_BINS]; /* of the packets, by lateness over `anchor`; sums to 1 */
    unsigned seen;
    int64_t anchor;     /* transit of bin 0 */
    int64_t fastest[2]; /* transit: of this window and of the one before */
    uint64_t window_end;
    uint64_t settled; /* when enough has come since the restart */
    uint64_t last_arrival;
    int64_t wait;     /* with so much delay a loss could be mended, */
    uint64_t lost;    /* which was last, */
    uint64_t mending; /* and is waited for until then */
    uint64_t expect;  /* until then nobody knows whether it will be worth it */
};

void delay_init(struct delay *d);

/* A new source or time line: transits start anew, the spread stays. */
void delay_restart(struct delay *d);

/* A packet's transit (arrival less its time by RTP), its length, and now. */
void delay_put(struct delay *d, int64_t transit, unsigned packet_us, uint64_t now);

/*
 * Something was lost, and the newest packet mends it, or others of its kind do, if it is there
 * `wait` after what it mends. Where that happens again and again it is waited for.
 */
void delay_lost(struct delay *d, int64_t wait, bool mended, uint64_t now);

/* At the start, when the peer does not know of losses yet: such a delay is not too much. */
void delay_expect(struct delay *d, int64_t wait, uint64_t now);

/* The fastest transit; lateness counts from it. */
int64_t delay_base(const struct delay *d);

/* How long after the fastest packet playing must lie for all but one in two hundred, */
int64_t delay_spread(const struct delay *d);

/* and for what mends losses too. */
int64_t delay_target(const struct delay *d, uint64_t now);

/* The same, or what it may be that comes next: no more is too much. */
int64_t delay_enough(const struct delay *d, uint64_t now);

#endif
