/*
 * Fuzz target: settings.json. What can be read can be written, and reads the same again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <ars/settings.h>

#include "settings_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int ok)
{
    if (!ok)
        abort();
}

static void check_bounds(struct ars_settings *s)
{
    check(s->account_count <= ARS_SETTINGS_ACCOUNTS);
    for (size_t i = 0; i < s->account_count; i++) {
        size_t max;
        char **text;

        check(s->accounts[i].id && s->accounts[i].id[0]);
        check(s->accounts[i].ring_s <= ARS_SETTINGS_RING_MAX);
        for (size_t k = 0; (text = settings_account_text(&s->accounts[i], k, NULL, &max)); k++)
            check(!*text || strlen(*text) <= max);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct ars_settings *s = NULL;
    struct ars_settings *again = NULL;
    char *first = NULL;
    char *second = NULL;
    bool clean;

    check(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    if (settings_parse(text, size, &s, &clean) == 0) {
        check_bounds(s);
        check(settings_print(s, &first) == 0);
        check(settings_parse(first, strlen(first), &again, &clean) == 0);
        check(clean);
        check(settings_print(again, &second) == 0);
        check(strcmp(first, second) == 0);
    }
    ars_settings_free(s);
    ars_settings_free(again);
    free(first);
    free(second);
    free(text);
    return 0;
}
