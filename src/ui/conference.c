/* ui: the calls that talk together, and those that could. */
#include "conference.h"

typedef gboolean test_fn(const struct ars_app_call *call, ArsCallItem *other);

static ArsCallItem *first(GListModel *calls, test_fn *test, ArsCallItem *other, guint *ret_n)
{
    ArsCallItem *found = NULL;

    for (guint i = 0; i < g_list_model_get_n_items(calls); i++) {
        g_autoptr(ArsCallItem) item = g_list_model_get_item(calls, i);

        if (item == other || !test(ars_call_item_get(item), other))
            continue;
        if (!found)
            found = item; /* the list keeps it */
        if (ret_n)
            (*ret_n)++;
    }
    return found;
}

static gboolean is_leg(const struct ars_app_call *call, ArsCallItem *other)
{
    return call->merged && call->state == ARS_CALL_ESTABLISHED;
}

static gboolean is_free(const struct ars_app_call *call)
{
    return call->state == ARS_CALL_ESTABLISHED && call->transfer != ARS_APP_TRANSFER_ASKED &&
           call->transfer != ARS_APP_TRANSFER_DONE;
}

static gboolean is_partner(const struct ars_app_call *call, ArsCallItem *other)
{
    return is_free(call) && !(call->merged && ars_call_item_get(other)->merged);
}

static gboolean replaces(const struct ars_app_call *call, ArsCallItem *other)
{
    return call->replaces != 0 && call->replaces == ars_call_item_get(other)->id;
}

guint conference_legs(GListModel *calls)
{
    guint n = 0;

    first(calls, is_leg, NULL, &n);
    return n;
}

guint64 conference_since(GListModel *calls)
{
    guint64 since = 0;

    for (guint i = 0; i < g_list_model_get_n_items(calls); i++) {
        g_autoptr(ArsCallItem) item = g_list_model_get_item(calls, i);
        const struct ars_app_call *call = ars_call_item_get(item);

        if (is_leg(call, NULL) && (!since || call->established_ms < since))
            since = call->established_ms;
    }
    return since;
}

ArsCallItem *conference_leg(GListModel *calls, ArsCallItem *but)
{
    return first(calls, is_leg, but, NULL);
}

gboolean conference_is_free(ArsCallItem *item)
{
    return is_free(ars_call_item_get(item));
}

gboolean conference_can_merge(GListModel *calls, ArsCallItem *item)
{
    return conference_is_free(item) && conference_legs(calls) < CONFERENCE_LEGS_MAX &&
           first(calls, is_partner, item, NULL);
}

gboolean conference_is_replaced(GListModel *calls, ArsCallItem *item)
{
    return first(calls, replaces, item, NULL) != NULL;
}
