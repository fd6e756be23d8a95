/*
 * store: JSON as it stands in a small file. Any thread.
 */
#ifndef ARS_STORE_JSON_TEXT_H
#define ARS_STORE_JSON_TEXT_H

#include <stddef.h>

struct json_object;

/*
 * The object that text is, UTF-8 throughout, not nested deeper than depth_max; caller puts it.
 * text[len] is NUL. EBADMSG: it is something else, or more. ENOMEM.
 */
int json_text_parse(const char *text, size_t len, int depth_max, struct json_object **ret);

#endif
