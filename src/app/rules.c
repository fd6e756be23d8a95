/* app: host-mapping rules, while one types. */
#include <ars/app.h>
#include <ars/engine.h>

#define PORT 7443

int ars_app_check_rules(const char *rules, const char *server, uint16_t port, ars_app_rule_fn *fn,
                        void *arg, char **ret_text)
{
    return ars_engine_check_map(rules, server, port ? port : PORT, fn, arg, ret_text);
}
