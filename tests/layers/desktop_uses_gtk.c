/* src/desktop/x.c: library */
#include <gtk/gtk.h>
