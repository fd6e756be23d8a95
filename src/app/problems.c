/* app: what the user has to be told. */
#include <stdint.h>
#include <stdlib.h>

#include <ars/log.h>
#include <ars/str.h>

#include "problems.h"

void problems_add(struct problems *ps, const struct ars_app_problem *p)
{
    char *text = ars_strdup(p->text ? p->text : "");

    if (!text || ps->n >= PROBLEMS_MAX) {
        ars_log(ARS_LOG_WARN, "app", "problem %d: %s", (int)p->kind, text ? text : "");
        free(text);
        return;
    }
    ps->list[ps->n] = *p;
    ps->list[ps->n++].text = text;
}

static void clear(struct ars_app_problem *p)
{
    free((char *)(uintptr_t)p->text);
}

/* A handler may cause further ones: those are for the next time. */
void problems_tell(struct problems *ps, const struct ars_app_handlers *handlers, void *arg)
{
    struct problems now = *ps;

    ps->n = 0;
    for (size_t i = 0; i < now.n; i++) {
        if (handlers->problem)
            handlers->problem(&now.list[i], arg);
        clear(&now.list[i]);
    }
}

void problems_close(struct problems *ps)
{
    for (size_t i = 0; i < ps->n; i++)
        clear(&ps->list[i]);
    ps->n = 0;
}
