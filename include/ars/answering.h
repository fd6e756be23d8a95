/*
 * engine: what becomes of somebody who calls, before or without the user. Plain data; one for the
 * whole phone, set by ARS_CMD_ANSWERING. All off at first.
 */
#ifndef ARS_ANSWERING_H
#define ARS_ANSWERING_H

#include <stdbool.h>
#include <stdint.h>

#define ARS_FORWARD_AFTER_S     20
#define ARS_FORWARD_AFTER_MAX_S 3600
#define ARS_CALLS_AT_ONCE       4 /* more than a person can look after */
#define ARS_CALLS_AT_ONCE_MAX   8

enum ars_forward {
    ARS_FORWARD_ALWAYS,
    ARS_FORWARD_BUSY, /* while another call is there, or while we are not to be disturbed */
    ARS_FORWARD_NO_ANSWER,
    ARS_FORWARDS,
};

/* Texts are owned. */
struct ars_answering {
    bool do_not_disturb;         /* callers hear busy (486) */
    bool refuse_anonymous;       /* 433, RFC 5079 */
    char *forward[ARS_FORWARDS]; /* number or URI that callers are sent to (302); NULL: off */
    uint32_t forward_after_s;    /* of NO_ANSWER; 0: 20 */
    uint32_t calls_max;          /* with so many at once a further caller hears busy; 0: 4 */
    /*
     * Whose wish for an answer without the user is granted (Call-Info, Alert-Info, RFC 5373):
     * numbers with * and ?, between commas or spaces. NULL: nobody's.
     */
    char *auto_answer;
};

/* Into an empty one. ENOMEM: *to is empty. */
int ars_answering_copy(struct ars_answering *to, const struct ars_answering *from);
/* Frees what is in it; empty after. */
void ars_answering_clear(struct ars_answering *a);

#endif
