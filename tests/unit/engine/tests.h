/* The tables of cases of this folder. */
#ifndef ENGINE_TESTS_H
#define ENGINE_TESTS_H

#include "check.h"

extern const struct check_case data_cases[];
extern const size_t data_cases_n;
extern const struct check_case number_cases[];
extern const size_t number_cases_n;
extern const struct check_case account_cases[];
extern const size_t account_cases_n;
extern const struct check_case answering_cases[];
extern const size_t answering_cases_n;
extern const struct check_case calls_cases[];
extern const size_t calls_cases_n;
extern const struct check_case several_cases[];
extern const size_t several_cases_n;
extern const struct check_case network_cases[];
extern const size_t network_cases_n;
extern const struct check_case survive_cases[];
extern const size_t survive_cases_n;
extern const struct check_case transfer_cases[];
extern const size_t transfer_cases_n;
extern const struct check_case watch_cases[];
extern const size_t watch_cases_n;

#endif
