/* ui: one timeout for what counts seconds. */
#include "ticker.h"

struct ticker {
    GtkWidget *widget;
    ticker_fn *fn;
    guint source;
    gulong map;
    gulong unmap;
};

static gboolean on_time(gpointer arg)
{
    struct ticker *t = arg;

    t->source = 0;
    ticker_kick(t);
    return G_SOURCE_REMOVE;
}

static void on_unmap(GtkWidget *widget, struct ticker *t)
{
    g_clear_handle_id(&t->source, g_source_remove);
}

static void on_map(GtkWidget *widget, struct ticker *t)
{
    ticker_kick(t);
}

struct ticker *ticker_new(GtkWidget *widget, ticker_fn *fn)
{
    struct ticker *t = g_new0(struct ticker, 1);

    t->widget = widget;
    t->fn = fn;
    t->map = g_signal_connect_after(widget, "map", G_CALLBACK(on_map), t);
    t->unmap = g_signal_connect(widget, "unmap", G_CALLBACK(on_unmap), t);
    return t;
}

void ticker_free(struct ticker *t)
{
    if (!t)
        return;
    g_clear_handle_id(&t->source, g_source_remove);
    g_clear_signal_handler(&t->map, t->widget);
    g_clear_signal_handler(&t->unmap, t->widget);
    g_free(t);
}

void ticker_kick(struct ticker *t)
{
    guint ms;

    if (!gtk_widget_get_mapped(t->widget))
        return;
    g_clear_handle_id(&t->source, g_source_remove);
    ms = t->fn(t->widget);
    if (ms)
        t->source = g_timeout_add(ms, on_time, t);
}
