/* Tests of the views: the state of the line, in the header, its popover and the banner. */
#include <string.h>

#include <ars/reason.h>

#include "stage.h"

static void refuse(enum ars_reason_code code, int status, const char *text, guint32 retry_ms)
{
    ars_reason_set(&fake_manners.refuse, code, status, "%s", text);
    fake_manners.retry_ms = retry_ms;
    account_on();
}

/* The engine is on its way and no further. */
static void on_the_way(enum ars_account_state state)
{
    fake_manners.registers = FALSE;
    account_on();
    fake_account(ARS_EV_ACCOUNT, state);
    settle();
}

static void play_ready(void)
{
    sees("Ready · 100", "Готов · 100");
    look("line-ready");
    press("Ready · 100", "Готов · 100");
    sees("You can call, and be called, as 100 at pbx.example.com.",
         "Вы можете звонить и принимать вызовы как 100 на pbx.example.com.");
    sees_not("Details", "Подробности");
    look("line-ready-open");
    key("Escape");
}

static void play_connecting(void)
{
    on_the_way(ARS_ACCOUNT_CONNECTING);
    sees("Connecting…", "Подключение…");
    button("Call", "Позвонить", FALSE);
    look("line-connecting");
}

static void play_registering(void)
{
    on_the_way(ARS_ACCOUNT_REGISTERING);
    sees("Registering…", "Регистрация…");
    look("line-registering");
}

static void play_wrong_password(void)
{
    refuse(ARS_REASON_WRONG_PASSWORD, 401, "Unauthorized", 0);
    sees("Wrong password", "Неверный пароль");
    sees("pbx.example.com refused the login or the password of 100. Check both.",
         "pbx.example.com не принял логин или пароль для 100. Проверьте оба.");
    button("Settings", "Настройки", TRUE);
    button("Call", "Позвонить", FALSE);
    look("line-password");
    press("Wrong password", "Неверный пароль");
    button("Try now", "Повторить", TRUE);
    sees("Details", "Подробности");
    sees_not("401 Unauthorized", "401 Unauthorized");
    look("line-password-open");
    key("Escape");
}

static void play_waiting(void)
{
    struct ars_command *cmd;

    refuse(ARS_REASON_CONNECTION_LOST, 0, "", 4000);
    sees("No connection, trying again in 4 s", "Нет связи, новая попытка через 4 с");
    look("line-waiting");
    clock_forward(2500);
    sees("No connection, trying again in 2 s", "Нет связи, новая попытка через 2 с");
    press("Try now", "Повторить");
    cmd = fake_find_command(ARS_CMD_RETRY);
    must(cmd != NULL);
    ars_command_free(cmd);
    clock_forward(2000);
    sees("No connection, trying again", "Нет связи, новая попытка");
}

static void play_offline(void)
{
    fake_account(ARS_EV_ACCOUNT, ARS_ACCOUNT_OFFLINE);
    settle();
    sees("No network", "Нет сети");
    sees("This computer has no network. As soon as it has one, the phone connects.",
         "У компьютера нет сети. Как только она появится, телефон подключится.");
    look("line-offline");
    fake_account(ARS_EV_ACCOUNT, ARS_ACCOUNT_READY);
    settle();
    sees("Ready · 100", "Готов · 100");
}

static void play_certificate(void)
{
    static const struct ars_cert cert = {
        .subject = "CN=pbx.local",
        .issuer = "CN=pbx.local",
        .names = "pbx.local, 192.0.2.10",
        .not_before = 1772323200, /* 1 March 2026 */
        .not_after = 1803859200,  /* 1 March 2027 */
        .sha256 = {0xab, 0xcd, 0x01},
        .problem = "the certificate is self-signed; the certificate is for pbx.local, not "
                   "pbx.example.com",
    };

    fake_manners.cert = &cert;
    refuse(ARS_REASON_CERTIFICATE, 0, cert.problem, 0);
    sees("Certificate not trusted", "Нет доверия к сертификату");
    sees("The certificate of pbx.example.com is not trusted.",
         "Нет доверия к сертификату pbx.example.com.");
    look("line-certificate");
    press("Look", "Посмотреть");
    sees("Do you know this server?", "Вы знаете этот сервер?");
    sees("nobody but the server itself vouches for it; it is for pbx.local, not pbx.example.com",
         "за него ручается только сам сервер; он выдан для pbx.local, а не для pbx.example.com");
    sees("1 March 2026 – 1 March 2027", "1 марта 2026 – 1 марта 2027");
    sees("AB:CD:01:00:00:00:00:00:00:00:00:00:00:00:00:00\n"
         "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00",
         "AB:CD:01:00:00:00:00:00:00:00:00:00:00:00:00:00\n"
         "00:00:00:00:00:00:00:00:00:00:00:00:00:00:00:00");
    look("certificate");
    /* tried again meanwhile, as where it has been good before: what is read stays */
    fake_account(ARS_EV_ACCOUNT, ARS_ACCOUNT_CONNECTING);
    settle();
    sees("Do you know this server?", "Вы знаете этот сервер?");
    fake_manners.cert = NULL;
    fake_manners.refuse.code = ARS_REASON_NONE;
    press("Trust for this account", "Доверять для этой учётной записи");
    sees("Ready · 100", "Готов · 100");
}

static const struct {
    enum ars_reason_code code;
    const char *name, *english, *russian;
} troubles[] = {
    {ARS_REASON_NAME_NOT_FOUND, "name", "Server not found", "Сервер не найден"},
    {ARS_REASON_UNREACHABLE, "unreachable", "Server cannot be reached", "Сервер недоступен"},
    {ARS_REASON_TIMEOUT, "timeout", "Server does not answer", "Сервер не отвечает"},
    {ARS_REASON_TLS, "tls", "No secure connection", "Нет защищённого соединения"},
    {ARS_REASON_WRONG_PATH, "path", "Wrong path", "Неверный путь"},
    {ARS_REASON_UPGRADE_REFUSED, "upgrade", "Server refused the connection",
     "Сервер отказал в соединении"},
    {ARS_REASON_UPGRADE_FORBIDDEN, "forbids", "Server does not let this computer in",
     "Сервер не пускает этот компьютер"},
    {ARS_REASON_NO_SIP_PROTOCOL, "protocol", "Server does not speak SIP here",
     "Сервер не говорит здесь по SIP"},
    {ARS_REASON_PROXY, "proxy", "The proxy refused the connection", "Прокси отказал в соединении"},
    {ARS_REASON_FORBIDDEN, "forbidden", "Server refused the account",
     "Сервер отклонил учётную запись"},
    {ARS_REASON_SERVER_ERROR, "error", "Server error", "Ошибка сервера"},
};

static void play_troubles(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(troubles); i++) {
        g_autofree char *name = g_strconcat("line-", troubles[i].name, NULL);

        refuse(troubles[i].code, 0, "", 0);
        sees(troubles[i].english, troubles[i].russian);
        look(name);
    }
}

static const struct scene line_scenes[] = {
    {"ready", play_ready},
    {"connecting", play_connecting},
    {"registering", play_registering},
    {"wrong-password", play_wrong_password},
    {"waiting", play_waiting},
    {"offline", play_offline},
    {"certificate", play_certificate},
    {"troubles", play_troubles},
};

const struct group line_group = {
    .name = "line", .scenes = line_scenes, .n = G_N_ELEMENTS(line_scenes)};
