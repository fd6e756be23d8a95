/* ui: app handlers become objects and signals. */
#include <errno.h>

#include <glib/gi18n.h>

#include <ars/app_watched.h>
#include <ars/log.h>

#include "bridge.h"

struct _ArsBridge {
    GObject parent_instance;

    struct ars_app *app;
    GSource *bell;
    ArsAccountItem *line;
    GListStore *lines;
    GListStore *calls;
    guint missed;
    GQueue offsets; /* gsize as pointers, of the pages that were asked for; answered in turn */
};

enum { PROP_0, PROP_MISSED, PROPS };

enum {
    LINES_CHANGED,
    WATCHED_CHANGED,
    CALL_ADDED,
    CALL_ENDED,
    DTMF,
    LEVELS,
    PROBLEM,
    DEVICES,
    SOUND_TEST,
    JOURNAL_CHANGED,
    JOURNAL_PAGE,
    PREFERENCES,
    STOPPED,
    SIGNALS,
};

static GParamSpec *props[PROPS];
static guint signals[SIGNALS];

G_DEFINE_FINAL_TYPE(ArsBridge, ars_bridge, G_TYPE_OBJECT)

/* ---- the bell: any thread makes the source ready, many times at once count as one ---- */

static void on_bell(void *arg)
{
    g_source_set_ready_time(arg, 0);
}

static gboolean bell_dispatch(GSource *source, GSourceFunc callback, gpointer arg)
{
    g_source_set_ready_time(source, -1);
    return callback(arg);
}

static GSourceFuncs bell_funcs = {.dispatch = bell_dispatch};

static gboolean on_bell_rung(gpointer arg)
{
    g_autoptr(ArsBridge) self = g_object_ref(arg);

    if (self->app)
        ars_app_dispatch(self->app);
    return G_SOURCE_CONTINUE;
}

/* ---- app handlers ---- */

static void on_line(const struct ars_app_line *line, void *arg)
{
    ars_account_item_update(ARS_BRIDGE(arg)->line, line);
}

static void on_watched(void *arg)
{
    g_signal_emit(arg, signals[WATCHED_CHANGED], 0);
}

static void on_lines(void *arg)
{
    ArsBridge *self = arg;
    const struct ars_app_line *line;
    guint n = 0;

    for (; (line = ars_app_line_at(self->app, n)); n++) {
        g_autoptr(ArsAccountItem) item = g_list_model_get_item(G_LIST_MODEL(self->lines), n);

        if (!item) {
            item = ars_account_item_new();
            ars_account_item_update(item, line);
            g_list_store_append(self->lines, item);
        } else {
            ars_account_item_update(item, line);
        }
    }
    while (g_list_model_get_n_items(G_LIST_MODEL(self->lines)) > n)
        g_list_store_remove(self->lines, n);
    g_signal_emit(self, signals[LINES_CHANGED], 0);
}

static void on_call_added(const struct ars_app_call *call, void *arg)
{
    ArsBridge *self = arg;
    g_autoptr(ArsCallItem) item = ars_call_item_new(call);

    g_list_store_append(self->calls, item);
    g_signal_emit(self, signals[CALL_ADDED], 0, item);
}

static void on_call_changed(const struct ars_app_call *call, void *arg)
{
    ArsCallItem *item = ars_bridge_find_call(arg, call->id);

    if (item)
        ars_call_item_update(item, call);
}

static void on_call_ended(const struct ars_app_call *call, void *arg)
{
    ArsBridge *self = arg;
    g_autoptr(ArsCallItem) item = NULL;
    guint i;

    item = ars_bridge_find_call(self, call->id);
    if (!item)
        return;
    g_object_ref(item);
    ars_call_item_update(item, call);
    if (g_list_store_find(self->calls, item, &i))
        g_list_store_remove(self->calls, i);
    g_signal_emit(self, signals[CALL_ENDED], 0, item);
}

static void on_dtmf(ars_id call, char digit, void *arg)
{
    const char text[2] = {digit, '\0'};

    g_signal_emit(arg, signals[DTMF], 0, (guint)call, text);
}

static void on_levels(ars_id call, double in_dbfs, double out_dbfs, void *arg)
{
    g_signal_emit(arg, signals[LEVELS], 0, (guint)call, in_dbfs, out_dbfs);
}

static void on_journal_changed(size_t missed, void *arg)
{
    ArsBridge *self = arg;

    if (self->missed != missed) {
        self->missed = (guint)missed;
        g_object_notify_by_pspec(G_OBJECT(self), props[PROP_MISSED]);
    }
    g_signal_emit(self, signals[JOURNAL_CHANGED], 0);
}

static void on_problem(const struct ars_app_problem *problem, void *arg)
{
    g_signal_emit(arg, signals[PROBLEM], 0, problem);
}

static void on_devices(const struct ars_device *v, size_t n, void *arg)
{
    g_signal_emit(arg, signals[DEVICES], 0, v, (gulong)n);
}

static void on_sound_test(enum ars_sound_test_step step, double dbfs, void *arg)
{
    g_signal_emit(arg, signals[SOUND_TEST], 0, (int)step, dbfs);
}

static void on_stopped(void *arg)
{
    g_signal_emit(arg, signals[STOPPED], 0);
}

static void on_journal_page(int err, const struct ars_history_entry *v, size_t n, void *arg)
{
    ArsBridge *self = arg;
    g_autoptr(GPtrArray) page = g_ptr_array_new_with_free_func(g_object_unref);

    for (size_t i = 0; i < n; i++)
        g_ptr_array_add(page, ars_journal_item_new(&v[i]));
    g_signal_emit(self, signals[JOURNAL_PAGE], 0,
                  (gulong)GPOINTER_TO_SIZE(g_queue_pop_head(&self->offsets)), page, err);
}

static const struct ars_app_handlers handlers = {
    .line = on_line,
    .lines = on_lines,
    .watched = on_watched,
    .call_added = on_call_added,
    .call_changed = on_call_changed,
    .call_ended = on_call_ended,
    .dtmf = on_dtmf,
    .levels = on_levels,
    .journal_changed = on_journal_changed,
    .problem = on_problem,
    .devices = on_devices,
    .sound_test = on_sound_test,
    .stopped = on_stopped,
};

/* ---- the object ---- */

static void get_property(GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
    if (id == PROP_MISSED)
        g_value_set_uint(value, ARS_BRIDGE(object)->missed);
    else
        G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void dispose(GObject *object)
{
    ArsBridge *self = ARS_BRIDGE(object);

    ars_account_item_update(self->line, NULL);
    g_clear_pointer(&self->app, ars_app_free);
    if (self->bell)
        g_source_destroy(self->bell);
    g_clear_pointer(&self->bell, g_source_unref);
    g_list_store_remove_all(self->calls);
    G_OBJECT_CLASS(ars_bridge_parent_class)->dispose(object);
}

static void finalize(GObject *object)
{
    ArsBridge *self = ARS_BRIDGE(object);

    g_object_unref(self->line);
    g_object_unref(self->lines);
    g_object_unref(self->calls);
    g_queue_clear(&self->offsets);
    G_OBJECT_CLASS(ars_bridge_parent_class)->finalize(object);
}

static void ars_bridge_class_init(ArsBridgeClass *klass)
{
    GObjectClass *object = G_OBJECT_CLASS(klass);
    const GType type = G_TYPE_FROM_CLASS(klass);
    const GSignalFlags last = G_SIGNAL_RUN_LAST;

    object->get_property = get_property;
    object->dispose = dispose;
    object->finalize = finalize;
    props[PROP_MISSED] = g_param_spec_uint("missed", NULL, NULL, 0, G_MAXUINT, 0,
                                           G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
    g_object_class_install_properties(object, PROPS, props);
    signals[WATCHED_CHANGED] =
        g_signal_new("watched-changed", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[LINES_CHANGED] =
        g_signal_new("lines-changed", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[CALL_ADDED] = g_signal_new("call-added", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                       1, ARS_TYPE_CALL_ITEM);
    signals[CALL_ENDED] = g_signal_new("call-ended", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                       1, ARS_TYPE_CALL_ITEM);
    signals[DTMF] = g_signal_new("dtmf", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                 G_TYPE_UINT, G_TYPE_STRING);
    signals[LEVELS] = g_signal_new("levels", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
                                   G_TYPE_UINT, G_TYPE_DOUBLE, G_TYPE_DOUBLE);
    signals[PROBLEM] =
        g_signal_new("problem", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_POINTER);
    signals[DEVICES] = g_signal_new("devices", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 2,
                                    G_TYPE_POINTER, G_TYPE_ULONG);
    signals[SOUND_TEST] = g_signal_new("sound-test", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE,
                                       2, G_TYPE_INT, G_TYPE_DOUBLE);
    signals[JOURNAL_CHANGED] =
        g_signal_new("journal-changed", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[JOURNAL_PAGE] =
        g_signal_new("journal-page", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 3, G_TYPE_ULONG,
                     G_TYPE_PTR_ARRAY, G_TYPE_INT);
    signals[PREFERENCES] =
        g_signal_new("preferences", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
    signals[STOPPED] = g_signal_new("stopped", type, last, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void ars_bridge_init(ArsBridge *self)
{
    self->line = ars_account_item_new();
    self->lines = g_list_store_new(ARS_TYPE_ACCOUNT_ITEM);
    self->calls = g_list_store_new(ARS_TYPE_CALL_ITEM);
    g_queue_init(&self->offsets);
}

ArsBridge *ars_bridge_new(void)
{
    return g_object_new(ARS_TYPE_BRIDGE, NULL);
}

int ars_bridge_start(ArsBridge *self, const struct ars_app_conf *conf)
{
    struct ars_app_conf mine = *conf;
    int err;

    self->bell = g_source_new(&bell_funcs, sizeof(GSource));
    g_source_set_name(self->bell, "ars bell");
    g_source_set_callback(self->bell, on_bell_rung, self, NULL);
    g_source_attach(self->bell, NULL);
    mine.bell = on_bell;
    mine.bell_arg = self->bell;
    mine.handlers = &handlers;
    mine.arg = self;
    err = ars_app_start(&self->app, &mine);
    if (err) {
        g_source_destroy(self->bell);
        g_clear_pointer(&self->bell, g_source_unref);
        return err;
    }
    on_line(ars_app_get_line(self->app), self);
    on_lines(self);
    return 0;
}

void ars_bridge_quit(ArsBridge *self)
{
    if (self->app)
        ars_app_quit(self->app);
    else
        g_signal_emit(self, signals[STOPPED], 0);
}

struct ars_app *ars_bridge_app(ArsBridge *self)
{
    return self->app;
}

ArsAccountItem *ars_bridge_line(ArsBridge *self)
{
    return self->line;
}

GListModel *ars_bridge_lines(ArsBridge *self)
{
    return G_LIST_MODEL(self->lines);
}

GListModel *ars_bridge_calls(ArsBridge *self)
{
    return G_LIST_MODEL(self->calls);
}

ArsCallItem *ars_bridge_find_call(ArsBridge *self, guint id)
{
    guint n = g_list_model_get_n_items(G_LIST_MODEL(self->calls));

    for (guint i = 0; i < n; i++) {
        g_autoptr(ArsCallItem) item = g_list_model_get_item(G_LIST_MODEL(self->calls), i);

        if (ars_call_item_get(item)->id == id)
            return item; /* the list keeps it */
    }
    return NULL;
}

guint ars_bridge_missed(ArsBridge *self)
{
    return self->missed;
}

/* The engine's queue is full or memory is short: the user may try again. */
static void tell(ArsBridge *self, int err, enum ars_app_problem_kind kind, guint call)
{
    struct ars_app_problem problem = {.kind = kind, .text = "", .call = call};

    if (!err)
        return;
    ars_reason_set(&problem.reason, err == EINVAL ? ARS_REASON_BAD_NUMBER : ARS_REASON_NOT_NOW, 0,
                   "%s", g_strerror(err));
    on_problem(&problem, self);
}

void ars_bridge_command(ArsBridge *self, enum ars_command_type type, guint call, int number,
                        const char *text)
{
    if (self->app)
        tell(self, ars_app_call_command(self->app, type, call, number, text), ARS_APP_COMMAND,
             call);
}

void ars_bridge_record(ArsBridge *self, guint call, gboolean on)
{
    if (self->app)
        tell(self, ars_app_record(self->app, call, on), ARS_APP_COMMAND, call);
}

guint ars_bridge_calls_of(ArsBridge *self, const char *account_id)
{
    const struct ars_app_call *call;
    guint n = 0;

    for (size_t i = 0; self->app && (call = ars_app_call_at(self->app, i)); i++)
        n += g_strcmp0(call->account_id, account_id) == 0;
    return n;
}

void ars_bridge_dial(ArsBridge *self, const char *account_id, const char *number)
{
    const struct ars_app_line *line = self->app ? ars_app_find_line(self->app, account_id) : NULL;
    gboolean known = line && !line->disabled;

    if (self->app)
        tell(self,
             known ? ars_app_dial_from(self->app, account_id, number)
                   : ars_app_dial(self->app, number),
             ARS_APP_DIAL, 0);
}

void ars_bridge_pick_up(ArsBridge *self, const char *account_id, const char *number)
{
    if (self->app)
        tell(self, ars_app_pick_up(self->app, account_id, number), ARS_APP_DIAL, 0);
}

void ars_bridge_journal(ArsBridge *self, const char *search, gsize offset, gsize limit)
{
    if (!self->app)
        return;
    if (ars_app_journal(self->app, search, offset, limit, on_journal_page, self))
        ars_log(ARS_LOG_WARN, "ui", "the journal could not be asked");
    else
        g_queue_push_tail(&self->offsets, GSIZE_TO_POINTER(offset));
}

void ars_bridge_save_preferences(ArsBridge *self, const struct ars_settings *s)
{
    int err = self->app ? ars_app_save_preferences(self->app, s) : 0;

    if (err == EMSGSIZE)
        on_problem(&(struct ars_app_problem){.kind = ARS_APP_SETTINGS_NOT_SAVED,
                                             .text = _("a text is too long")},
                   self);
    else
        tell(self, err, ARS_APP_COMMAND, 0);
    g_signal_emit(self, signals[PREFERENCES], 0);
}
