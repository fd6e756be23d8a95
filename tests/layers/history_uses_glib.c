/* src/store/history.c: library */
#include <glib.h>
