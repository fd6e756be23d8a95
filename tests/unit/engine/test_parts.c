/* Unit tests of the engine's parts, with the rooms below played by fakes.c. */
#include "tests.h"

int main(int argc, char **argv)
{
    return check_run(data_cases, data_cases_n, argc, argv) +
           check_run(number_cases, number_cases_n, argc, argv) +
           check_run(account_cases, account_cases_n, argc, argv) +
           check_run(answering_cases, answering_cases_n, argc, argv) +
           check_run(calls_cases, calls_cases_n, argc, argv) +
           check_run(several_cases, several_cases_n, argc, argv) +
           check_run(network_cases, network_cases_n, argc, argv) +
           check_run(survive_cases, survive_cases_n, argc, argv) +
           check_run(transfer_cases, transfer_cases_n, argc, argv) +
           check_run(watch_cases, watch_cases_n, argc, argv);
}
