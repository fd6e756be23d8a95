/*
 * desktop: keeps the machine awake during a call, through logind. Where there is no logind nothing
 * happens. GLib's default main context, one thread.
 */
#ifndef ARS_INHIBIT_H
#define ARS_INHIBIT_H

struct ars_inhibit;

/* who: the program as the desktop shows it. ENOMEM. */
int ars_inhibit_alloc(struct ars_inhibit **ret, const char *who);

/* Lets go. Takes NULL. */
void ars_inhibit_free(struct ars_inhibit *i);

/* Holds from now on, for that reason; NULL lets go. Never waits; the same again changes nothing. */
void ars_inhibit_set(struct ars_inhibit *i, const char *why);

#endif
