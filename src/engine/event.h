/* engine: events are born here. Engine thread. */
#ifndef ENGINE_EVENT_H
#define ENGINE_EVENT_H

#include <ars/event.h>

/* With the time of now; NULL on ENOMEM, which outbox_put() takes. */
struct ars_event *event_new(enum ars_event_type type);

/* ARS_EV_DEVICES with a copy of the list; the same otherwise. */
struct ars_event *event_devices(const struct ars_device *list, size_t n);

#endif
