/* engine: the defaults of an account's settings, and which of them a connection hangs on. */
#ifndef ENGINE_ACCOUNT_CONF_H
#define ENGINE_ACCOUNT_CONF_H

#include <ars/types.h>

#define ACCOUNT_PORT   7443
#define ACCOUNT_RING_S 30

/* Why there can be no account of it, in English; NULL: there can. */
const char *account_conf_problem(const struct ars_account_conf *c);

const char *account_conf_path(const struct ars_account_conf *c);
/* Where the connection leads. */
const char *account_conf_host(const struct ars_account_conf *c);
uint16_t account_conf_port(const struct ars_account_conf *c);

/* False: that is the default, and the DNS may know another. */
bool account_conf_has_port(const struct ars_account_conf *c);

/* False: the connection must be made anew to go from a to b. */
bool account_conf_same_identity(const struct ars_account_conf *a, const struct ars_account_conf *b);

#endif
