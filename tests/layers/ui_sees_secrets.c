/* src/ui/x.c: store */
#include <ars/secrets.h>
