/* Host mapping rules from anywhere: parse, copy, apply. The first line is the host asked for. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ars/host_map.h>

#define INPUT_MAX 8192

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_problem(const struct ars_host_map_problem *p, void *arg)
{
    const char *text = arg;

    /* the place is in the text, and there is a reason */
    if (p->rule == 0 || p->offset >= strlen(text) || !p->reason[0])
        abort();
}

static void apply(const struct ars_host_map *m, const char *host)
{
    char to[ARS_HOST_MAP_HOST_MAX];
    uint16_t port;

    if (ars_host_map_apply(m, host, 443, to, &port) == 0 && !memchr(to, '\0', sizeof(to)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ars_host_map *m = NULL;
    struct ars_host_map *copy;
    char *text;
    char *rules;

    if (size > INPUT_MAX)
        return 0;
    text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    rules = strchr(text, '\n');
    rules = rules ? rules + 1 : text;
    if (ars_host_map_parse(&m, rules, on_problem, rules) == 0) {
        if (rules != text)
            rules[-1] = '\0';
        copy = ars_host_map_dup(m);
        if (!copy || ars_host_map_count(copy) != ars_host_map_count(m))
            abort();
        apply(m, text);
        apply(copy, "pbx.test");
        apply(copy, "2001:db8::1");
        ars_host_map_free(copy);
        ars_host_map_free(m);
    }
    free(text);
    return 0;
}
