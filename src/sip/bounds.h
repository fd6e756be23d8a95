/*
 * sip: what a peer can make us hold, and the timers of RFC 3261 table 4.
 */
#ifndef SIP_BOUNDS_H
#define SIP_BOUNDS_H

#define SIP_MSG_MAX         65536u /* a whole message */
#define SIP_FIRST_LINE_MAX  2048u
#define SIP_LINE_MAX        4096u /* one header, unfolded */
#define SIP_HDRS_MAX        128u
#define SIP_COMMAS_MAX      1024u /* in all headers together */
#define SIP_COMMA_RUN_MAX   8u    /* ", , ," without a value between */
#define SIP_NAME_MAX        128u  /* a header's name */
#define SIP_ID_MAX          256u  /* Call-ID, tag, branch, sent-by */
#define SIP_ROUTES_MAX      16u
#define SIP_CONTACTS_MAX    64u /* in one 200 to REGISTER */
#define SIP_CALLS_MAX       32u
#define SIP_REDIRECTS_MAX   5u
#define SIP_SUBS_MAX        128u /* two of each line of a panel */
#define SIP_EARLY_MAX       8u   /* far ends of one fork */
#define SIP_STRANS_MAX      256u
#define SIP_CTRANS_MAX      256u /* a BYE to each answer of a fork among them */
#define SIP_REALMS_MAX      4u
#define SIP_CHALLENGES_MAX  16u /* in one 401 or 407 */
#define SIP_AUTH_TRIES_MAX  4u  /* of one request: stale answers included */
#define SIP_EXPIRES_MAX     86400u
#define SIP_RETRY_AFTER_MAX 86400u

#define SIP_T1_MS           500u
#define SIP_T2_MS           4000u
#define SIP_T1_64_MS        32000u /* timers B, F, H, L, M */

#define SIP_BRANCH_LEN      16u
#define SIP_TAG_LEN         12u
#define SIP_CALL_ID_LEN     24u
#define SIP_HOST_LEN        12u

#endif
