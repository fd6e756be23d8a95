/* Tests of the views: what the eye meets, in every theme, width and size of text. */
#include <math.h>
#include <stdio.h>

#include "stage.h"

#define NARROW   360
#define WIDE     900
#define HEIGHT   640
#define DPI      (96 * 1024)

#define REPAINTS 10 /* until a frame must be there */

static GPtrArray *cut; /* texts that may be */

void may_be_cut(const char *text)
{
    if (!cut)
        cut = g_ptr_array_new_with_free_func(g_free);
    if (text)
        g_ptr_array_add(cut, g_strdup(text));
    else
        g_clear_pointer(&cut, g_ptr_array_unref);
}

static gboolean is_allowed(const char *text)
{
    return cut && g_ptr_array_find_with_equal_func(cut, text, g_str_equal, NULL);
}

/* ---- the checks ---- */

struct check {
    const char *name; /* of the state, theme and width */
    GtkWidget *window;
    gboolean large;
    gboolean scrolls; /* inside something that scrolls */
};

/*
 * In text of double size what is said in full elsewhere may be cut: the words of the line (in the
 * banner), the choice of a list (once it is open), what a search field is for, a call of the
 * journal (in its details).
 */
static gboolean has_fuller(GtkWidget *label)
{
    return gtk_widget_has_css_class(label, "line-words") ||
           gtk_widget_get_ancestor(label, ADW_TYPE_COMBO_ROW) ||
           gtk_widget_get_ancestor(label, GTK_TYPE_SEARCH_ENTRY) ||
           gtk_widget_get_ancestor(label, GTK_TYPE_LIST_VIEW);
}

static void check_label(const struct check *c, GtkLabel *label)
{
    const char *text = gtk_label_get_text(label);
    GtkWidget *button = gtk_widget_get_ancestor(GTK_WIDGET(label), GTK_TYPE_MENU_BUTTON);

    /* else it lies over what stands beside */
    if (button && !gtk_widget_get_ancestor(GTK_WIDGET(label), GTK_TYPE_POPOVER) &&
        gtk_widget_get_width(GTK_WIDGET(label)) > gtk_widget_get_width(button))
        fail("%s: \"%s\" is wider than its button", c->name, text);

    if (text[0] && pango_layout_is_ellipsized(gtk_label_get_layout(label)) && !is_allowed(text) &&
        !(c->large && has_fuller(GTK_WIDGET(label))))
        fail("%s: \"%s\" is cut off", c->name, text);
}

/* Nothing that one acts on lies beyond the window's edge. */
static void check_place(const struct check *c, GtkWidget *w)
{
    graphene_rect_t r;
    g_autofree char *name = NULL;
    int width = gtk_widget_get_width(c->window), height = gtk_widget_get_height(c->window);

    if (!gtk_widget_compute_bounds(w, c->window, &r))
        return;
    name = name_of(w);
    if (r.origin.x < -1 || r.origin.x + r.size.width > (float)width + 1 ||
        (!c->scrolls && (r.origin.y < -1 || r.origin.y + r.size.height > (float)height + 1)))
        fail("%s: %s \"%s\" at %.0f,%.0f, %.0f x %.0f, is not inside %d x %d", c->name,
             G_OBJECT_TYPE_NAME(w), name, (double)r.origin.x, (double)r.origin.y,
             (double)r.size.width, (double)r.size.height, width, height);
}

static void check(struct check c, GtkWidget *w)
{
    if (!gtk_widget_get_mapped(w))
        return;
    if (GTK_IS_LABEL(w))
        check_label(&c, GTK_LABEL(w));
    if (g_str_equal(G_OBJECT_TYPE_NAME(w), "AdwToastWidget") && c.large)
        return; /* keeps the shape that it was made in */
    if (GTK_IS_BUTTON(w) || GTK_IS_EDITABLE(w) || GTK_IS_RANGE(w))
        check_place(&c, w);
    if (GTK_IS_POPOVER(w))
        c.window = w;
    if (GTK_IS_SCROLLED_WINDOW(w))
        c.scrolls = TRUE;
    for (w = gtk_widget_get_first_child(w); w; w = gtk_widget_get_next_sibling(w))
        check(c, w);
}

/* ---- the picture ---- */

static void draw(GtkSnapshot *to, GtkWidget *w, double x, double y)
{
    g_autoptr(GdkPaintable) paintable = gtk_widget_paintable_new(w);
    graphene_point_t at = GRAPHENE_POINT_INIT((float)x, (float)y);

    gtk_snapshot_save(to);
    gtk_snapshot_translate(to, &at);
    gdk_paintable_snapshot(paintable, GDK_SNAPSHOT(to),
                           gdk_paintable_get_intrinsic_width(paintable),
                           gdk_paintable_get_intrinsic_height(paintable));
    gtk_snapshot_restore(to);
}

static void draw_popovers(GtkSnapshot *to, GtkWidget *w, GtkWidget *window)
{
    if (!gtk_widget_get_mapped(w))
        return;
    if (GTK_IS_POPOVER(w)) {
        GdkSurface *surface = gtk_native_get_surface(GTK_NATIVE(w));
        double x, y, px, py;

        gtk_native_get_surface_transform(GTK_NATIVE(window), &px, &py);
        gtk_native_get_surface_transform(GTK_NATIVE(w), &x, &y);
        draw(to, w, gdk_popup_get_position_x(GDK_POPUP(surface)) + x - px,
             gdk_popup_get_position_y(GDK_POPUP(surface)) + y - py);
    }
    for (w = gtk_widget_get_first_child(w); w; w = gtk_widget_get_next_sibling(w))
        draw_popovers(to, w, window);
}

/* NULL: something has changed since the last frame, and the next is not there yet. */
static GskRenderNode *picture(GtkWidget *w)
{
    GtkSnapshot *snapshot = gtk_snapshot_new();

    draw(snapshot, w, 0, 0);
    draw_popovers(snapshot, w, w);
    return gtk_snapshot_free_to_node(snapshot);
}

static void shoot(GtkWindow *window, const char *name)
{
    GtkWidget *w = GTK_WIDGET(window);
    g_autofree char *path = g_strdup_printf("%s/%s.png", stage_folder(), name);
    GskRenderer *renderer = gtk_native_get_renderer(GTK_NATIVE(window));
    g_autoptr(GdkTexture) texture = NULL;
    graphene_rect_t all =
        GRAPHENE_RECT_INIT(0, 0, (float)gtk_widget_get_width(w), (float)gtk_widget_get_height(w));
    GskRenderNode *node = picture(w);

    for (unsigned i = 0; !node && i < REPAINTS; i++) {
        settle();
        node = picture(w);
    }
    if (!node || !renderer) {
        fail("%s: nothing is drawn", name);
        return;
    }
    texture = gsk_renderer_render_texture(renderer, node, &all);
    if (!gdk_texture_save_to_png(texture, path))
        fail("%s cannot be written", path);
    gsk_render_node_unref(node);
}

/* ---- all ways to look at it ---- */

static void look_once(const char *name, const char *how)
{
    g_autofree char *full = g_strdup_printf("%s-%s", name, how);
    GtkWindow *top;

    settle();
    top = stage_top();
    check(
        (struct check){.name = full, .window = GTK_WIDGET(top), .large = g_str_equal(how, "large")},
        GTK_WIDGET(top));
    shoot(top, full);
}

static void set_dark(gboolean dark)
{
    adw_style_manager_set_color_scheme(adw_style_manager_get_default(),
                                       dark ? ADW_COLOR_SCHEME_FORCE_DARK
                                            : ADW_COLOR_SCHEME_FORCE_LIGHT);
}

static void set_text_size(double factor)
{
    g_object_set(gtk_settings_get_default(), "gtk-xft-dpi", (int)(DPI * factor), NULL);
}

/* Windows whose controls are not ours to name. */
static gboolean is_library(GtkWindow *window)
{
    return GTK_IS_SHORTCUTS_WINDOW(window) || ADW_IS_ABOUT_WINDOW(window);
}

void look(const char *name)
{
    set_dark(FALSE);
    look_once(name, "light");
    if (!is_russian() && !is_library(stage_top()))
        hear(name);
    set_dark(TRUE);
    look_once(name, "dark");
    set_dark(FALSE);
    set_text_size(2);
    look_once(name, "large");
    set_text_size(1);
    settle();
    if (stage_top() != stage_window())
        return;
    resize(WIDE, HEIGHT);
    look_once(name, "wide");
    resize(NARROW, HEIGHT);
}
