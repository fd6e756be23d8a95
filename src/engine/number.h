/* engine: from what somebody typed or pasted to what is dialled. */
#ifndef ENGINE_NUMBER_H
#define ENGINE_NUMBER_H

/*
 * A number without its visual separators, a user name, or a SIP URI as it is; "a@b" becomes
 * "sip:a@b", "tel:" goes. EINVAL: nothing that can be dialled. ENOMEM. Caller frees.
 */
int number_to_target(const char *typed, char **ret);

#endif
