/* ui: words for the mailbox and the watched lines. */
#include <glib/gi18n.h>

#include "words.h"

static const char *state_words(const struct ars_app_watched *w)
{
    switch (w->state) {
    case ARS_WATCH_IDLE:
        return w->parking ? _("No call waits here") : _("Free");
    case ARS_WATCH_BUSY:
        return w->parking ? _("A parked call waits") : C_("line", "Busy");
    case ARS_WATCH_CLOSED:
        return _("Not reachable");
    case ARS_WATCH_RINGING:
        return C_("line", "Rings");
    default:
        return _("State not known");
    }
}

char *words_watched(const struct ars_app_watched *w)
{
    g_autofree char *who = NULL;
    const char *state = state_words(w);

    if (!w->peer_name[0] && !w->peer_number[0])
        return g_strdup_printf("%s · %s", w->number, state);
    who = words_caller(w->peer_name, w->peer_number);
    if (w->called)
        /* Translators: a watched line: its number, its state, who has called it */
        return g_strdup_printf(_("%s · %s, called by %s"), w->number, state, who);
    /* Translators: a watched line: its number, its state, whom it has called */
    return g_strdup_printf(_("%s · %s, has called %s"), w->number, state, who);
}

char *words_mailbox(unsigned fresh)
{
    if (fresh)
        return g_strdup_printf(
            ngettext("Mailbox: %u new message", "Mailbox: %u new messages", fresh), fresh);
    return g_strdup(_("Mailbox: no new messages"));
}

char *words_mailboxes(unsigned fresh)
{
    if (fresh)
        return g_strdup_printf(
            ngettext("Mailboxes: %u new message", "Mailboxes: %u new messages", fresh), fresh);
    return g_strdup(_("Mailboxes: no new messages"));
}

char *words_mailbox_of(const struct ars_app_line *line, unsigned fresh)
{
    g_autofree char *account = words_account(line->login, line->server);

    if (fresh)
        /* Translators: an account, and what is in its mailbox */
        return g_strdup_printf(ngettext("%s: %u new message", "%s: %u new messages", fresh),
                               account, fresh);
    /* Translators: an account, and what is in its mailbox */
    return g_strdup_printf(_("%s: no new messages"), account);
}
