/* src/store/x.c: engine */
#include <ars/engine.h>
