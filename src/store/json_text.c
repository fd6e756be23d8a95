/* JSON as it stands in a small file. */
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>

#include <json-c/json.h>
#include <json-c/json_visit.h>

#include "json_text.h"

#define DIGITS "0123456789"

/* Has a fraction or an exponent as RFC 8259, section 6; json-c also reads "1e", "1." and "NaN". */
static bool is_decimal(const char *p)
{
    size_t n;

    p += *p == '-';
    n = strspn(p, DIGITS);
    if (n == 0 || (n > 1 && *p == '0') || !p[n])
        return false;
    p += n;
    if (*p == '.') {
        n = strspn(++p, DIGITS);
        p += n;
    }
    if (n > 0 && (*p == 'e' || *p == 'E')) {
        p += p[1] == '-' || p[1] == '+' ? 2 : 1;
        n = strspn(p, DIGITS);
        p += n;
    }
    return n > 0 && !*p;
}

static int visit(json_object *o, int flags, json_object *parent, const char *key, size_t *index,
                 void *arg)
{
    (void)flags;
    (void)parent;
    (void)key;
    (void)index;
    if (json_object_is_type(o, json_type_double)) {
        const char *text = json_object_get_string(o);
        int *err = arg;

        if (!text)
            *err = ENOMEM;
        else if (!is_decimal(text))
            *err = EBADMSG;
        return *err ? JSON_C_VISIT_RETURN_STOP : JSON_C_VISIT_RETURN_CONTINUE;
    }
    return JSON_C_VISIT_RETURN_CONTINUE;
}

/*
 * Not JSON_TOKENER_STRICT: json-c 0.18 then takes the bytes of UTF-8 for control characters. What
 * follows the object is looked at here instead.
 */
int json_text_parse(const char *text, size_t len, int depth_max, struct json_object **ret)
{
    struct json_tokener *tok;
    struct json_object *root;
    bool good;
    int err = 0;
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
    if (!good)
        err = EBADMSG;
    else if (json_c_visit(root, 0, visit, &err) && !err)
        err = ENOMEM;
    if (err) {
        json_object_put(root);
        return err;
    }
    *ret = root;
    return 0;
}
