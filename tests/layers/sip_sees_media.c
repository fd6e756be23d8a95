/* src/sip/invite.c: media */
#include <ars/media.h>
