/* src/engine/x.c: app */
#include <ars/app.h>
