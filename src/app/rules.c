/* app: rules, codecs and headers, while one types. */
#include <stdlib.h>

#include <ars/app.h>
#include <ars/engine.h>

#define PORT 7443

int ars_app_check_rules(const char *rules, const char *server, uint16_t port, ars_app_rule_fn *fn,
                        void *arg, char **ret_text)
{
    return ars_engine_check_map(rules, server, port ? port : PORT, fn, arg, ret_text);
}

int ars_app_check_number(const char *rules, const char *typed, ars_app_rule_fn *fn, void *arg,
                         char **ret_wire, size_t *ret_rule)
{
    char *number = NULL;
    int err = ars_engine_check_number(rules, typed, fn, arg, &number, ret_wire, ret_rule);

    free(number);
    return err;
}

int ars_app_check_stun(const char *list, size_t *ret_line)
{
    return ars_engine_check_stun(list, ret_line);
}

int ars_app_check_headers(const char *lines, size_t *ret_line, const char **ret_why)
{
    return ars_engine_check_headers(lines, ret_line, ret_why);
}

bool ars_app_check_codecs(const char *list)
{
    return ars_engine_check_codecs(list);
}
