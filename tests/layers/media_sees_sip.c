/* src/media/session.c: sip */
#include <ars/sip.h>
