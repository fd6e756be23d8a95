/* src/desktop/x.c: app */
#include <ars/app.h>
