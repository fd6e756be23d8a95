/*
 * sip: what a REFER that came in asks for.
 */
#ifndef SIP_REFER_TO_H
#define SIP_REFER_TO_H

struct sip_in;

struct refer_to {
    char *target;      /* URI without headers and without the method parameter, or a number */
    char *number;      /* its user part */
    char *replaces;    /* of the URI's headers, unescaped; or NULL */
    char *referred_by; /* or NULL */
    char *by;          /* whom that names, or "" */
};

/* 0, or the status that the REFER deserves; then there is nothing to free. */
int refer_to_parse(struct refer_to *ret, const struct sip_in *in);

void refer_to_free(struct refer_to *r);

#endif
