/* net: a date as HTTP writes it (RFC 9110 section 5.6.7). Any thread. */
#ifndef NET_HTTP_DATE_H
#define NET_HTTP_DATE_H

#include <stdint.h>

#define HTTP_DATE_MAX 40 /* the longest, "Wednesday, 06-Nov-94 08:49:37 GMT", and the NUL */

/* Seconds since 1970, in *ret; now_s: what the two digits of an old form are near to. EINVAL. */
int http_date_parse(const char *s, int64_t now_s, int64_t *ret);

#endif
