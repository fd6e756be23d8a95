/*
 * app: what the user has to be told, kept until the next dispatch.
 */
#ifndef ARS_APP_PROBLEMS_H
#define ARS_APP_PROBLEMS_H

#include <stddef.h>

#include <ars/app.h>

#define PROBLEMS_MAX 32

struct problems {
    struct ars_app_problem list[PROBLEMS_MAX]; /* text is owned */
    size_t n;
};

/* Copies p. Of too many, the newest are only logged; so are those for which there is no memory. */
void problems_add(struct problems *ps, const struct ars_app_problem *p);
void problems_tell(struct problems *ps, const struct ars_app_handlers *handlers, void *arg);
void problems_close(struct problems *ps);

#endif
