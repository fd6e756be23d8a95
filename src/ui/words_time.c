/* ui: what is said of times and of calls that are over. */
#include <glib/gi18n.h>

#include <ars/reason.h>
#include <ars/str.h>

#include "words.h"

char *words_clock(guint64 ms)
{
    guint64 s = ms / 1000;

    if (s >= 3600)
        return g_strdup_printf("%u:%02u:%02u", (guint)(s / 3600), (guint)(s / 60 % 60),
                               (guint)(s % 60));
    return g_strdup_printf("%02u:%02u", (guint)(s / 60), (guint)(s % 60));
}

char *words_duration(guint64 ms)
{
    guint s = (guint)(ms / 1000);
    guint hours = s / 3600, minutes = s / 60 % 60, seconds = s % 60;
    g_autofree char *h = g_strdup_printf(ngettext("%u hour", "%u hours", hours), hours);
    g_autofree char *m = g_strdup_printf(ngettext("%u minute", "%u minutes", minutes), minutes);
    g_autofree char *sec = g_strdup_printf(ngettext("%u second", "%u seconds", seconds), seconds);

    if (hours)
        return minutes ? g_strdup_printf("%s %s", h, m) : g_steal_pointer(&h);
    if (minutes)
        return seconds ? g_strdup_printf("%s %s", m, sec) : g_steal_pointer(&m);
    return g_steal_pointer(&sec);
}

static gboolean same_day(GDateTime *a, GDateTime *b)
{
    return g_date_time_get_year(a) == g_date_time_get_year(b) &&
           g_date_time_get_day_of_year(a) == g_date_time_get_day_of_year(b);
}

char *words_when(gint64 us, gint64 now_us)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) now = g_date_time_new_from_unix_local(now_us / G_USEC_PER_SEC);
    g_autoptr(GDateTime) yesterday = now ? g_date_time_add_days(now, -1) : NULL;

    if (!at || !now || !yesterday)
        return g_strdup("");
    if (same_day(at, now))
        return g_date_time_format(at, "%H:%M");
    if (same_day(at, yesterday))
        /* Translators: a time of yesterday, see strftime(3) */
        return g_date_time_format(at, _("Yesterday, %H:%M"));
    if (g_date_time_get_year(at) == g_date_time_get_year(now))
        /* Translators: a day of this year with its time */
        return g_date_time_format(at, _("%-d %b, %H:%M"));
    /* Translators: a day of another year */
    return g_date_time_format(at, _("%-d %b %Y"));
}

char *words_when_long(gint64 us)
{
    g_autoptr(GDateTime) at = g_date_time_new_from_unix_local(us / G_USEC_PER_SEC);

    /* Translators: a full date and time, see strftime(3) */
    return at ? g_date_time_format(at, _("%A, %-d %B %Y, %H:%M:%S")) : g_strdup("");
}

const char *words_result(const struct ars_history_entry *e)
{
    switch (e->result) {
    case ARS_HISTORY_RUNNING:
    case ARS_HISTORY_TALKING:
        return _("Now");
    case ARS_HISTORY_MISSED:
        return _("Missed");
    case ARS_HISTORY_ELSEWHERE:
        return _("Answered elsewhere");
    case ARS_HISTORY_FORWARDED:
        return _("Forwarded");
    case ARS_HISTORY_DECLINED:
        return e->incoming ? _("Declined by you") : _("Declined");
    case ARS_HISTORY_CANCELLED:
        return _("Cancelled");
    case ARS_HISTORY_BUSY:
        return _("Busy");
    case ARS_HISTORY_NO_ANSWER:
        return _("No answer");
    case ARS_HISTORY_FAILED:
        return words_result_reason(e) ? words_result_reason(e) : _("Failed");
    default:
        return e->incoming ? _("Incoming") : _("Outgoing");
    }
}

const char *words_result_icon(const struct ars_history_entry *e)
{
    switch (e->result) {
    case ARS_HISTORY_MISSED:
        return "ars-call-missed-symbolic";
    case ARS_HISTORY_DECLINED:
    case ARS_HISTORY_BUSY:
    case ARS_HISTORY_NO_ANSWER:
    case ARS_HISTORY_FAILED:
        return "ars-call-failed-symbolic";
    default:
        return e->incoming ? "ars-call-in-symbolic" : "ars-call-out-symbolic";
    }
}

const char *words_result_reason(const struct ars_history_entry *e)
{
    if (!e->reason || !e->reason[0] || (e->result == ARS_HISTORY_CANCELLED && !e->incoming))
        return NULL;
    if (ars_streq(e->reason, ARS_HISTORY_BROKEN_OFF))
        return _("The phone was closed during the call");
    for (int code = 1; code < ARS_REASON_COUNT; code++)
        if (ars_streq(e->reason, ars_reason_name((enum ars_reason_code)code)))
            return words_call_reason((enum ars_reason_code)code);
    return NULL;
}
