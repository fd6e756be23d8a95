/* Unit tests of media: from SDP to encrypted packets. */
#include "suites.h"

int main(int argc, char **argv)
{
    static int (*const suites[])(int argc, char **argv) = {
        suite_sdp,           suite_sdp_peers,    suite_srtp,      suite_srtp_vectors, suite_dtls,
        suite_ice,           suite_ice_consent,  suite_ice_relay, suite_ice_stun,     suite_session,
        suite_session_renew, suite_session_wire, suite_turn_uri,
    };
    int failed = 0;

    for (unsigned i = 0; i < sizeof(suites) / sizeof(suites[0]); i++)
        failed += suites[i](argc, argv);
    return failed ? 1 : 0;
}
