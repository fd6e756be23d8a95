/* engine: what numbers, dial rules and headers are worth, for a face that tells while one types. */
#include <ars/engine.h>
#include <ars/sip.h>

#include "dial_rules.h"
#include "number.h"

int ars_engine_check_number(const char *rules, const char *typed, ars_map_problem_fn *fn, void *arg,
                            char **ret_number, char **ret_wire, size_t *ret_rule)
{
    if (fn)
        dial_rules_check(rules, fn, arg);
    return typed ? number_for(rules, typed, ret_number, ret_wire, ret_rule) : 0;
}

int ars_engine_check_headers(const char *lines, size_t *ret_line, const char **ret_why)
{
    return ars_sip_check_headers(lines, ret_line, ret_why);
}
