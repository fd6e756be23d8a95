/* src/engine/call.c: front */
#include "ars/sip.h"
