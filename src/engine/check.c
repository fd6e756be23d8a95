/* engine: what settings are worth, for a face that tells while one types. */
#include <errno.h>
#include <string.h>

#include <ars/engine.h>
#include <ars/host_map.h>
#include <ars/media.h>
#include <ars/str.h>

#define RESULT_MAX (ARS_HOST_MAP_HOST_MAX + 16)

struct teller {
    ars_map_problem_fn *fn;
    void *arg;
};

static void on_problem(const struct ars_host_map_problem *p, void *arg)
{
    const struct teller *t = arg;

    if (t->fn)
        t->fn(p->rule, p->offset, p->reason, t->arg);
}

int ars_engine_check_map(const char *rules, const char *host, uint16_t port, ars_map_problem_fn *fn,
                         void *arg, char **ret_target)
{
    struct teller t = {.fn = fn, .arg = arg};
    char to[ARS_HOST_MAP_HOST_MAX];
    struct ars_host_map *map;
    struct ars_buf b;
    uint16_t to_port;
    char *text;
    int err;

    err = ars_host_map_parse(&map, rules, on_problem, &t);
    if (err)
        return err;
    err = ars_host_map_apply(map, host, port, to, &to_port);
    ars_host_map_free(map);
    if (err)
        return err;
    ars_buf_init(&b, RESULT_MAX);
    ars_buf_addf(&b, strchr(to, ':') ? "[%s]:%u" : "%s:%u", to, to_port);
    text = ars_buf_take(&b, &err);
    if (!err)
        *ret_target = text;
    return err;
}

bool ars_engine_check_codecs(const char *list)
{
    return ars_media_codecs_valid(list);
}

int ars_engine_check_stun(const char *list, size_t *ret_line)
{
    return ars_media_check_stun(list, ret_line);
}

bool ars_engine_check_turn(const char *uri)
{
    return ars_media_turn_valid(uri);
}
