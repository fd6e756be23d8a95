/* ui: the line as an object. */
#include <ars/str.h>

#include "account_item.h"
#include "words.h"

struct _ArsAccountItem {
    GObject parent_instance;

    struct ars_app_line line; /* its texts and certificate are ours */
    struct ars_cert cert;
    char *words;
    const char *dot;
};

enum { PROP_0, PROP_WORDS, PROP_DOT, PROPS };

enum { CHANGED, SIGNALS };

static GParamSpec *props[PROPS];
static guint signals[SIGNALS];

static const struct ars_app_line no_line = {.account_id = "", .login = "", .server = ""};

static const char *const dots[] = {
    [WORDS_DOT_OFF] = "ars-line-off-symbolic",
    [WORDS_DOT_BUSY] = "ars-line-busy-symbolic",
    [WORDS_DOT_READY] = "ars-line-ready-symbolic",
    [WORDS_DOT_WAITING] = "ars-line-waiting-symbolic",
    [WORDS_DOT_FAILED] = "ars-line-failed-symbolic",
};

G_DEFINE_FINAL_TYPE(ArsAccountItem, ars_account_item, G_TYPE_OBJECT)

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    ArsAccountItem *self = ARS_ACCOUNT_ITEM(object);

    switch (id) {
    case PROP_WORDS:
        g_value_set_string(value, self->words);
        break;
    case PROP_DOT:
        g_value_set_string(value, self->dot);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
}

static void clear(ArsAccountItem *self)
{
    g_free((char *)self->line.account_id);
    g_free((char *)self->line.login);
    g_free((char *)self->line.server);
}

static void copy(ArsAccountItem *self, const struct ars_app_line *line)
{
    self->line = *line;
    self->line.account_id = g_strdup(line->account_id);
    self->line.login = g_strdup(line->login);
    self->line.server = g_strdup(line->server);
    if (line->cert) {
        self->cert = *line->cert;
        self->line.cert = &self->cert;
    }
}

static void finalize(GObject *object)
{
    clear(ARS_ACCOUNT_ITEM(object));
    g_free(ARS_ACCOUNT_ITEM(object)->words);
    G_OBJECT_CLASS(ars_account_item_parent_class)->finalize(object);
}

static void ars_account_item_class_init(ArsAccountItemClass *klass)
{
    GObjectClass *object = G_OBJECT_CLASS(klass);
    const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

    object->get_property = get_property;
    object->finalize = finalize;
    props[PROP_WORDS] = g_param_spec_string("words", NULL, NULL, "", flags);
    props[PROP_DOT] = g_param_spec_string("dot", NULL, NULL, "", flags);
    g_object_class_install_properties(object, PROPS, props);
    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
}

static void ars_account_item_init(ArsAccountItem *self)
{
    copy(self, &no_line);
    ars_account_item_refresh(self);
}

ArsAccountItem *ars_account_item_new(void)
{
    return g_object_new(ARS_TYPE_ACCOUNT_ITEM, NULL);
}

void ars_account_item_refresh(ArsAccountItem *self)
{
    g_autofree char *words = words_line(&self->line);
    const char *dot = dots[words_line_dot(&self->line)];

    if (!ars_streq(words, self->words)) {
        g_free(self->words);
        self->words = g_steal_pointer(&words);
        g_object_notify_by_pspec(G_OBJECT(self), props[PROP_WORDS]);
    }
    if (dot != self->dot) {
        self->dot = dot;
        g_object_notify_by_pspec(G_OBJECT(self), props[PROP_DOT]);
    }
}

void ars_account_item_update(ArsAccountItem *self, const struct ars_app_line *line)
{
    clear(self);
    copy(self, line ? line : &no_line);
    ars_account_item_refresh(self);
    g_signal_emit(self, signals[CHANGED], 0);
}

const struct ars_app_line *ars_account_item_get(ArsAccountItem *self)
{
    return &self->line;
}

const char *ars_account_item_words(ArsAccountItem *self)
{
    return self->words;
}

const char *ars_account_item_dot(const struct ars_app_line *line)
{
    return dots[words_line_dot(line ? line : &no_line)];
}

gboolean ars_account_item_ready(ArsAccountItem *self)
{
    return self->line.state == ARS_ACCOUNT_READY;
}
