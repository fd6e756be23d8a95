/* src/app/x.c: library */
#include <glib.h>
