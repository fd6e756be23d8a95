/* src/cli/main.c: sip */
#include <ars/sip.h>
