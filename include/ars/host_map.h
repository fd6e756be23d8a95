/*
 * net: host mapping with the grammar and semantics of Chromium's --host-resolver-rules (README).
 * Immutable after parsing: any thread may read one object.
 */
#ifndef ARS_HOST_MAP_H
#define ARS_HOST_MAP_H

#include <stddef.h>
#include <stdint.h>

#define ARS_HOST_MAP_TEXT_MAX (256 * 1024)
#define ARS_HOST_MAP_HOST_MAX 256

struct ars_host_map;

/* A bad rule: 1-based number of the rule, byte offset in the text, reason in English. */
struct ars_host_map_problem {
    size_t rule;
    size_t offset;
    const char *reason;
};

typedef void ars_host_map_problem_fn(const struct ars_host_map_problem *p, void *arg);

/*
 * Bad rules are reported and left out, the others apply. text NULL or "": an empty map. ENOMEM,
 * E2BIG.
 */
int ars_host_map_parse(struct ars_host_map **ret, const char *text, ars_host_map_problem_fn *fn,
                       void *arg);
void ars_host_map_free(struct ars_host_map *m);
struct ars_host_map *ars_host_map_dup(const struct ars_host_map *m);
size_t ars_host_map_count(const struct ars_host_map *m);

/*
 * What host:port becomes (the same, when no rule fits). A target of ^NOTFOUND or ~NOTFOUND gives
 * ENOENT. An IPv6 literal is returned without brackets. m NULL: nothing is mapped.
 */
int ars_host_map_apply(const struct ars_host_map *m, const char *host, uint16_t port,
                       char ret_host[ARS_HOST_MAP_HOST_MAX], uint16_t *ret_port);

#endif
