/* cli: number. */
#include <stdio.h>
#include <stdlib.h>

#include <json-c/json.h>

#include "session.h"

static void show_json(const char *number, const char *wire, size_t rule)
{
    struct json_object *o = json_object_new_object();

    json_object_object_add(o, "t", json_object_new_int(0));
    json_object_object_add(o, "event", json_object_new_string("number"));
    json_object_object_add(o, "call", NULL);
    json_object_object_add(o, "number", json_object_new_string(number));
    json_object_object_add(o, "wire", json_object_new_string(wire));
    json_object_object_add(o, "rule", rule ? json_object_new_int((int)rule) : NULL);
    puts(
        json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
    json_object_put(o);
}

static void show(const char *number, const char *wire, size_t rule)
{
    printf("%s", number);
    if (rule)
        printf(" -> %s (rule %zu)", wire, rule);
    putchar('\n');
}

static void number_begin(struct session *s)
{
    char *number;
    char *wire;
    size_t rule;

    if (ars_engine_check_number(s->opt->account->dial_rules, s->opt->argument, NULL, NULL, &number,
                                &wire, &rule)) {
        fprintf(stderr, "ars-phone-cli: '%s' is not a number to dial\n", s->opt->argument);
        session_finish(s, EXIT_USAGE);
        return;
    }
    if (s->opt->json)
        show_json(number, wire, rule);
    else
        show(number, wire, rule);
    free(number);
    free(wire);
    session_finish(s, EXIT_DONE);
}

const struct command command_number = {
    .name = "number",
    .needs_argument = true,
    .begin = number_begin,
};
