/* Unit tests of media: from packets to even samples. */
#include "suites.h"

int main(int argc, char **argv)
{
    static int (*const suites[])(int argc, char **argv) = {suite_jitter, suite_stretch,
                                                           suite_drift};
    int failed = 0;

    for (unsigned i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
        failed += suites[i](argc, argv);
    return failed ? 1 : 0;
}
