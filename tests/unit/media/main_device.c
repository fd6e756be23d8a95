/* Unit tests of media: devices and what plays through them. */
#include "suites.h"

int main(int argc, char **argv)
{
    static int (*const suites[])(int argc, char **argv) = {
        suite_audio, suite_audio_driver, suite_audio_device, suite_audio_plug, suite_trial};
    int failed = 0;

    for (unsigned i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
        failed += suites[i](argc, argv);
    return failed ? 1 : 0;
}
