/*
 * media: how well people are served by a call, from its figures: the E-model of ITU-T G.107. Pure
 * arithmetic.
 */
#ifndef ARS_MEDIA_RTP_EMODEL_H
#define ARS_MEDIA_RTP_EMODEL_H

/* What of a call counts. */
struct emodel {
    double delay_ms; /* Ta: mouth to ear, one way */
    double loss_pct; /* Ppl: what the decoder had to make up */
};

/* Transmission rating, 0 to 93.2: G.107 7.1, with the default of all that is not in e (Table 2). */
double emodel_r(const struct emodel *e);

/* Mean opinion score, 1 to 4.5: G.107 Annex B. */
double emodel_mos(double r);

#endif
