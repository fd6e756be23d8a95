/* ui: one call as an object. */
#include <ars/clock.h>
#include <ars/str.h>

#include "call_item.h"
#include "words.h"

struct _ArsCallItem {
    GObject parent_instance;

    struct ars_app_call call; /* its texts are the raw ones */
    char *raw_number;
    char *raw_name;
    char *raw_wire;
    char *raw_account;
    char *raw_transfer_to;
    char *raw_refer_to;
    char *raw_refer_by;
    char *raw_record_path;
    char *raw_record_problem;
    char *title;
    char *number;
    const char *status;
};

enum { PROP_0, PROP_ID, PROP_TITLE, PROP_NUMBER, PROP_STATUS, PROPS };

enum { CHANGED, SIGNALS };

static GParamSpec *props[PROPS];
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsCallItem, ars_call_item, G_TYPE_OBJECT)

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    ArsCallItem *self = ARS_CALL_ITEM(object);

    switch (id) {
    case PROP_ID:
        g_value_set_uint(value, self->call.id);
        break;
    case PROP_TITLE:
        g_value_set_string(value, self->title);
        break;
    case PROP_NUMBER:
        g_value_set_string(value, self->number);
        break;
    case PROP_STATUS:
        g_value_set_string(value, self->status);
        break;
    default:
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
    }
}

static void finalize(GObject *object)
{
    ArsCallItem *self = ARS_CALL_ITEM(object);

    g_free(self->raw_number);
    g_free(self->raw_name);
    g_free(self->raw_wire);
    g_free(self->raw_account);
    g_free(self->raw_transfer_to);
    g_free(self->raw_refer_to);
    g_free(self->raw_refer_by);
    g_free(self->raw_record_path);
    g_free(self->raw_record_problem);
    g_free(self->title);
    g_free(self->number);
    G_OBJECT_CLASS(ars_call_item_parent_class)->finalize(object);
}

static void ars_call_item_class_init(ArsCallItemClass *klass)
{
    GObjectClass *object = G_OBJECT_CLASS(klass);
    const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

    object->get_property = get_property;
    object->finalize = finalize;
    props[PROP_ID] = g_param_spec_uint("id", NULL, NULL, 0, G_MAXUINT, 0, flags);
    props[PROP_TITLE] = g_param_spec_string("title", NULL, NULL, "", flags);
    props[PROP_NUMBER] = g_param_spec_string("number", NULL, NULL, "", flags);
    props[PROP_STATUS] = g_param_spec_string("status", NULL, NULL, "", flags);
    g_object_class_install_properties(object, PROPS, props);
    signals[CHANGED] = g_signal_new("changed", G_TYPE_FROM_CLASS(klass), G_SIGNAL_RUN_LAST, 0, NULL,
                                    NULL, NULL, G_TYPE_NONE, 0);
}

static void ars_call_item_init(ArsCallItem *self)
{
    self->status = "";
}

static void set_text(ArsCallItem *self, char **field, char *value, int prop)
{
    if (ars_streq(*field, value)) {
        g_free(value);
        return;
    }
    g_free(*field);
    *field = value;
    g_object_notify_by_pspec(G_OBJECT(self), props[prop]);
}

static char *number_beside(const char *title, const char *raw)
{
    char *number = raw[0] ? words_caller(NULL, raw) : g_strdup("");

    if (!ars_streq(number, title))
        return number;
    g_free(number);
    return g_strdup("");
}

static const char *keep(char **raw, const char *text)
{
    char *copy = g_strdup(text ? text : "");

    g_free(*raw);
    *raw = copy;
    return copy;
}

void ars_call_item_update(ArsCallItem *self, const struct ars_app_call *call)
{
    const char *status;

    g_object_freeze_notify(G_OBJECT(self));
    self->call = *call;
    self->call.number = keep(&self->raw_number, call->number);
    self->call.name = keep(&self->raw_name, call->name);
    self->call.wire = keep(&self->raw_wire, call->wire);
    self->call.account_id = keep(&self->raw_account, call->account_id);
    self->call.transfer_to = keep(&self->raw_transfer_to, call->transfer_to);
    self->call.refer_to = keep(&self->raw_refer_to, call->refer_to);
    self->call.refer_by = keep(&self->raw_refer_by, call->refer_by);
    self->call.record_path = keep(&self->raw_record_path, call->record_path);
    self->call.record_problem = keep(&self->raw_record_problem, call->record_problem);
    set_text(self, &self->title, words_caller(self->raw_name, self->raw_number), PROP_TITLE);
    set_text(self, &self->number, number_beside(self->title, self->raw_number), PROP_NUMBER);
    status = words_call_state(call);
    if (!status)
        status = "";
    if (!ars_streq(status, self->status)) {
        self->status = status;
        g_object_notify_by_pspec(G_OBJECT(self), props[PROP_STATUS]);
    }
    g_object_thaw_notify(G_OBJECT(self));
    g_signal_emit(self, signals[CHANGED], 0);
}

ArsCallItem *ars_call_item_new(const struct ars_app_call *call)
{
    ArsCallItem *self = g_object_new(ARS_TYPE_CALL_ITEM, NULL);

    ars_call_item_update(self, call);
    return self;
}

const struct ars_app_call *ars_call_item_get(ArsCallItem *self)
{
    return &self->call;
}

const char *ars_call_item_title(ArsCallItem *self)
{
    return self->title;
}

const char *ars_call_item_number(ArsCallItem *self)
{
    return self->number;
}

const char *ars_call_item_status(ArsCallItem *self)
{
    return self->status;
}

char *ars_call_item_line(ArsCallItem *self)
{
    guint64 now = ars_clock_ms();

    if (self->status[0] || !self->call.established_ms)
        return g_strdup(self->status);
    return words_clock(now > self->call.established_ms ? now - self->call.established_ms : 0);
}

gboolean ars_call_item_ticks(ArsCallItem *self, guint *ret_ms)
{
    if (self->status[0] || !self->call.established_ms)
        return FALSE;
    *ret_ms = 1000 - (guint)((ars_clock_ms() - self->call.established_ms) % 1000);
    return TRUE;
}
