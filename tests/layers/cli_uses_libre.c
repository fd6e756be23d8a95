/* src/cli/print.c: library */
#include <re.h>
