/* src/media/codec/opus.c: library */
#include <openssl/evp.h>
