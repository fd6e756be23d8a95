/*
 * ui: what the room of the network says in English, in the user's language. What is not known here
 * stays English.
 */
#include <string.h>

#include <glib/gi18n.h>

#include "words.h"

/* As src/net/host_map.c has them. */
static const char *const rule_problems[] = {
    N_("no port after ':'"),
    N_("the port is not a number"),
    N_("the port is above 65535"),
    N_("user names have no place in a target"),
    N_("the IPv6 address has no closing bracket"),
    N_("no host before ':'"),
    N_("no IPv6 address in the brackets"),
    N_("the target is too long"),
    N_("a NUL byte"),
    N_("a rule begins with MAP or EXCLUDE"),
    N_("MAP takes a pattern and a target"),
    N_("EXCLUDE takes one pattern"),
    N_("the pattern is too long"),
    N_("EXCLUDE looks at the host alone: with a port it never fits"),
    /* of dial rules, as src/engine/dial_rules.c has them */
    N_("there is no -> in it"),
    N_("there is no pattern before the ->"),
    N_("the rule is too long"),
    N_("no letter or digit behind a backslash; a digit is [0-9]"),
    N_("it repeats too often"),
    N_("a [ is not closed"),
    N_("a bracket is missing, ( or )"),
    N_("what stands in { } is no number of times"),
    N_("there is nothing to repeat before * + ? or {"),
    N_("a range ends before it begins"),
    N_("a backslash ends the pattern"),
    N_("there is no such class of characters"),
    N_("the pattern is too large"),
    N_("this is not a pattern"),
    N_("there is a space in the replacement"),
    N_("behind a backslash stands a group, 1 to 9"),
    N_("the pattern has no such group"),
    N_("there are too many rules"),
    /* of headers, as src/sip/extra.c has them */
    N_("the line is too long"),
    N_("there is no colon behind the name"),
    N_("this is not the name of a header"),
    N_("the short names of headers are not taken"),
    N_("this header is the phone's own"),
    N_("there is a control character in it"),
    N_("there are too many headers"),
};

/* As src/net/trust.c has them; what follows the first text, and the second, is a name or a day. */
static const struct {
    const char *begin;
    const char *between; /* NULL: one part only */
    const char *words;
} cert_problems[] = {
    {"the certificate is for ", ", not ",
     /* Translators: names of the certificate, then the server's name */
     N_("it is for %s, not %s")},
    {"the certificate expired on ", NULL, N_("it expired on %s")},
    {"the certificate is not valid before ", NULL, N_("it is not valid before %s")},
    {"the server showed no certificate", NULL, N_("the server showed none")},
    {"this is not the certificate that was accepted for this account", NULL,
     N_("it is not the one that was accepted for this account")},
    {"the certificate is self-signed", NULL, N_("nobody but the server itself vouches for it")},
    {"the certificate's issuer is not trusted", NULL, N_("its issuer is not known here")},
};

const char *words_rule_problem(const char *reason)
{
    for (size_t i = 0; i < G_N_ELEMENTS(rule_problems); i++)
        if (strcmp(reason, rule_problems[i]) == 0)
            return _(rule_problems[i]);
    return reason;
}

/* %s of words, in turn, becomes first and second. */
static char *fill(const char *words, const char *first, const char *second)
{
    g_auto(GStrv) parts = g_strsplit(words, "%s", 3);
    guint n = g_strv_length(parts);

    return g_strconcat(parts[0], n > 1 ? first : "", n > 1 ? parts[1] : "", n > 2 ? second : "",
                       n > 2 ? parts[2] : "", NULL);
}

static char *translate(const char *problem)
{
    for (size_t i = 0; i < G_N_ELEMENTS(cert_problems); i++) {
        const char *begin = cert_problems[i].begin;
        const char *between = cert_problems[i].between;
        const char *rest = problem + strlen(begin);
        const char *middle;
        g_autofree char *first = NULL;

        if (!g_str_has_prefix(problem, begin))
            continue;
        middle = between ? strstr(rest, between) : NULL;
        if (between && !middle)
            continue;
        first = between ? g_strndup(rest, (gsize)(middle - rest)) : g_strdup(rest);
        return fill(_(cert_problems[i].words), first, between ? middle + strlen(between) : "");
    }
    return g_strdup(problem);
}

char *words_certificate_problem(const struct ars_cert *cert)
{
    g_auto(GStrv) parts = g_strsplit(cert->problem, "; ", -1);

    for (char **p = parts; *p; p++) {
        char *words = translate(*p);

        g_free(*p);
        *p = words;
    }
    return g_strjoinv("; ", parts);
}
