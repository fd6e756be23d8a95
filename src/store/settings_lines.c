/* store: the watched lines of the settings. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <ars/str.h>

#include "settings_json.h"

static bool fits(const char *text)
{
    return !text || strlen(text) <= ARS_SETTINGS_TEXT_MAX;
}

void settings_free_lines(struct ars_settings *s)
{
    for (size_t i = 0; i < s->line_count; i++) {
        free(s->lines[i].account);
        free(s->lines[i].number);
        free(s->lines[i].name);
    }
    free(s->lines);
    s->lines = NULL;
    s->line_count = 0;
}

int settings_add_line(struct ars_settings *s, const struct ars_stored_line *line)
{
    struct ars_stored_line copy = {.parking = line->parking};
    struct ars_stored_line *list;
    int err;

    if (!line->number || !*line->number)
        return EINVAL;
    for (size_t i = 0; i < s->line_count; i++)
        if (ars_streq(s->lines[i].number, line->number) &&
            ars_streq(s->lines[i].account, line->account))
            return EINVAL;
    if (!fits(line->account) || !fits(line->number) || !fits(line->name))
        return EMSGSIZE;
    if (s->line_count >= ARS_SETTINGS_WATCHED)
        return ENOSPC;
    list = realloc(s->lines, (s->line_count + 1) * sizeof(*list));
    if (!list)
        return ENOMEM;
    s->lines = list;
    err = ars_settings_set_text(&copy.account, line->account);
    if (!err)
        err = ars_settings_set_text(&copy.number, line->number);
    if (!err)
        err = ars_settings_set_text(&copy.name, line->name);
    if (err) {
        free(copy.account);
        free(copy.number);
        return err;
    }
    s->lines[s->line_count++] = copy;
    return 0;
}

int ars_settings_set_lines(struct ars_settings *s, const struct ars_stored_line *list, size_t n)
{
    struct ars_settings made = {0};
    int err = 0;

    for (size_t i = 0; !err && i < n; i++)
        err = settings_add_line(&made, &list[i]);
    if (err) {
        settings_free_lines(&made);
        return err;
    }
    settings_free_lines(s);
    s->lines = made.lines;
    s->line_count = made.line_count;
    return 0;
}
