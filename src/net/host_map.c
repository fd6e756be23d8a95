/*
 * Host mapping rules: the grammar and the matching of Chromium's --host-resolver-rules.
 *
 * rules  = rule *( ("," / newline) rule )
 * rule   = "MAP" SP pattern SP target / "EXCLUDE" SP pattern
 * target = host [":" port] / "[" ipv6 "]" [":" port] / "^NOTFOUND" / "~NOTFOUND"
 *
 * More lenient than Chromium in two points only: any run of spaces and tabs is one SP, and a
 * newline ends a rule too.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <ars/host_map.h>
#include <ars/str.h>

#define PATTERN_MAX 1024 /* far beyond any host name, even with each character escaped */
#define WORDS_MAX   3
#define PORT_KEEP   (-1)

enum rule_kind {
    RULE_MAP,
    RULE_EXCLUDE,
};

/* Offsets into `text`, so that a copy of the map is two copies of memory. */
struct rule {
    enum rule_kind kind;
    uint32_t pattern;
    uint32_t target;
    int32_t port;
};

struct ars_host_map {
    char *text; /* patterns (in lower case) and targets, each ended by a NUL */
    size_t text_size;
    struct rule *rules;
    size_t count;
    size_t excludes;
};

struct word {
    char *at;
    size_t len;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static bool is_separator(char c)
{
    return c == ',' || c == '\n';
}

/* Not tolower(): the rules are the same in every locale. */
static void lower(char *s)
{
    for (; *s; s++) {
        if (*s >= 'A' && *s <= 'Z')
            *s = (char)(*s - 'A' + 'a');
    }
}

static bool is_wildcard(char c)
{
    return c == '*' || c == '?';
}

/* Passes a run of wildcards; returns how many characters they may stand for together. */
static size_t wildcards_pass(const char **pattern)
{
    size_t n = 0;

    for (; is_wildcard(**pattern); (*pattern)++) {
        if (**pattern == '*')
            n = SIZE_MAX;
        else if (n != SIZE_MAX)
            n++;
    }
    return n;
}

/* Whether the characters up to the next wildcard stand at s; the last run must reach its end. */
static bool run_fits(const char **pattern, const char **s)
{
    const char *p = *pattern;
    const char *t = *s;

    while (*p && !is_wildcard(*p)) {
        if (*p == '\\') {
            p++;
            if (*p == '\0')
                break;
        }
        if (*p != *t)
            return false;
        p++;
        t++;
    }
    if (*p == '\0' && *t != '\0')
        return false;
    *pattern = p;
    *s = t;
    return true;
}

/*
 * base/strings/pattern.cc: each run of plain characters is taken at its first fitting place and not
 * tried again further on, so the time is bounded by the product of both lengths.
 */
static bool glob_fits(const char *pattern, const char *s)
{
    do {
        size_t distance = wildcards_pass(&pattern);

        while (!run_fits(&pattern, &s)) {
            if (distance == 0 || *s == '\0')
                return false;
            if (distance != SIZE_MAX)
                distance--;
            s++;
        }
    } while (*pattern);
    return true;
}

/* net/base/url_util.cc ParseHostAndPort(): the host is taken as it is, the port is checked. */
static const char *port_parse(const char *s, int32_t *ret)
{
    int32_t port = 0;

    if (*s == '\0')
        return "no port after ':'";
    for (; *s; s++) {
        if (*s < '0' || *s > '9')
            return "the port is not a number";
        port = port * 10 + (*s - '0');
        if (port > UINT16_MAX)
            return "the port is above 65535";
    }
    *ret = port;
    return NULL;
}

/* Cuts target in place into host and port. Returns what is wrong, or NULL. */
static const char *target_parse(char *target, char **ret_host, int32_t *ret_port)
{
    char *bracket = strrchr(target, ']');
    char *colon = strrchr(target, ':');
    char *host = target;
    const char *bad;
    uint8_t ip[16];

    if (strchr(target, '@'))
        return "user names have no place in a target";
    if (colon && bracket && colon < bracket)
        colon = NULL;
    if (colon && target[0] == '[' && !bracket)
        return "the IPv6 address has no closing bracket";
    if (colon) {
        *colon = '\0';
        if (*target == '\0')
            return "no host before ':'";
        bad = port_parse(colon + 1, ret_port);
        if (bad)
            return bad;
    }
    if (host[0] == '[') {
        size_t len = strlen(host);

        if (host[len - 1] != ']')
            return "the IPv6 address has no closing bracket";
        host[len - 1] = '\0';
        host++;
        if (inet_pton(AF_INET6, host, ip) != 1)
            return "no IPv6 address in the brackets";
    }
    if (strlen(host) >= ARS_HOST_MAP_HOST_MAX)
        return "the target is too long";
    *ret_host = host;
    return NULL;
}

static size_t words_split(char *s, char *end, struct word words[WORDS_MAX])
{
    size_t n = 0;

    while (s < end) {
        char *from;

        while (s < end && is_blank(*s))
            s++;
        from = s;
        while (s < end && !is_blank(*s))
            s++;
        if (s == from)
            break;
        if (n < WORDS_MAX) {
            words[n].at = from;
            words[n].len = (size_t)(s - from);
        }
        n++;
    }
    return n;
}

static bool word_is(const struct word *w, const char *s)
{
    return w->len == strlen(s) && strncasecmp(w->at, s, w->len) == 0;
}

/* A colon, and something that no IPv6 address has: the only host with colons, of two at least. */
static bool has_port(const char *pattern)
{
    const char *colon = strchr(pattern, ':');

    if (!colon)
        return false;
    if (pattern[strspn(pattern, "0123456789abcdef:.*?\\")] != '\0')
        return true;
    return strchr(pattern, '.') && !strpbrk(pattern, "*?") && !strchr(colon + 1, ':');
}

static const char *rule_parse(struct ars_host_map *m, const struct word *w, size_t n,
                              struct rule *r)
{
    const char *bad;
    char *host;

    if (memchr(w[0].at, '\0', w[0].len))
        return "a NUL byte";
    if (!word_is(&w[0], "map") && !word_is(&w[0], "exclude"))
        return "a rule begins with MAP or EXCLUDE";
    r->kind = word_is(&w[0], "map") ? RULE_MAP : RULE_EXCLUDE;
    if (r->kind == RULE_MAP && n != 3)
        return "MAP takes a pattern and a target";
    if (r->kind == RULE_EXCLUDE && n != 2)
        return "EXCLUDE takes one pattern";
    if (w[1].len > PATTERN_MAX)
        return "the pattern is too long";
    w[1].at[w[1].len] = '\0';
    lower(w[1].at);
    r->pattern = (uint32_t)(w[1].at - m->text);
    r->port = PORT_KEEP;
    if (r->kind == RULE_EXCLUDE) {
        if (has_port(w[1].at))
            return "EXCLUDE looks at the host alone: with a port it never fits";
        m->excludes++;
        return NULL;
    }
    w[2].at[w[2].len] = '\0';
    bad = target_parse(w[2].at, &host, &r->port);
    if (!bad)
        r->target = (uint32_t)(host - m->text);
    return bad;
}

static int rule_add(struct ars_host_map *m, size_t *size, const struct rule *r)
{
    if (m->count == *size) {
        size_t n = *size ? *size * 2 : 8;
        struct rule *rules = realloc(m->rules, n * sizeof(*rules));

        if (!rules)
            return ENOMEM;
        m->rules = rules;
        *size = n;
    }
    m->rules[m->count++] = *r;
    return 0;
}

static int rules_parse(struct ars_host_map *m, ars_host_map_problem_fn *fn, void *arg)
{
    char *end = m->text + m->text_size - 1;
    struct ars_host_map_problem p = {0};
    size_t size = 0;

    for (char *s = m->text; s < end;) {
        struct word words[WORDS_MAX];
        struct rule r = {0};
        char *from = s;
        size_t n;

        while (s < end && !is_separator(*s))
            s++;
        n = words_split(from, s, words);
        s++;
        if (n == 0)
            continue;
        p.rule++;
        p.offset = (size_t)(words[0].at - m->text);
        p.reason = rule_parse(m, words, n, &r);
        if (p.reason) {
            if (fn)
                fn(&p, arg);
        } else if (rule_add(m, &size, &r)) {
            return ENOMEM;
        }
    }
    return 0;
}

/* "host:port" as Chromium's HostPortPair writes it. */
static void host_port(char *out, size_t size, const char *host, uint16_t port)
{
    bool v6 = strchr(host, ':') != NULL;

    (void)snprintf(out, size, "%s%s%s:%u", v6 ? "[" : "", host, v6 ? "]" : "", port);
}

static bool is_excluded(const struct ars_host_map *m, const char *host)
{
    for (size_t i = 0; m->excludes && i < m->count; i++) {
        const struct rule *r = &m->rules[i];

        if (r->kind == RULE_EXCLUDE && glob_fits(m->text + r->pattern, host))
            return true;
    }
    return false;
}

static const struct rule *rule_find(const struct ars_host_map *m, const char *host, uint16_t port)
{
    char with_port[ARS_HOST_MAP_HOST_MAX + 16];

    host_port(with_port, sizeof(with_port), host, port);
    for (size_t i = 0; i < m->count; i++) {
        const struct rule *r = &m->rules[i];
        const char *pattern = m->text + r->pattern;

        if (r->kind == RULE_MAP && (glob_fits(pattern, host) || glob_fits(pattern, with_port)))
            return is_excluded(m, host) ? NULL : r;
    }
    return NULL;
}

/* What no URL host may hold (WHATWG "forbidden host code point"): such a target is not found. */
static bool is_not_found(const char *target)
{
    uint8_t ip[16];

    if (strcasecmp(target, "~NOTFOUND") == 0)
        return true;
    if (inet_pton(AF_INET6, target, ip) == 1)
        return false;
    for (const char *c = target; *c; c++) {
        if ((unsigned char)*c <= ' ' || *c == 0x7f || strchr("#%/:<>?@[\\]^|", *c))
            return true;
    }
    return false;
}

int ars_host_map_parse(struct ars_host_map **ret, const char *text, ars_host_map_problem_fn *fn,
                       void *arg)
{
    struct ars_host_map *m;
    size_t len = text ? strlen(text) : 0;
    int err = ENOMEM;

    if (len > ARS_HOST_MAP_TEXT_MAX)
        return E2BIG;
    m = calloc(1, sizeof(*m));
    if (!m)
        return ENOMEM;
    m->text = ars_strndup(text ? text : "", len);
    if (!m->text)
        goto out;
    m->text_size = len + 1;
    err = rules_parse(m, fn, arg);
    if (err)
        goto out;
    *ret = m;
    return 0;

out:
    ars_host_map_free(m);
    return err;
}

void ars_host_map_free(struct ars_host_map *m)
{
    if (m) {
        free(m->text);
        free(m->rules);
        free(m);
    }
}

struct ars_host_map *ars_host_map_dup(const struct ars_host_map *m)
{
    struct ars_host_map *copy;

    if (!m)
        return NULL;
    copy = calloc(1, sizeof(*copy));
    if (!copy)
        return NULL;
    *copy = *m;
    copy->text = malloc(m->text_size);
    copy->rules = m->count ? malloc(m->count * sizeof(*m->rules)) : NULL;
    if (!copy->text || (m->count && !copy->rules)) {
        ars_host_map_free(copy);
        return NULL;
    }
    memcpy(copy->text, m->text, m->text_size);
    if (m->count)
        memcpy(copy->rules, m->rules, m->count * sizeof(*m->rules));
    return copy;
}

size_t ars_host_map_count(const struct ars_host_map *m)
{
    return m ? m->count : 0;
}

int ars_host_map_apply(const struct ars_host_map *m, const char *host, uint16_t port,
                       char ret_host[ARS_HOST_MAP_HOST_MAX], uint16_t *ret_port)
{
    char name[ARS_HOST_MAP_HOST_MAX];
    const struct rule *r = NULL;
    size_t len = strlen(host);

    if (len >= 2 && host[0] == '[' && host[len - 1] == ']') {
        host++;
        len -= 2;
    }
    if (!ars_strncpy(name, sizeof(name), host, len))
        return ENOENT;
    if (m) {
        lower(name);
        r = rule_find(m, name, port);
    }
    if (!r) {
        (void)ars_strncpy(ret_host, ARS_HOST_MAP_HOST_MAX, host, len);
        *ret_port = port;
        return 0;
    }
    if (is_not_found(m->text + r->target))
        return ENOENT;
    (void)ars_strcpy(ret_host, ARS_HOST_MAP_HOST_MAX, m->text + r->target);
    *ret_port = r->port == PORT_KEEP ? port : (uint16_t)r->port;
    return 0;
}
