/* src/net/wss.c: engine */
#include <ars/event.h>
