/* src/ui/x.c: library */
#include <sqlite3.h>
