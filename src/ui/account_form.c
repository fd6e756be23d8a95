/* ui: the fields of an account. */
#include <errno.h>
#include <string.h>

#include <glib/gi18n.h>

#include <ars/secret.h>
#include <ars/str.h>

#include "account_details.h"
#include "account_form.h"
#include "dial_rules.h"
#include "hint_row.h"
#include "host_map_editor.h"
#include "lines_row.h"
#include "relay_row.h"
#include "secret_row.h"

#define PORT_DEFAULT 7443
#define PATH_DEFAULT "/ws"
#define RING_DEFAULT 30

struct _ArsAccountForm {
    AdwPreferencesGroup parent_instance;

    /* template widgets */
    GtkEditable *display_name;
    GtkEditable *server;
    ArsHintRow *server_hint;
    GtkEditable *port;
    ArsHintRow *port_hint;
    GtkEditable *path;
    ArsHintRow *path_hint;
    GtkEditable *login;
    ArsHintRow *login_hint;
    ArsSecretRow *password;
    ArsHintRow *password_hint;
    AdwComboRow *refer;
    GtkEditable *ring;
    ArsHintRow *ring_hint;
    GtkEditable *mailbox_number;
    GtkEditable *pickup_code;
    GtkEditable *park_code;
    AdwExpanderRow *network;
    ArsLinesRow *stun;
    ArsHostMapEditor *host_map;
    ArsRelayRow *relay;
    ArsAccountDetails *details;
    ArsDialRules *dial_rules;

    gboolean has_password; /* one is stored */
    gboolean filling;
};

enum { EDITED, SUBMIT, SIGNALS };

static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsAccountForm, ars_account_form, ADW_TYPE_PREFERENCES_GROUP)

static char *text_of(GtkEditable *field)
{
    return g_strstrip(g_strdup(gtk_editable_get_text(field)));
}

/* 0: empty or not a port. */
static guint16 port_of(const char *text, gboolean *ret_bad)
{
    uint32_t port = 0;

    *ret_bad = text[0] && (ars_str_to_u32(text, 65535, &port) || port == 0);
    return (guint16)port;
}

static void show_mapping(ArsAccountForm *self)
{
    g_autofree char *server = text_of(self->server);
    g_autofree char *text = text_of(self->port);
    gboolean bad;
    guint16 port = port_of(text, &bad);

    ars_host_map_editor_set_server(self->host_map, server, port ? port : PORT_DEFAULT);
}

/* As settings.json has it, in the order of the list. */
static const char *const refers[] = {NULL, "follow", "refuse"};

static guint refer_index(const char *refer)
{
    for (guint i = 1; i < G_N_ELEMENTS(refers); i++)
        if (g_strcmp0(refer, refers[i]) == 0)
            return i;
    return 0;
}

/* 0: empty, as usual. */
static gboolean ring_of(const char *text, uint32_t *ret)
{
    *ret = 0;
    return !text[0] || (ars_str_to_u32(text, ARS_SETTINGS_RING_MAX, ret) == 0 && *ret);
}

/* ---- checks: NULL, or what is wrong ---- */

static const char *check_host(const char *host)
{
    if (host[0] == '\0')
        return _("Enter the name of the server that you were given.");
    if (strstr(host, "://") || strchr(host, '/'))
        return _("Only the name belongs here, without “wss://” and path.");
    if (strpbrk(host, " \t@,;"))
        return _("A server's name has no spaces, commas or @.");
    if (strchr(host, ':') && host[0] != '[' && strchr(host, ':') == strrchr(host, ':'))
        return _("The port has a field of its own.");
    return NULL;
}

static const char *check_login(const char *login)
{
    if (login[0] == '\0')
        return _("Enter the login, often the same as your own number.");
    if (strpbrk(login, " \t@:/<>\""))
        return _("Only the login belongs here, without the server.");
    return NULL;
}

static void show_stun(ArsAccountForm *self)
{
    g_autofree char *list = ars_lines_row_get_text(self->stun);
    g_autofree char *words = NULL;
    size_t line = 0;
    int err = ars_app_check_stun(list, &line);

    if (err == EINVAL)
        words = g_strdup_printf(_("Line %u: %s"), (guint)line,
                                _("a name or an address, and a port if need be"));
    else if (err)
        words = g_strdup_printf(_("No more than %u servers can be asked."), ARS_STUN_SERVERS);
    ars_lines_row_set_check(
        self->stun, words ? words : _("A server a line, such as: stun.example.com:3478"), err != 0);
}

static const char *check_ring(const char *ring)
{
    uint32_t s;

    return ring_of(ring, &s) ? NULL : _("A number of seconds, from 1 to 3600.");
}

static gboolean check(ArsAccountForm *self, ArsHintRow *hint, const char *problem, GtkWidget *field,
                      GtkWidget **first_bad)
{
    ars_hint_row_set_error(hint, problem);
    if (problem && !*first_bad)
        *first_bad = field;
    return problem == NULL;
}

static gboolean check_all(ArsAccountForm *self)
{
    g_autofree char *server = text_of(self->server);
    g_autofree char *port = text_of(self->port);
    g_autofree char *login = text_of(self->login);
    g_autofree char *ring = text_of(self->ring);
    struct ars_secret *password = ars_secret_row_get_secret(self->password);
    GtkWidget *bad = NULL;
    gboolean bad_port;

    (void)port_of(port, &bad_port);
    check(self, self->server_hint, check_host(server), GTK_WIDGET(self->server), &bad);
    check(self, self->port_hint, bad_port ? _("The port is a number from 1 to 65535.") : NULL,
          GTK_WIDGET(self->port), &bad);
    check(self, self->path_hint, NULL, GTK_WIDGET(self->path), &bad);
    check(self, self->login_hint, check_login(login), GTK_WIDGET(self->login), &bad);
    check(self, self->password_hint,
          password || self->has_password ? NULL : _("Enter the password."),
          GTK_WIDGET(self->password), &bad);
    check(self, self->ring_hint, check_ring(ring), GTK_WIDGET(self->ring), &bad);
    ars_secret_free(password);
    if (!ars_lines_row_is_good(self->stun) || !ars_host_map_editor_is_good(self->host_map))
        adw_expander_row_set_expanded(self->network, TRUE);
    if (bad)
        gtk_widget_grab_focus(bad);
    else if (!ars_lines_row_is_good(self->stun))
        gtk_widget_grab_focus(GTK_WIDGET(self->stun));
    else if (!ars_host_map_editor_is_good(self->host_map))
        gtk_widget_grab_focus(GTK_WIDGET(self->host_map));
    return ars_account_details_check(self->details) & ars_dial_rules_check(self->dial_rules) &
               ars_relay_row_check(self->relay) &&
           !bad && ars_lines_row_is_good(self->stun) && ars_host_map_editor_is_good(self->host_map);
}

/* ---- the user ---- */

static void clear_error(ArsAccountForm *self, gpointer field)
{
    ArsHintRow *hint = field == self->server     ? self->server_hint
                       : field == self->port     ? self->port_hint
                       : field == self->path     ? self->path_hint
                       : field == self->login    ? self->login_hint
                       : field == self->password ? self->password_hint
                       : field == self->ring     ? self->ring_hint
                                                 : NULL;

    if (hint)
        ars_hint_row_set_error(hint, NULL);
}

static void on_edited(ArsAccountForm *self, gpointer field)
{
    if (self->filling)
        return;
    clear_error(self, field);
    if (field == self->stun)
        show_stun(self);
    if (field == self->server || field == self->port)
        show_mapping(self);
    g_signal_emit(self, signals[EDITED], 0);
}

static void on_chosen(ArsAccountForm *self)
{
    on_edited(self, NULL);
}

static void on_submit(ArsAccountForm *self)
{
    g_signal_emit(self, signals[SUBMIT], 0);
}

static void connect_field(ArsAccountForm *self, gpointer field)
{
    g_signal_connect_object(field, "changed", G_CALLBACK(on_edited), self, G_CONNECT_SWAPPED);
    if (ADW_IS_ENTRY_ROW(field))
        g_signal_connect_object(field, "entry-activated", G_CALLBACK(on_submit), self,
                                G_CONNECT_SWAPPED);
}

/* ---- the object ---- */

static void ars_account_form_class_init(ArsAccountFormClass *klass)
{
    GtkWidgetClass *widget = GTK_WIDGET_CLASS(klass);
    const GType type = G_TYPE_FROM_CLASS(klass);

    g_type_ensure(ARS_TYPE_ACCOUNT_DETAILS);
    g_type_ensure(ARS_TYPE_DIAL_RULES);
    g_type_ensure(ARS_TYPE_HINT_ROW);
    g_type_ensure(ARS_TYPE_HOST_MAP_EDITOR);
    g_type_ensure(ARS_TYPE_LINES_ROW);
    g_type_ensure(ARS_TYPE_RELAY_ROW);
    g_type_ensure(ARS_TYPE_SECRET_ROW);
    signals[EDITED] =
        g_signal_new("edited", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[SUBMIT] =
        g_signal_new("submit", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    gtk_widget_class_set_template_from_resource(widget,
                                                "/io/github/arsphone/ArsPhone/account_form.ui");
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, display_name);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, server);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, server_hint);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, port);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, port_hint);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, path);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, path_hint);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, login);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, login_hint);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, password);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, password_hint);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, refer);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, ring);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, ring_hint);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, mailbox_number);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, pickup_code);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, park_code);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, network);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, stun);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, host_map);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, relay);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, details);
    gtk_widget_class_bind_template_child(widget, ArsAccountForm, dial_rules);
    gtk_widget_class_bind_template_callback(widget, on_chosen);
}

static void ars_account_form_init(ArsAccountForm *self)
{
    gtk_widget_init_template(GTK_WIDGET(self));
    connect_field(self, self->display_name);
    connect_field(self, self->server);
    connect_field(self, self->port);
    connect_field(self, self->path);
    connect_field(self, self->login);
    connect_field(self, self->password);
    connect_field(self, self->ring);
    connect_field(self, self->mailbox_number);
    connect_field(self, self->pickup_code);
    connect_field(self, self->park_code);
    connect_field(self, self->stun);
    connect_field(self, self->host_map);
    connect_field(self, self->relay);
    g_signal_connect_object(self->relay, "submit", G_CALLBACK(on_submit), self, G_CONNECT_SWAPPED);
    connect_field(self, self->details);
    connect_field(self, self->dial_rules);
    ars_account_form_fill(self, NULL, NULL);
}

static void set_field(GtkEditable *field, const char *text)
{
    gtk_editable_set_text(field, text ? text : "");
}

void ars_account_form_fill(ArsAccountForm *self, const struct ars_stored_account *account,
                           const struct ars_secret *password)
{
    static const struct ars_stored_account none;
    const struct ars_stored_account *a = account ? account : &none;
    guint number = a->port || a->id ? a->port : PORT_DEFAULT;
    g_autofree char *port = number ? g_strdup_printf("%u", number) : NULL; /* NULL: DNS says it */

    g_autofree char *ring = g_strdup_printf("%u", a->ring_s ? a->ring_s : RING_DEFAULT);

    self->filling = TRUE;
    self->has_password = a->id != NULL;
    set_field(self->display_name, a->display_name);
    set_field(self->server, a->server);
    set_field(self->port, port);
    set_field(self->path, a->path ? a->path : PATH_DEFAULT);
    set_field(self->login, a->login);
    set_field(self->ring, ring);
    set_field(self->mailbox_number, a->mailbox_number);
    set_field(self->pickup_code, a->pickup_code);
    set_field(self->park_code, a->park_code);
    ars_lines_row_set_text(self->stun, a->stun);
    show_stun(self);
    adw_combo_row_set_selected(self->refer, refer_index(a->refer));
    ars_secret_row_set_secret(self->password, password);
    ars_host_map_editor_set_rules(self->host_map, a->host_map);
    ars_hint_row_set_hint(self->password_hint,
                          self->has_password ? _("Leave it empty to keep the stored password.")
                                             : NULL);
    adw_expander_row_set_expanded(self->network, a->stun || a->host_map);
    ars_relay_row_fill(self->relay, a);
    ars_account_details_fill(self->details, a);
    ars_dial_rules_set_rules(self->dial_rules, a->dial_rules);
    show_mapping(self);
    self->filling = FALSE;
}

static gboolean set_text(char **text, const char *value)
{
    return ars_settings_set_text(text, value) == 0;
}

static gboolean collect_codes(ArsAccountForm *self, struct ars_stored_account *a)
{
    g_autofree char *mailbox = text_of(self->mailbox_number);
    g_autofree char *pickup = text_of(self->pickup_code);
    g_autofree char *park = text_of(self->park_code);

    return set_text(&a->mailbox_number, mailbox) && set_text(&a->pickup_code, pickup) &&
           set_text(&a->park_code, park);
}

static gboolean collect_into(ArsAccountForm *self, struct ars_stored_account *a)
{
    g_autofree char *name = text_of(self->display_name);
    g_autofree char *server = text_of(self->server);
    g_autofree char *port = text_of(self->port);
    g_autofree char *path = text_of(self->path);
    g_autofree char *slashed =
        path[0] == '/' ? g_strdup(path) : g_strconcat("/", path, NULL); /* "/": no path */
    g_autofree char *login = text_of(self->login);
    g_autofree char *ring = text_of(self->ring);
    g_autofree char *stun = ars_lines_row_get_text(self->stun);
    g_autofree char *rules = ars_host_map_editor_get_rules(self->host_map);
    g_autofree char *dial_rules = ars_dial_rules_get_rules(self->dial_rules);
    gboolean bad;

    a->port = port_of(port, &bad);
    (void)ring_of(ring, &a->ring_s);
    if (a->ring_s == RING_DEFAULT)
        a->ring_s = 0;
    return set_text(&a->refer, refers[adw_combo_row_get_selected(self->refer)]) &&
           collect_codes(self, a) && set_text(&a->display_name, name) &&
           set_text(&a->server, server) &&
           set_text(&a->path, strcmp(slashed, PATH_DEFAULT) == 0 ? NULL : slashed) &&
           set_text(&a->login, login) && set_text(&a->stun, stun) &&
           ars_relay_row_collect(self->relay, a) && set_text(&a->host_map, rules) &&
           set_text(&a->dial_rules, dial_rules) && ars_account_details_collect(self->details, a);
}

gboolean ars_account_form_collect(ArsAccountForm *self, const struct ars_stored_account *stored,
                                  struct ars_stored_account *ret, struct ars_secret **ret_password)
{
    struct ars_stored_account a = {0};

    if (!check_all(self))
        return FALSE;
    if ((stored && ars_stored_account_copy(&a, stored)) || !collect_into(self, &a)) {
        ars_stored_account_clear(&a);
        return FALSE;
    }
    *ret = a;
    *ret_password = ars_secret_row_get_secret(self->password);
    return TRUE;
}

struct ars_secret *ars_account_form_get_relay_password(ArsAccountForm *self)
{
    return ars_relay_row_get_password(self->relay);
}

/* Whether the connection, and with it calls, would stay; the rest holds for them as it is. */
static gboolean same(const struct ars_stored_account *a, const struct ars_stored_account *b)
{
    return g_strcmp0(a->display_name, b->display_name) == 0 &&
           g_strcmp0(a->server, b->server) == 0 && g_strcmp0(a->path, b->path) == 0 &&
           g_strcmp0(a->login, b->login) == 0 && g_strcmp0(a->host_map, b->host_map) == 0 &&
           ars_account_details_same(a, b) && a->port == b->port;
}

gboolean ars_account_form_differs(ArsAccountForm *self, const struct ars_stored_account *stored)
{
    struct ars_stored_account a = {0};
    struct ars_secret *password = ars_secret_row_get_secret(self->password);
    gboolean differs = password || !collect_into(self, &a) || !same(&a, stored);

    ars_secret_free(password);
    ars_stored_account_clear(&a);
    return differs;
}

gboolean ars_account_form_show_reason(ArsAccountForm *self, enum ars_reason_code code,
                                      const char *words)
{
    ArsHintRow *hint;
    GtkWidget *field;

    switch (code) {
    case ARS_REASON_WRONG_PASSWORD:
        hint = self->password_hint;
        field = GTK_WIDGET(self->password);
        break;
    case ARS_REASON_WRONG_REALM:
        ars_account_details_show_realm(self->details, words);
        return TRUE;
    case ARS_REASON_FORBIDDEN:
    case ARS_REASON_NOT_FOUND:
        hint = self->login_hint;
        field = GTK_WIDGET(self->login);
        break;
    case ARS_REASON_NAME_NOT_FOUND:
    case ARS_REASON_CERTIFICATE:
    case ARS_REASON_TIMEOUT:
        hint = self->server_hint;
        field = GTK_WIDGET(self->server);
        break;
    case ARS_REASON_UNREACHABLE:
    case ARS_REASON_TLS:
        hint = self->port_hint;
        field = GTK_WIDGET(self->port);
        break;
    case ARS_REASON_WRONG_PATH:
    case ARS_REASON_UPGRADE_REFUSED:
    case ARS_REASON_UPGRADE_FORBIDDEN:
    case ARS_REASON_NO_SIP_PROTOCOL:
        hint = self->path_hint;
        field = GTK_WIDGET(self->path);
        break;
    default:
        return FALSE;
    }
    ars_hint_row_set_error(hint, words);
    gtk_widget_grab_focus(field);
    return TRUE;
}

void ars_account_form_clear_reason(ArsAccountForm *self)
{
    ArsHintRow *const hints[] = {self->server_hint, self->port_hint, self->path_hint,
                                 self->login_hint, self->password_hint};

    for (guint i = 0; i < G_N_ELEMENTS(hints); i++)
        ars_hint_row_set_error(hints[i], NULL);
}

void ars_account_form_focus(ArsAccountForm *self)
{
    gtk_widget_grab_focus(GTK_WIDGET(self->display_name));
}
