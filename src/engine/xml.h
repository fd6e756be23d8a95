/* engine: as much of XML 1.0 as documents of state are read with. Engine thread. */
#ifndef ENGINE_XML_H
#define ENGINE_XML_H

#include <stdbool.h>
#include <stddef.h>

#include "text.h"

/*
 * The next element of that local name, whatever its prefix and however deep, which has an end; its
 * attributes, and what stands inside. *rest goes on behind it. Time is linear in what is passed.
 */
bool xml_next(struct text *rest, const char *name, struct text *ret_attrs, struct text *ret_inside);

/* False: there is none of that name. */
bool xml_attribute(struct text attrs, const char *name, struct text *ret);

/* An owned copy without references; NULL: empty, too long, no UTF-8, or no memory. */
char *xml_plain(struct text t, size_t max);

#endif
