/* src/sip/endpoint.c: library */
#include <libwebsockets.h>
