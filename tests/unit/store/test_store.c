/* Unit tests of store. */
#include "tests.h"

int main(int argc, char **argv)
{
    return check_run(fold_cases, fold_cases_n, argc, argv) +
           check_run(settings_cases, settings_cases_n, argc, argv) +
           check_run(import_cases, import_cases_n, argc, argv) +
           check_run(history_cases, history_cases_n, argc, argv) +
           check_run(trouble_cases, trouble_cases_n, argc, argv);
}
