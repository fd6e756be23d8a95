/*
 * desktop: asks rtkit, which makes threads of sound programs real-time where these may not do so
 * themselves. Where there is no rtkit nothing happens. GLib's default main context, one thread.
 */
#ifndef ARS_RTKIT_H
#define ARS_RTKIT_H

/* thread: of this process, by the kernel's id; see realtime.h. Never waits. */
void ars_rtkit_raise(int thread, unsigned priority);

#endif
