/* Unit tests of sip. */
#include <stddef.h>

#include "check.h"
#include "suites.h"

int main(int argc, char **argv)
{
    static const struct suite *const suites[] = {
        &suite_msg,    &suite_auth,      &suite_trans, &suite_reg,
        &suite_invite, &suite_invite_in, &suite_mod,   &suite_loss,
    };
    int bad = 0;

    for (size_t i = 0; i < CHECK_COUNT(suites); i++)
        bad |= check_run(suites[i]->cases, suites[i]->n, argc, argv);
    return bad;
}
