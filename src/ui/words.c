/* ui: what is said of the line and its calls. */
#include <glib/gi18n.h>

#include <ars/clock.h>
#include <ars/reason.h>

#include "words.h"

static const char *const call_reasons[ARS_REASON_COUNT] = {
    [ARS_REASON_LOCAL_HANGUP] = N_("Call ended"),
    [ARS_REASON_REMOTE_HANGUP] = N_("The other side hung up"),
    [ARS_REASON_CANCELLED] = N_("The caller gave up"),
    [ARS_REASON_ANSWERED_ELSEWHERE] = N_("Answered on another phone"),
    [ARS_REASON_DECLINED] = N_("Declined"),
    [ARS_REASON_BUSY] = N_("Busy"),
    [ARS_REASON_NO_ANSWER] = N_("No answer"),
    [ARS_REASON_NOT_FOUND] = N_("There is no such number"),
    [ARS_REASON_FORBIDDEN] = N_("The server does not allow this call"),
    [ARS_REASON_UNAVAILABLE] = N_("The number cannot be reached now"),
    [ARS_REASON_REDIRECTED] = N_("The call was redirected"),
    [ARS_REASON_NOT_ACCEPTABLE] = N_("The two phones have no common way to talk"),
    [ARS_REASON_NO_CANDIDATE] = N_("The server cannot reach this computer; a STUN server may help"),
    [ARS_REASON_NO_CODEC] = N_("The server takes none of the codecs that are allowed here"),
    [ARS_REASON_MEDIA_FAILED] = N_("No sound path to the other side"),
    [ARS_REASON_NOT_ENCRYPTED] = N_("The other side does not encrypt its sound"),
    [ARS_REASON_DIALOG_LOST] = N_("The server lost the call"),
    [ARS_REASON_TRANSFERRED] = N_("Transferred"),
    [ARS_REASON_DO_NOT_DISTURB] = N_("Do not disturb was on"),
    [ARS_REASON_FORWARDED] = N_("Forwarded"),
    [ARS_REASON_ANONYMOUS] = N_("The caller withheld its number"),
    [ARS_REASON_CONNECTION_LOST] = N_("The connection was lost"),
    [ARS_REASON_TIMEOUT] = N_("The server does not answer"),
    [ARS_REASON_SERVER_ERROR] = N_("The server answered with an error"),
    [ARS_REASON_NO_CONNECTION] = N_("There is no connection to the server"),
    [ARS_REASON_BAD_NUMBER] = N_("This is not a number to dial"),
    [ARS_REASON_NOT_NOW] = N_("This cannot be done now"),
    [ARS_REASON_WRONG_PASSWORD] = N_("The server wants another password"),
    [ARS_REASON_WRONG_REALM] = N_("The server asks for the password of another realm"),
    [ARS_REASON_INTERNAL] = N_("Something went wrong in the phone"),
};

static const char *const line_reasons[ARS_REASON_COUNT] = {
    [ARS_REASON_WRONG_PASSWORD] = N_("Wrong password"),
    [ARS_REASON_WRONG_REALM] = N_("Another realm"),
    [ARS_REASON_NAME_NOT_FOUND] = N_("Server not found"),
    [ARS_REASON_UNREACHABLE] = N_("Server cannot be reached"),
    [ARS_REASON_TIMEOUT] = N_("Server does not answer"),
    [ARS_REASON_CERTIFICATE] = N_("Certificate not trusted"),
    [ARS_REASON_TLS] = N_("No secure connection"),
    [ARS_REASON_WRONG_PATH] = N_("Wrong path"),
    [ARS_REASON_UPGRADE_FORBIDDEN] = N_("Server does not let this computer in"),
    [ARS_REASON_UPGRADE_REFUSED] = N_("Server refused the connection"),
    [ARS_REASON_NO_SIP_PROTOCOL] = N_("Server does not speak SIP here"),
    [ARS_REASON_CONNECTION_LOST] = N_("No connection"),
    [ARS_REASON_NO_NETWORK] = N_("No network"),
    [ARS_REASON_PROXY] = N_("The proxy refused the connection"),
    [ARS_REASON_SERVER_ERROR] = N_("Server error"),
    [ARS_REASON_FORBIDDEN] = N_("Server refused the account"),
    [ARS_REASON_NOT_FOUND] = N_("Server does not know the account"),
    [ARS_REASON_UNAVAILABLE] = N_("Server is not available"),
    [ARS_REASON_INTERNAL] = N_("Something went wrong in the phone"),
};

const char *words_call_reason(enum ars_reason_code code)
{
    const char *words = (unsigned)code < ARS_REASON_COUNT ? call_reasons[code] : NULL;

    return words ? _(words) : words_line_reason(code);
}

const char *words_line_reason(enum ars_reason_code code)
{
    const char *words = (unsigned)code < ARS_REASON_COUNT ? line_reasons[code] : NULL;

    return words ? _(words) : _("No connection");
}

char *words_details(const struct ars_reason *reason)
{
    GString *s = g_string_new(NULL);

    if (reason->sip_status)
        g_string_append_printf(s, "%d", reason->sip_status);
    if (reason->text[0])
        g_string_append_printf(s, "%s%s", s->len ? " " : "", reason->text);
    if (reason->q850)
        g_string_append_printf(s, "%sQ.850 %d", s->len ? ", " : "", reason->q850);
    return g_string_free(s, FALSE);
}

char *words_call_details(const struct ars_reason *reason)
{
    g_autofree char *details = words_details(reason);
    g_autofree char *wait = words_clock(1000 * (guint64)reason->retry_after_s);

    if (!reason->retry_after_s)
        return g_steal_pointer(&details);
    /* Translators: what the other side said, and a time like 05:00 */
    return g_strdup_printf(_("%s; try again in %s"), details, wait);
}

enum words_dot words_line_dot(const struct ars_app_line *line)
{
    switch (line->state) {
    case ARS_ACCOUNT_READY:
        return WORDS_DOT_READY;
    case ARS_ACCOUNT_WAITING:
    case ARS_ACCOUNT_OFFLINE:
        return WORDS_DOT_WAITING;
    case ARS_ACCOUNT_FAILED:
        return WORDS_DOT_FAILED;
    case ARS_ACCOUNT_OFF:
        return line->asking_keyring   ? WORDS_DOT_BUSY
               : line->needs_password ? WORDS_DOT_FAILED
                                      : WORDS_DOT_OFF;
    default:
        return WORDS_DOT_BUSY;
    }
}

static char *waiting(const struct ars_app_line *line)
{
    guint64 now = ars_clock_ms();
    guint s = line->retry_at_ms > now ? (guint)((line->retry_at_ms - now + 999) / 1000) : 0;

    if (s == 0)
        return g_strdup_printf(_("%s, trying again"), words_line_reason(line->reason.code));
    /* Translators: why there is no connection, and the seconds to the next attempt */
    return g_strdup_printf(ngettext("%s, trying again in %u s", "%s, trying again in %u s", s),
                           words_line_reason(line->reason.code), s);
}

char *words_line(const struct ars_app_line *line)
{
    switch (line->state) {
    case ARS_ACCOUNT_READY:
        /* Translators: the state of the line; the login follows */
        return line->demo ? g_strdup(_("Ready · demo"))
                          : g_strdup_printf(_("Ready · %s"), line->login);
    case ARS_ACCOUNT_RESOLVING:
    case ARS_ACCOUNT_CONNECTING:
        return g_strdup(_("Connecting…"));
    case ARS_ACCOUNT_REGISTERING:
        return g_strdup(_("Registering…"));
    case ARS_ACCOUNT_LEAVING:
        return g_strdup(_("Disconnecting…"));
    case ARS_ACCOUNT_WAITING:
        return waiting(line);
    case ARS_ACCOUNT_FAILED:
    case ARS_ACCOUNT_OFFLINE:
        return g_strdup(words_line_reason(line->reason.code));
    default:
        break;
    }
    if (line->disabled)
        return g_strdup(_("Switched off"));
    if (line->asking_keyring)
        return g_strdup(_("Waiting for the keyring…"));
    if (line->needs_password)
        return g_strdup(_("Password needed"));
    return g_strdup(line->configured || line->demo ? _("Not connected") : _("No account"));
}

char *words_line_still(const struct ars_app_line *line)
{
    return line->state == ARS_ACCOUNT_WAITING ? g_strdup(words_line_reason(line->reason.code))
                                              : words_line(line);
}

static char *certificate_advice(const struct ars_app_line *line)
{
    g_autofree char *problem = line->cert ? words_certificate_problem(line->cert) : NULL;

    if (!problem || !problem[0])
        return g_strdup_printf(_("The certificate of %s is not trusted. Look at it, and decide "
                                 "whether you know this server."),
                               line->server);
    /* Translators: the server's name, then why its certificate was refused */
    return g_strdup_printf(_("The certificate of %s is not trusted: %s. Look at it, and decide "
                             "whether you know this server."),
                           line->server, problem);
}

static char *advice_on(const struct ars_app_line *line)
{
    switch (line->reason.code) {
    case ARS_REASON_NO_NETWORK:
        return g_strdup(
            _("This computer has no network. As soon as it has one, the phone connects."));
    case ARS_REASON_WRONG_PASSWORD:
        return g_strdup_printf(_("%s refused the login or the password of %s. Check both."),
                               line->server, line->login);
    case ARS_REASON_WRONG_REALM:
        return g_strdup_printf(_("%s asks for the password of another realm than the one in the "
                                 "settings. Check the realm."),
                               line->server);
    case ARS_REASON_CERTIFICATE:
        return certificate_advice(line);
    case ARS_REASON_NAME_NOT_FOUND:
        return g_strdup_printf(_("There is no server called %s. Check its name, or the network."),
                               line->server);
    case ARS_REASON_WRONG_PATH:
        return g_strdup_printf(_("%s has no telephone at this path. Check the path."),
                               line->server);
    case ARS_REASON_UNREACHABLE:
        return g_strdup_printf(_("%s takes no connection. Check its name and port, or the "
                                 "network."),
                               line->server);
    case ARS_REASON_TIMEOUT:
        return g_strdup_printf(_("%s does not answer. Check its name and port, or the network."),
                               line->server);
    case ARS_REASON_TLS:
        return g_strdup_printf(_("No secure connection to %s could be made. Check the port."),
                               line->server);
    case ARS_REASON_NO_SIP_PROTOCOL:
    case ARS_REASON_UPGRADE_REFUSED:
        return g_strdup_printf(_("%s answers, but not as a telephone server. Check port and path."),
                               line->server);
    case ARS_REASON_UPGRADE_FORBIDDEN:
        return g_strdup_printf(_("%s answers, but forbids the connection. Ask who runs it."),
                               line->server);
    case ARS_REASON_PROXY:
        return g_strdup(_("The network's proxy refused the connection. Ask who runs it."));
    case ARS_REASON_FORBIDDEN:
    case ARS_REASON_NOT_FOUND:
        return g_strdup_printf(_("%s does not accept the login %s. Check it."), line->server,
                               line->login);
    case ARS_REASON_SERVER_ERROR:
    case ARS_REASON_UNAVAILABLE:
        return g_strdup_printf(_("%s has a problem of its own. It is tried again."), line->server);
    default:
        return g_strdup_printf(_("The connection to %s was lost. It is tried again."),
                               line->server);
    }
}

char *words_account(const char *login, const char *server)
{
    /* Translators: the login, and the server's name */
    return g_strdup_printf(_("%s at %s"), login ? login : "", server ? server : "");
}

char *words_line_advice(const struct ars_app_line *line)
{
    if (line->state == ARS_ACCOUNT_FAILED || line->state == ARS_ACCOUNT_WAITING ||
        line->state == ARS_ACCOUNT_OFFLINE)
        return advice_on(line);
    if (line->demo)
        return g_strdup(_("The demo line runs inside this machine. Call 600: it repeats what you "
                          "say."));
    if (line->state == ARS_ACCOUNT_READY)
        return g_strdup_printf(_("You can call, and be called, as %s at %s."), line->login,
                               line->server);
    if (line->asking_keyring)
        return g_strdup(_("The password is in the keyring. Unlock it when you are asked to."));
    if (line->needs_password)
        return g_strdup_printf(_("No password is known for %s. Enter it in the settings."),
                               line->login);
    if (!line->configured)
        return g_strdup(_("Enter the server and the login that you were given."));
    if (line->disabled)
        return g_strdup(_("The account is switched off in the settings."));
    return words_account(line->login, line->server);
}

const char *words_call_state(const struct ars_app_call *call)
{
    switch (call->state) {
    case ARS_CALL_PREPARING:
    case ARS_CALL_DIALING:
        return call->reconnecting ? _("Reconnecting…") : _("Calling…");
    case ARS_CALL_PROGRESS:
        return call->ringing ? _("Ringing…") : _("Calling…");
    case ARS_CALL_INCOMING:
        return _("Incoming call");
    case ARS_CALL_ANSWERING:
        return _("Connecting…");
    case ARS_CALL_ENDING:
        return _("Hanging up…");
    case ARS_CALL_ENDED:
        return call->reason.code == ARS_REASON_CANCELLED && !call->incoming
                   ? _("Cancelled")
                   : words_call_reason(call->reason.code);
    default:
        break;
    }
    if (call->reconnecting)
        return _("Reconnecting…");
    if (call->held && call->remote_held)
        return _("On hold by both sides");
    if (call->held)
        return _("On hold");
    if (call->remote_held)
        return _("The other side holds the call");
    return NULL;
}

char *words_caller(const char *name, const char *number)
{
    g_autofree char *shown = NULL;
    char *formatted;

    if (name && name[0])
        return g_strdup(name);
    if (!number || !number[0])
        return g_strdup(_("Unknown caller"));
    formatted = ars_app_format_number(number);
    shown = g_strdup(formatted);
    free(formatted);
    return g_steal_pointer(&shown);
}

/* To a code of the PBX: nobody is named. */
static char *words_parking(const struct ars_app_call *call)
{
    switch (call->transfer) {
    case ARS_APP_TRANSFER_ASKED:
        return g_strdup(_("Parking…"));
    case ARS_APP_TRANSFER_DONE:
        return g_strdup(_("The call is parked"));
    case ARS_APP_TRANSFER_FAILED:
        /* Translators: why the call was not parked */
        return g_strdup_printf(_("%s. The call was not parked, and goes on."),
                               words_call_reason(call->transfer_reason.code));
    default:
        return NULL;
    }
}

char *words_transfer(const struct ars_app_call *call)
{
    g_autofree char *to = words_caller(NULL, call->transfer_to);

    if (!call->transfer_to || !call->transfer_to[0])
        return words_parking(call);
    switch (call->transfer) {
    case ARS_APP_TRANSFER_ASKED:
        /* Translators: whom the call is handed on to */
        return call->transfer_reason.sip_status == 180
                   ? g_strdup_printf(_("Transferring to %s: it rings there"), to)
                   : g_strdup_printf(_("Transferring to %s…"), to);
    case ARS_APP_TRANSFER_DONE:
        return g_strdup_printf(_("Transferred to %s"), to);
    case ARS_APP_TRANSFER_FAILED:
        /* Translators: to whom the call should have gone, and why it did not */
        return g_strdup_printf(_("%s: %s. The call was not transferred, and goes on."), to,
                               words_call_reason(call->transfer_reason.code));
    default:
        return NULL;
    }
}
