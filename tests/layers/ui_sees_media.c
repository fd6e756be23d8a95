/* src/ui/x.c: media */
#include <ars/audio.h>
