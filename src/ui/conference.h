/* ui: the calls that talk together, and those that could. Over the list of ArsCallItem. */
#ifndef ARS_UI_CONFERENCE_H
#define ARS_UI_CONFERENCE_H

#include "bridge.h"

/* As many far ends as the engine lets talk together. */
#define CONFERENCE_LEGS_MAX 5

guint conference_legs(GListModel *calls);
/* When the conference began: the first of its calls. ars_clock_ms(), 0: there is none. */
guint64 conference_since(GListModel *calls);
/* The first call that talks together with others, but not `but`; NULL. Borrowed. */
ArsCallItem *conference_leg(GListModel *calls, ArsCallItem *but);

/* It is answered, and not about to leave for another call. */
gboolean conference_is_free(ArsCallItem *item);
/* Merging it joins it to somebody: it is free, so is another beside it, and there is room. */
gboolean conference_can_merge(GListModel *calls, ArsCallItem *item);
/* It has come in the place of that call, which only takes its leave any more. */
gboolean conference_is_replaced(GListModel *calls, ArsCallItem *item);

#endif
