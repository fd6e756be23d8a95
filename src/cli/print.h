/* cli: events as lines, for people or as JSON. */
#ifndef CLI_PRINT_H
#define CLI_PRINT_H

#include <stdbool.h>
#include <stdint.h>

#include <ars/event.h>

struct printer {
    bool json;
    bool several; /* accounts: their number stands before what they tell */
    uint64_t start_us;
    uint64_t last_us; /* merged statistics overtake: time in the output never goes back */
};

void print_event(struct printer *p, const struct ars_event *ev);

#endif
