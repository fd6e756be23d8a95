/*
 * store: settings as JSON text.
 */
#ifndef ARS_STORE_SETTINGS_JSON_H
#define ARS_STORE_SETTINGS_JSON_H

#include <stdbool.h>
#include <stddef.h>

#include <ars/settings.h>

/*
 * Reads what can be read. EBADMSG: not JSON, or not settings. *ret_clean: nothing that we know was
 * of the wrong kind or size, so nothing is lost when it is written again. ENOMEM.
 */
int settings_parse(const char *text, size_t len, struct ars_settings **ret, bool *ret_clean);

/* Caller frees. EMSGSIZE, ENOMEM. */
int settings_print(const struct ars_settings *s, char **ret);

/* The keys that we do not know. */
struct ars_settings_rest *settings_rest_dup(const struct ars_settings_rest *rest);
void settings_rest_free(struct ars_settings_rest *rest);

/* The texts of an account, one after another; NULL after the last. *ret_max: bytes. */
char **settings_account_text(struct ars_stored_account *a, size_t i, const char **ret_key,
                             size_t *ret_max);
/* The texts of the preferences. */
char **settings_text(struct ars_settings *s, size_t i, const char **ret_key);

/* A copy at the end of the list. As ars_settings_set_lines(). */
int settings_add_line(struct ars_settings *s, const struct ars_stored_line *line);
void settings_free_lines(struct ars_settings *s);

#endif
