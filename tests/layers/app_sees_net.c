/* src/app/x.c: net */
#include <ars/host_map.h>
