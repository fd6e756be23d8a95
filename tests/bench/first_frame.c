/*
 * Preloaded into a GTK program, for the bench: writes the moment of its first frame (seconds of
 * CLOCK_MONOTONIC) as a line to the descriptor $BENCH_FRAME_FD. The program itself knows nothing.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include <gtk/gtk.h>

static gboolean on_after_paint(GSignalInvocationHint *hint, guint n, const GValue *v, gpointer arg)
{
    const char *fd = getenv("BENCH_FRAME_FD");
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    if (fd)
        dprintf((int)strtol(fd, NULL, 10), "%ld.%09ld\n", (long)now.tv_sec, now.tv_nsec);
    return FALSE; /* once */
}

__attribute__((constructor)) static void watch(void)
{
    g_type_class_ref(GDK_TYPE_FRAME_CLOCK);
    g_signal_add_emission_hook(g_signal_lookup("after-paint", GDK_TYPE_FRAME_CLOCK), 0,
                               on_after_paint, NULL, NULL);
}
