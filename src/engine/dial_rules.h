/*
 * engine: rules that make of a number what the PBX wants to hear. "PATTERN -> REPLACEMENT" a line;
 * the first whose pattern (POSIX extended regular expression) is found in the number replaces what
 * was found, \1 .. \9 standing for its groups; the others are not tried. Any thread.
 */
#ifndef ENGINE_DIAL_RULES_H
#define ENGINE_DIAL_RULES_H

#include <stddef.h>

/* As ars_map_problem_fn: rule from 1 (empty lines do not count), byte in its line, English. */
typedef void dial_rules_problem_fn(size_t rule, size_t offset, const char *reason, void *arg);

/* Bad rules through fn (or NULL). */
void dial_rules_check(const char *rules, dial_rules_problem_fn *fn, void *arg);

/*
 * What rules (NULL: none) make of number; bad ones are left out. *ret_rule: which did it, 0 none.
 * Caller frees *ret. EINVAL: what they make of it cannot be dialled. ENOMEM.
 */
int dial_rules_apply(const char *rules, const char *number, char **ret, size_t *ret_rule);

#endif
