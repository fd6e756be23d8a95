/* src/engine/calls.c: both */
#include <ars/media.h>
#include <ars/sip.h>
