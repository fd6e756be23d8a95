/* Tests of the views: what LeakSanitizer looks at. */
#include "leaks.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WITH_LSAN
#endif
#endif

#ifdef WITH_LSAN
#include <sanitizer/lsan_interface.h>

static void before_libraries(void)
{
    __lsan_disable();
}

/* Runs before the constructors of the shared libraries. */
__attribute__((section(".preinit_array"),
               used)) static void (*const preinit)(void) = before_libraries;

void leaks_begin(void)
{
    __lsan_enable();
}
#else
void leaks_begin(void)
{
}
#endif
