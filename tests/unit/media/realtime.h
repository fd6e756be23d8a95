/*
 * Unit tests of media: what the thread of a sound card must not do. A child runs the function with
 * its system calls shut and its locks and allocations counted.
 */
#ifndef ARS_TEST_MEDIA_REALTIME_H
#define ARS_TEST_MEDIA_REALTIME_H

/* Set in the result of realtime_sins(). */
#define REALTIME_ALLOCATES 1
#define REALTIME_LOCKS     2
#define REALTIME_CALLS     4  /* the system, even to write a log line */
#define REALTIME_BROKEN    64 /* the child could not be shut in, or crashed */

/*
 * What fn(arg) did of it in the child; 0: nothing. In sanitized builds, whose own code does all of
 * it, fn just runs, and the result is `expected`.
 */
int realtime_sins(void (*fn)(void *arg), void *arg, int expected);

#endif
