/* src/media/rtp/send.c: dotdot */
#include "../audio/mixer.h"
