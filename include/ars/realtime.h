/*
 * base: threads that keep time to the sound come before those that do not. One that computes for
 * 100 ms without a pause loses that again (RLIMIT_RTTIME), so no fault of ours stops the machine.
 */
#ifndef ARS_REALTIME_H
#define ARS_REALTIME_H

/* Below that of a sound server, which is 5. */
#define ARS_REALTIME_PRIORITY 4

/* The kernel's id of the calling thread, which takes SIGXCPU from now on. */
int ars_realtime_thread(void);

/*
 * A thread of this process, by the kernel's id; one that is real-time already is left as it is.
 * EPERM: we may not, but rtkit may be asked to, whose condition (the limit) is met. ENOSPC. Any
 * thread.
 */
int ars_realtime_raise(int thread);

/* As it was, if we have raised it. Any thread. */
void ars_realtime_lower(int thread);

#endif
