/* src/cli/x.c: library */
#include <gtk/gtk.h>
