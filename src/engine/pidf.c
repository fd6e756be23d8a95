/* engine: presence documents. */
#include "pidf.h"
#include "xml.h"

/* RFC 3863 section 4.1.4: who has several ways to be reached is so if one of them is open. */
static enum ars_watch_state basic_of(struct text doc)
{
    enum ars_watch_state state = ARS_WATCH_UNKNOWN;
    struct text attrs;
    struct text tuple;
    struct text basic;

    while (xml_next(&doc, "tuple", &attrs, &tuple)) {
        if (!xml_next(&tuple, "basic", &attrs, &basic))
            continue;
        basic = text_trim(basic);
        if (text_is(basic, "open"))
            return ARS_WATCH_IDLE;
        if (text_is(basic, "closed"))
            state = ARS_WATCH_CLOSED;
    }
    return state;
}

static bool talks(struct text doc)
{
    struct text attrs;
    struct text all;

    while (xml_next(&doc, "activities", &attrs, &all)) {
        struct text phone = all;
        struct text inside;

        if (xml_next(&phone, "on-the-phone", &attrs, &inside) ||
            xml_next(&all, "busy", &attrs, &inside))
            return true;
    }
    return false;
}

enum ars_watch_state pidf_state(const char *body, size_t len)
{
    struct text rest = {body, len};
    struct text attrs;
    struct text doc;

    if (!xml_next(&rest, "presence", &attrs, &doc))
        return ARS_WATCH_UNKNOWN;
    return talks(doc) ? ARS_WATCH_BUSY : basic_of(doc);
}
