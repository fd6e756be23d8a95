/* ui: the program ars-phone. */
#include <locale.h>

#include <glib/gi18n.h>

#include "application.h"

/*
 * A phone draws little: the processor does it with a fifth of the memory that loading the graphics
 * stack would cost (docs/decisions/0006). What the user chose stands.
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

/* Beside the program, wherever it was installed to. NULL: not known. */
static char *locale_dir(void)
{
    const char *wanted = g_getenv("TEXTDOMAINDIR");
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *bin = program ? g_path_get_dirname(program) : NULL;

    if (wanted)
        return g_strdup(wanted);
    return bin ? g_build_filename(bin, ARS_LOCALE_FROM_BIN, NULL) : NULL;
}

int main(int argc, char **argv)
{
    g_autofree char *locales = locale_dir();
    g_autoptr(ArsApplication) app = NULL;

    choose_renderer();
    setlocale(LC_ALL, "");
    if (locales)
        bindtextdomain(GETTEXT_PACKAGE, locales);
    bind_textdomain_codeset(GETTEXT_PACKAGE, "UTF-8");
    textdomain(GETTEXT_PACKAGE);
    app = ars_application_new();
    return g_application_run(G_APPLICATION(app), argc, argv);
}
