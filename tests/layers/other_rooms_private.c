/* src/engine/call.c: room */
#include "rtp/jitter.h"
