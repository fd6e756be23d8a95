/* src/base/timer.c: net */
#include <ars/loop.h>
