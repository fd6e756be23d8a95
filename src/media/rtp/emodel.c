/*
 * E-model, ITU-T G.107, on its narrow-band scale, whose best is a perfect G.711 call. Echo is left
 * at the default, that is, the cancellers at both ends work: delay costs what it costs a dialogue.
 */
#include "rtp/emodel.h"

#include <math.h>

/* R where every parameter has its default, G.107 7.7 */
#define R_DEFAULT 93.2
/* From here on delay is felt, G.107 7.4 */
#define DELAY_FREE_MS 100

/*
 * G.113 Appendix I: impairment by the codec and its robustness to random loss, of G.711 with its
 * concealment (Appendix I of G.711), which ours is like. It stands for all: G.722 and Opus sound
 * better than this scale can say, so they cost nothing, and neither has a row for loss there. Opus
 * conceals in the decoder at least as well as G.711 does, and what its in-band FEC brings back is
 * not counted as lost. G.722's packets are concealed by the same means as G.711's.
 */
#define BPL 25.1 /* and an Ie of 0 */

/* Idd, G.107 7.4 */
static double delay_impairment(double ms)
{
    double x;

    if (ms <= DELAY_FREE_MS)
        return 0;
    x = log2(ms / DELAY_FREE_MS);
    return 25 * (pow(1 + pow(x, 6), 1.0 / 6) - 3 * pow(1 + pow(x / 3, 6), 1.0 / 6) + 2);
}

/* Ie,eff, G.107 7.5, losses at random: a BurstR of 1 */
static double equipment_impairment(double loss)
{
    return 95 * loss / (loss + BPL);
}

double emodel_r(const struct emodel *e)
{
    double r = R_DEFAULT - delay_impairment(e->delay_ms) -
               equipment_impairment(e->loss_pct < 0 ? 0 : e->loss_pct);

    return r > 0 ? r : 0;
}

double emodel_mos(double r)
{
    if (r <= 0)
        return 1;
    if (r >= 100)
        return 4.5;
    return fmax(1, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6); /* it dips below R 6.5 */
}
