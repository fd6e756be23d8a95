/*
 * Whole engines against the demo line, with sound from and into files.
 */
#include "scene.h"

int main(int argc, char **argv)
{
    int failed = check_run(call_cases, call_case_count, argc, argv);

    failed += check_run(network_cases, network_case_count, argc, argv);
    return failed ? 1 : 0;
}
