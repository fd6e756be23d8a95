/* Unit tests of net. */
#include "fixture.h"
#include "suites.h"

int main(int argc, char **argv)
{
    const struct suite *suites[] = {&suite_backoff, &suite_host_map, &suite_http_date,
                                    &suite_loop,    &suite_proxy,    &suite_resolver,
                                    &suite_trust,   &suite_wss,      &suite_peers};
    struct fixture first;
    int failed = 0;

    /* OpenSSL initialises itself once and never gets over a failure then */
    if (fixture_init(&first))
        return 1;
    fixture_free(&first);
    for (size_t i = 0; i < CHECK_COUNT(suites); i++)
        failed += check_run(suites[i]->cases, suites[i]->count, argc, argv);
    return failed;
}
