/* Unit tests of sip. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <re.h>

#include "check.h"
#include "digest.h"
#include "suites.h"

/* OpenSSL keeps what it loads at first use: not while allocations fail and are counted. */
static void warm_up(void)
{
    struct digest d = {.user = "",
                       .realm = "",
                       .password = "",
                       .method = "",
                       .uri = "",
                       .nonce = "",
                       .cnonce = "",
                       .nc = ""};
    char out[DIGEST_HEX_MAX];

    for (d.alg = DIGEST_MD5; d.alg <= DIGEST_SHA_512_256; d.alg++)
        (void)digest_response(&d, out);
    (void)digest_sign("", 0, "", out);
}

int main(int argc, char **argv)
{
    static const struct suite *const suites[] = {
        &suite_msg,      &suite_auth,      &suite_trans,    &suite_reg,
        &suite_invite,   &suite_invite_in, &suite_hangup,   &suite_mod,
        &suite_loss,     &suite_refer,     &suite_refresh,  &suite_early,
        &suite_replaces, &suite_identity,  &suite_redirect, &suite_subscribe,
    };
    int bad = 0;

    warm_up();
    for (size_t i = 0; i < CHECK_COUNT(suites); i++)
        bad |= check_run(suites[i]->cases, suites[i]->n, argc, argv);
    return bad;
}
