/*
 * Unit tests of store: the tables of cases, and what they share.
 */
#ifndef ARS_TEST_STORE_H
#define ARS_TEST_STORE_H

#include <stddef.h>
#include <stdint.h>

#include "check.h"

/* A literal for a field that elsewhere is owned. */
static inline char *text(const char *s)
{
    return (char *)(uintptr_t)s;
}

extern const struct check_case fold_cases[];
extern const size_t fold_cases_n;
extern const struct check_case settings_cases[];
extern const size_t settings_cases_n;
extern const struct check_case import_cases[];
extern const size_t import_cases_n;
extern const struct check_case history_cases[];
extern const size_t history_cases_n;
extern const struct check_case trouble_cases[];
extern const size_t trouble_cases_n;

/* A folder of its own for a case, in the file system of the build or of $TMPDIR. */
struct folder {
    char path[256];
};

int folder_make(struct folder *f);
/* With all that is in it; f may be zeroed. */
void folder_remove(struct folder *f);
/* "folder/name", in a buffer of f's that the next call overwrites. */
const char *folder_file(const struct folder *f, const char *name);
int folder_write(const struct folder *f, const char *name, const char *content);
/* Caller frees; NULL: there is none. */
char *folder_read(const struct folder *f, const char *name);

#endif
