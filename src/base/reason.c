/* base: why something ended. */
#include <stdarg.h>
#include <stdio.h>

#include <ars/reason.h>

static const struct {
    const char *name;
    const char *words;
} table[ARS_REASON_COUNT] = {
    [ARS_REASON_NONE] = {"none", "No reason"},
    [ARS_REASON_LOCAL_HANGUP] = {"local_hangup", "Hung up"},
    [ARS_REASON_REMOTE_HANGUP] = {"remote_hangup", "The other side hung up"},
    [ARS_REASON_CANCELLED] = {"cancelled", "Given up before the answer"},
    [ARS_REASON_ANSWERED_ELSEWHERE] = {"answered_elsewhere", "Answered on another phone"},
    [ARS_REASON_DECLINED] = {"declined", "Declined"},
    [ARS_REASON_BUSY] = {"busy", "Busy"},
    [ARS_REASON_NO_ANSWER] = {"no_answer", "No answer"},
    [ARS_REASON_NOT_FOUND] = {"not_found", "There is no such number"},
    [ARS_REASON_FORBIDDEN] = {"forbidden", "The server does not allow it"},
    [ARS_REASON_UNAVAILABLE] = {"unavailable", "The number cannot be reached now"},
    [ARS_REASON_REDIRECTED] = {"redirected", "The call was redirected"},
    [ARS_REASON_NOT_ACCEPTABLE] = {"not_acceptable", "The two sides have no common way to talk"},
    [ARS_REASON_NO_CANDIDATE] = {"no_candidate", "The server cannot reach this computer's sound"},
    [ARS_REASON_NO_CODEC] = {"no_codec", "The server takes none of the codecs that are allowed"},
    [ARS_REASON_MEDIA_FAILED] = {"media_failed", "No sound path to the other side"},
    [ARS_REASON_NOT_ENCRYPTED] = {"not_encrypted", "The other side does not encrypt its sound"},
    [ARS_REASON_DIALOG_LOST] = {"dialog_lost", "The server has lost the call"},
    [ARS_REASON_TRANSFERRED] = {"transferred", "Transferred"},
    [ARS_REASON_DO_NOT_DISTURB] = {"do_not_disturb", "Not to be disturbed"},
    [ARS_REASON_FORWARDED] = {"forwarded", "Forwarded"},
    [ARS_REASON_ANONYMOUS] = {"anonymous", "Callers without a number are refused"},
    [ARS_REASON_WRONG_PASSWORD] = {"wrong_password", "Wrong login or password"},
    [ARS_REASON_WRONG_REALM] = {"wrong_realm", "The server asks for the password of another realm"},
    [ARS_REASON_NAME_NOT_FOUND] = {"name_not_found", "The server's name has no address"},
    [ARS_REASON_UNREACHABLE] = {"unreachable", "The server cannot be reached"},
    [ARS_REASON_TIMEOUT] = {"timeout", "The server does not answer"},
    [ARS_REASON_CERTIFICATE] = {"certificate", "The server's certificate is not trusted"},
    [ARS_REASON_TLS] = {"tls", "No secure connection could be made"},
    [ARS_REASON_WRONG_PATH] = {"wrong_path", "The server does not know the path"},
    [ARS_REASON_UPGRADE_FORBIDDEN] = {"upgrade_forbidden", "The server does not let us in here"},
    [ARS_REASON_UPGRADE_REFUSED] = {"upgrade_refused", "The server refused the connection"},
    [ARS_REASON_NO_SIP_PROTOCOL] = {"no_sip_protocol", "The server does not speak SIP here"},
    [ARS_REASON_CONNECTION_LOST] = {"connection_lost", "The connection was lost"},
    [ARS_REASON_PROXY] = {"proxy", "The HTTP proxy refused the connection"},
    [ARS_REASON_SERVER_ERROR] = {"server_error", "The server answered with an error"},
    [ARS_REASON_NO_NETWORK] = {"no_network", "This computer has no network"},
    [ARS_REASON_NO_CONNECTION] = {"no_connection", "There is no connection to the server"},
    [ARS_REASON_BAD_NUMBER] = {"bad_number", "This is not a number to dial"},
    [ARS_REASON_NOT_NOW] = {"not_now", "This cannot be done now"},
    [ARS_REASON_INTERNAL] = {"internal", "Something went wrong in the phone"},
};

static enum ars_reason_code valid(enum ars_reason_code code)
{
    return (unsigned)code < ARS_REASON_COUNT ? code : ARS_REASON_INTERNAL;
}

const char *ars_reason_name(enum ars_reason_code code)
{
    return table[valid(code)].name;
}

const char *ars_reason_words(enum ars_reason_code code)
{
    return table[valid(code)].words;
}

void ars_reason_set(struct ars_reason *r, enum ars_reason_code code, int sip_status,
                    const char *fmt, ...)
{
    va_list ap;

    *r = (struct ars_reason){.code = code, .sip_status = sip_status};
    va_start(ap, fmt);
    vsnprintf(r->text, sizeof(r->text), fmt, ap);
    va_end(ap);
}
