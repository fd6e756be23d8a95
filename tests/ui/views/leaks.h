/*
 * What libraries allocate while they are loaded is theirs for ever and no leak of a view: GLib's
 * first table of quarks is dropped on purpose when it is full.
 */
#ifndef TEST_UI_VIEWS_LEAKS_H
#define TEST_UI_VIEWS_LEAKS_H

/* From here on leaks count; main() begins with it. */
void leaks_begin(void);

#endif
