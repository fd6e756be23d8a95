/* desktop: where the user keeps things: xdg-user-dirs, through GLib. */
#include <glib.h>

#include <ars/folders.h>
#include <ars/str.h>

#define OURS "ARS Phone"

char *ars_folder_recordings(void)
{
    const char *base = g_get_user_special_dir(G_USER_DIRECTORY_MUSIC);
    g_autofree char *folder = NULL;

    if (!base)
        base = g_get_user_special_dir(G_USER_DIRECTORY_DOCUMENTS);
    folder = g_build_filename(base ? base : g_get_home_dir(), OURS, NULL);
    /* where that fails, so does the recording, and says why */
    (void)g_mkdir_with_parents(folder, 0700);
    return ars_strdup(folder);
}
