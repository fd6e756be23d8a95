/* ui: what is said where there are several accounts. */
#include <glib/gi18n.h>

#include "words.h"

char *words_which_account(const struct ars_app *app, const char *account_id, gboolean incoming)
{
    const struct ars_app_line *line = ars_app_find_line(app, account_id);
    g_autofree char *name = NULL;

    if (!line || ars_app_lines_on(app) < 2)
        return g_strdup("");
    name = words_account(line->login, line->server);
    if (incoming)
        /* Translators: the account that is called */
        return g_strdup_printf(_("For %s"), name);
    /* Translators: the account that calls */
    return g_strdup_printf(_("From %s"), name);
}
