/* Tests of the views: finding what can be seen, and acting on it. */
#include <string.h>

#include "stage.h"

/* ---- names ---- */

static char *label_property(GtkWidget *widget)
{
    /* NULL only where the label is just this */
    char *is = gtk_test_accessible_check_property(GTK_ACCESSIBLE(widget),
                                                  GTK_ACCESSIBLE_PROPERTY_LABEL, "\x01");
    size_t n = is ? strlen(is) : 0;

    if (n >= 2 && is[0] == '"' && is[n - 1] == '"') {
        is[n - 1] = '\0';
        memmove(is, is + 1, n - 1);
    }
    return is;
}

static char *plain(const char *text)
{
    GString *s = g_string_new(text);

    g_string_replace(s, "_", "", 0);
    return g_string_free(s, FALSE);
}

char *name_of(GtkWidget *widget)
{
    if (GTK_IS_LABEL(widget))
        return g_strdup(gtk_label_get_text(GTK_LABEL(widget)));
    if (GTK_IS_WINDOW(widget) || GTK_IS_PROGRESS_BAR(widget))
        return g_strdup("");
    if (ADW_IS_PREFERENCES_ROW(widget))
        return g_strdup(adw_preferences_row_get_title(ADW_PREFERENCES_ROW(widget)));
    if (gtk_test_accessible_has_property(GTK_ACCESSIBLE(widget), GTK_ACCESSIBLE_PROPERTY_LABEL)) {
        g_autofree char *label = label_property(widget);

        return label ? plain(label) : g_strdup("");
    }
    if (GTK_IS_BUTTON(widget) && gtk_button_get_label(GTK_BUTTON(widget)))
        return plain(gtk_button_get_label(GTK_BUTTON(widget)));
    return g_strdup("");
}

/* ---- the tree ---- */

struct search {
    GType type;
    const char *name;
    GtkWidget *found;
};

static void search(GtkWidget *widget, struct search *s)
{
    if (s->found || !gtk_widget_get_mapped(widget))
        return;
    if (g_type_is_a(G_OBJECT_TYPE(widget), s->type)) {
        g_autofree char *name = name_of(widget);

        if (strcmp(name, s->name) == 0)
            s->found = widget;
    }
    for (GtkWidget *w = gtk_widget_get_first_child(widget); w; w = gtk_widget_get_next_sibling(w))
        search(w, s);
}

/* In the topmost window first. */
GtkWidget *find(GType type, const char *name)
{
    struct search s = {.type = type, .name = name};
    GListModel *all = gtk_window_get_toplevels();

    if (stage_top())
        search(GTK_WIDGET(stage_top()), &s);
    for (guint i = 0; !s.found && i < g_list_model_get_n_items(all); i++) {
        g_autoptr(GtkWidget) window = g_list_model_get_item(all, i);

        search(window, &s);
    }
    return s.found;
}

gboolean shown(const char *text)
{
    return find(GTK_TYPE_LABEL, text) != NULL;
}

static gboolean is_shown(void *arg)
{
    return shown(arg);
}

static gboolean is_gone(void *arg)
{
    return !shown(arg);
}

void sees_at(const char *file, int line, const char *english, const char *russian)
{
    const char *text = say(english, russian);

    if (!shown(text) && !until(is_shown, (void *)text))
        fail_at(file, line, "\"%s\" is not seen", text);
}

void sees_not_at(const char *file, int line, const char *english, const char *russian)
{
    if (shown(say(english, russian)) && !until(is_gone, (void *)say(english, russian)))
        fail_at(file, line, "\"%s\" is seen", say(english, russian));
}

void button_at(const char *file, int line, const char *english, const char *russian, gboolean works)
{
    const char *name = say(english, russian);
    GtkWidget *w = find(GTK_TYPE_BUTTON, name);

    if (!w)
        fail_at(file, line, "no button \"%s\"", name);
    else if (gtk_widget_is_sensitive(w) != works)
        fail_at(file, line, "button \"%s\" %s", name, works ? "does not work" : "works");
}

/* ---- acting ---- */

void press(const char *english, const char *russian)
{
    const char *name = say(english, russian);
    GtkWidget *w = find(GTK_TYPE_BUTTON, name);

    if (!w)
        w = find(GTK_TYPE_MENU_BUTTON, name);
    if (!w || !gtk_widget_is_sensitive(w))
        fail("\"%s\" cannot be pressed", name);
    else if (GTK_IS_BUTTON(w))
        g_signal_emit_by_name(w, "clicked");
    else
        gtk_menu_button_popup(GTK_MENU_BUTTON(w));
    settle();
}

static void xdotool(const char *verb, const char *option, const char *text)
{
    const char *argv[] = {"xdotool", verb, option, text, NULL};
    GError *error = NULL;

    if (!g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                      &error)) {
        fail("xdotool: %s", error->message);
        g_error_free(error);
    }
    /* the keys come with the X server's next events */
    run_for(60);
    settle();
}

static gboolean is_active(void *arg)
{
    return gtk_window_is_active(stage_top()) || gtk_window_is_active(stage_window());
}

void key(const char *keys)
{
    must(until(is_active, NULL));
    xdotool("key", "--clearmodifiers", keys);
}

void type(const char *text)
{
    must(until(is_active, NULL));
    xdotool("type", "--delay=5", text);
}

void fill(const char *english, const char *russian, const char *text)
{
    const char *name = say(english, russian);
    GtkWidget *w = find(GTK_TYPE_EDITABLE, name);

    if (w)
        gtk_editable_set_text(GTK_EDITABLE(w), text);
    else if ((w = find(GTK_TYPE_TEXT_VIEW, name)))
        gtk_text_buffer_set_text(gtk_text_view_get_buffer(GTK_TEXT_VIEW(w)), text, -1);
    else
        fail("no field \"%s\"", name);
    settle();
}

void close_top(void)
{
    gtk_window_close(stage_top());
    settle();
}

/* Without a compositor the window's border takes a part of the width. */
#define BORDER 24

static int wanted_width;

static gboolean has_size(void *arg)
{
    int is = gtk_widget_get_width(GTK_WIDGET(stage_window()));

    return is <= wanted_width && is > wanted_width - BORDER;
}

/* GTK takes a size back that the window manager still refused by older hints: ask again. */
static gboolean on_ask_again(gpointer arg)
{
    int height = *(int *)arg;

    if (!has_size(NULL)) {
        gtk_window_set_default_size(stage_window(), wanted_width + 1, height);
        gtk_window_set_default_size(stage_window(), wanted_width, height);
    }
    return G_SOURCE_CONTINUE;
}

void resize(int width, int height)
{
    guint again = g_timeout_add(50, on_ask_again, &height);

    wanted_width = width;
    gtk_window_set_default_size(stage_window(), width, height);
    must(until(has_size, NULL));
    g_source_remove(again);
    run_for(100);
    settle();
}
