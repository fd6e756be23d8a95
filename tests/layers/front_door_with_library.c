/* include/ars/media.h: library */
#include <re.h>
