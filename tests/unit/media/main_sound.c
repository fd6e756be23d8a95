/* Unit tests of media: from samples to packets. */
#include "suites.h"

int main(int argc, char **argv)
{
    static int (*const suites[])(int argc, char **argv) = {
        suite_codec,   suite_inband,  suite_rtp,      suite_rtp_stream,
        suite_process, suite_quality, suite_recorder, suite_tones};
    int failed = 0;

    for (unsigned i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
        failed += suites[i](argc, argv);
    return failed ? 1 : 0;
}
