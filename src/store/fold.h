/*
 * store: how the journal is searched. What is kept and what is typed go through the same folding,
 * so that case, the Russian yo and the way a number is written make no difference; the index has
 * each run of one, two and three characters as a word. Any thread.
 */
#ifndef ARS_STORE_FOLD_H
#define ARS_STORE_FOLD_H

#include <stddef.h>
#include <stdint.h>

/* What is searched in: caller frees; NULL on ENOMEM. */
char *fold_entry(const char *name, const char *number);

/* What is searched for, "" when nothing is left of it. Caller frees; NULL on ENOMEM. */
char *fold_query(const char *typed);

/* Lower case of one character, in the scripts that have it (Latin, Greek, Cyrillic, Armenian). */
uint32_t fold_char(uint32_t c);

/* The words of the index, separated by spaces; caller frees; NULL on ENOMEM. */
char *fold_grams(const char *folded);

/* An FTS5 expression that every entry with `folded` in it fulfils; caller frees; NULL on ENOMEM. */
char *fold_match(const char *folded);

#endif
