/* JSON as it stands in a small file. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include <json-c/json.h>

#include "json_text.h"

/*
 * Not JSON_TOKENER_STRICT: json-c 0.18 then takes the bytes of UTF-8 for control characters. What
 * follows the object is looked at here instead.
 */
int json_text_parse(const char *text, size_t len, int depth_max, struct json_object **ret)
{
    struct json_tokener *tok;
    struct json_object *root;
    bool good;
    size_t end;

    if (len >= INT_MAX)
        return EBADMSG;
    tok = json_tokener_new_ex(depth_max);
    if (!tok)
        return ENOMEM;
    json_tokener_set_flags(tok, JSON_TOKENER_VALIDATE_UTF8);
    root = json_tokener_parse_ex(tok, text, (int)len);
    end = json_tokener_get_parse_end(tok);
    good = json_tokener_get_error(tok) == json_tokener_success &&
           json_object_is_type(root, json_type_object) &&
           end + strspn(text + end, " \t\r\n") == len;
    json_tokener_free(tok);
    if (!good) {
        json_object_put(root);
        return EBADMSG;
    }
    *ret = root;
    return 0;
}
