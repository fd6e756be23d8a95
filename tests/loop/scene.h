/*
 * What most cases need: a demo line and one or two phones registered with it; and the tables of
 * cases.
 */
#ifndef ARS_TEST_SCENE_H
#define ARS_TEST_SCENE_H

#include "check.h"
#include "line.h"
#include "pace.h"
#include "phone.h"
#include "sound.h"

struct scene {
    struct line *line;
    struct phone *a; /* records into line_dir()/a.wav */
    struct phone *b;
    char wav_a[128];
    char wav_b[128];
};

/* in_b NULL: only one phone. */
int scene_open(struct scene *s, const char *in_a, const char *in_b);

/* Shuts the phones down in order and ends the line, which must have nothing to complain about. */
int scene_end(struct scene *s);

void scene_close(struct scene *s);

extern const struct check_case call_cases[];
extern const size_t call_case_count;
extern const struct check_case network_cases[];
extern const size_t network_case_count;
extern const struct check_case growth_cases[];
extern const size_t growth_case_count;

#endif
