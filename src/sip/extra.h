/*
 * sip: headers that are not ours, in REGISTER and in the INVITE that begins a call.
 */
#ifndef SIP_EXTRA_H
#define SIP_EXTRA_H

/* "Name: value\n" lines as header lines ("" for NULL), caller frees. EINVAL: not to be sent. */
int extra_render(const char *lines, char **ret);

#endif
