/* src/sip/reg.c: net */
#include <ars/wss.h>
