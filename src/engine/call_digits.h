/*
 * engine: the digits of a call, both ways. They go out as the account's settings say; where the far
 * end does not take that, in the next best way, in the end as tones. Engine thread.
 */
#ifndef ENGINE_CALL_DIGITS_H
#define ENGINE_CALL_DIGITS_H

#include <stdbool.h>

#include <ars/timer.h>

/* Digits that wait to go out as INFO, with the NUL. */
#define CALL_INFO_QUEUE 65

struct ars_sip_body;
struct ars_sip_call;
struct call;

struct call_digits {
    char *later; /* to be sent once it is answered, with the comma; NULL: none (any more) */
    char queue[CALL_INFO_QUEUE];
    char digit;     /* of the INFO that waits for its answer; '\0': none does */
    bool plain;     /* INFO goes as application/dtmf */
    size_t refused; /* so many of the account's ways are not to be tried again */
    struct ars_timer timer;
};

/* Both are there, or one of them: the answer and the way for sound. */
void call_digits_ready(struct call *c);

/* Nobody tells any more what became of an INFO. */
void call_digits_moved(struct call *c);
void call_digits_close(struct call *c);

/* As in ars_sip_call_handlers. */
void call_on_info(struct ars_sip_call *sc, const struct ars_sip_body *body, void *arg);
void call_on_informed(struct ars_sip_call *sc, int status, void *arg);

/* call_sound.c: in the sound, by RFC 4733 or as tones. What ars_media_dtmf() says. */
int call_sound_dtmf(struct call *c, const char *digits);
int call_sound_tones(struct call *c, const char *digits);

#endif
