/* ui: hints of the Extended Window Manager Hints (EWMH) that GTK 4 no longer sets. */
#include "x11.h"

#if defined(GDK_WINDOWING_X11) && defined(ARS_X11)
#include <gdk/x11/gdkx.h>

#define NET_WM_STATE_ADD 1 /* EWMH, _NET_WM_STATE: add the property */
#define FROM_APPLICATION 1 /* EWMH, source indication */

static GdkSurface *surface_of(GtkWindow *window)
{
    GdkSurface *surface = gtk_native_get_surface(GTK_NATIVE(window));

    return surface && GDK_IS_X11_SURFACE(surface) ? surface : NULL;
}

gboolean x11_is(GtkWidget *widget)
{
    return GDK_IS_X11_DISPLAY(gtk_widget_get_display(widget));
}

void x11_take_no_focus(GtkWindow *window)
{
    GdkSurface *surface = surface_of(window);

    /* EWMH, _NET_WM_USER_TIME: zero means that the window is not to be focused when it is mapped */
    if (surface)
        gdk_x11_surface_set_user_time(surface, 0);
}

void x11_keep_above(GtkWindow *window)
{
    GdkSurface *surface = surface_of(window);
    GdkDisplay *display = gtk_widget_get_display(GTK_WIDGET(window));
    Display *x;
    XEvent event = {0};

    if (!surface)
        return;
    x = gdk_x11_display_get_xdisplay(display);
    event.xclient.type = ClientMessage;
    event.xclient.window = gdk_x11_surface_get_xid(surface);
    event.xclient.message_type = gdk_x11_get_xatom_by_name_for_display(display, "_NET_WM_STATE");
    event.xclient.format = 32;
    event.xclient.data.l[0] = NET_WM_STATE_ADD;
    event.xclient.data.l[1] =
        (long)gdk_x11_get_xatom_by_name_for_display(display, "_NET_WM_STATE_ABOVE");
    event.xclient.data.l[3] = FROM_APPLICATION;
    gdk_x11_display_error_trap_push(display);
    XSendEvent(x, gdk_x11_display_get_xrootwindow(display), False,
               SubstructureRedirectMask | SubstructureNotifyMask, &event);
    gdk_x11_display_error_trap_pop_ignored(display);
}
#else
gboolean x11_is(GtkWidget *widget)
{
    return FALSE;
}

void x11_take_no_focus(GtkWindow *window)
{
    (void)window;
}

void x11_keep_above(GtkWindow *window)
{
    (void)window;
}
#endif
