/* ui: the program ars-phone. */
#include <locale.h>

#include <glib/gi18n.h>

#include "application.h"

/*
 * A phone draws little: the processor does it with a third of the memory that loading the graphics
 * stack would cost (docs/decisions). What the user chose stands.
 */
static void choose_renderer(void)
{
    if (g_getenv("GSK_RENDERER"))
        return;
    g_setenv("GSK_RENDERER", "cairo", TRUE);
    if (gtk_get_major_version() == 4 && gtk_get_minor_version() < 16)
        g_setenv("GDK_DEBUG", "gl-disable", FALSE);
    else
        g_setenv("GDK_DISABLE", "gl,vulkan", FALSE);
}

int main(int argc, char **argv)
{
    const char *locales = g_getenv("TEXTDOMAINDIR");
    g_autoptr(ArsApplication) app = NULL;

    choose_renderer();
    setlocale(LC_ALL, "");
    bindtextdomain(GETTEXT_PACKAGE, locales ? locales : ARS_LOCALE_DIR);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    app = ars_application_new();
    return g_application_run(G_APPLICATION(app), argc, argv);
}
