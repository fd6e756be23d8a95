/*
 * A demo line as a child process, with a folder of its own. Stopping it checks that it ended well:
 * under a sanitizer a leak or a race over there fails the test here.
 */
#ifndef ARS_TEST_LINE_H
#define ARS_TEST_LINE_H

#include <stdint.h>
#include <sys/types.h>

#include <ars/trust.h>

struct ars_secret;
struct line;

/* algorithm: of the digest, NULL for the line's own choice. */
int line_start(struct line **ret, const char *algorithm);

/* SIGKILL: nobody hears a word. */
int line_kill(struct line *l);

/* Again, on the same port with the same certificate and password. */
int line_restart(struct line *l);

/* SIGTERM; EBADMSG when it did not exit with 0. It can be started again. */
int line_end(struct line *l);

/* Kills what still runs and removes the folder. Takes NULL. */
void line_free(struct line *l);

const char *line_dir(const struct line *l);
uint16_t line_port(const struct line *l);
const struct ars_secret *line_password(const struct line *l);
const uint8_t *line_pin(const struct line *l);
pid_t line_pid(const struct line *l);

#endif
