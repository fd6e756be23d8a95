/*
 * PRACK of ours.
 */
#include <errno.h>
#include <stdint.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "ctrans.h"
#include "dialog.h"
#include "endpoint.h"
#include "msg_in.h"
#include "prack.h"

bool prack_is_reliable(const struct sip_in *in)
{
    return msg_in_has_token(in, "Require", "100rel");
}

static void on_prack(const struct sip_in *in, int err, void *arg);

static int send_prack(struct prack *p)
{
    char *uri = dialog_uri(p->dlg);
    struct ars_buf b;
    int err = uri ? 0 : ENOMEM;

    ars_buf_init(&b, SIP_MSG_MAX);
    ars_buf_adds(&b, p->rack);
    if (!err && p->try.tries)
        err = auth_add(p->sip, &p->try, &b, "PRACK", uri);
    if (!err)
        err = b.err;
    if (!err)
        err = dialog_request(p->dlg, &p->ct, p->sip, "PRACK", b.data, NULL, on_prack, p);
    ars_buf_free(&b);
    free(uri);
    return err;
}

/* Refused or lost: the far end repeats its response, and ends the call when it must. */
static void on_prack(const struct sip_in *in, int err, void *arg)
{
    struct prack *p = arg;

    if (in && (in->status == 401 || in->status == 407) && auth_challenged(p->sip, &p->try, in) == 0)
        (void)send_prack(p);
}

static bool read_rseq(const struct sip_in *in, uint32_t *ret)
{
    const struct pl *val = msg_in_hdr(in, "RSeq");

    return val && msg_in_number(val, UINT32_MAX, ret) && *ret > 0;
}

static char *rack_line(const struct sip_in *in, uint32_t rseq)
{
    struct ars_buf b;
    int err = 0;

    ars_buf_init(&b, SIP_LINE_MAX);
    ars_buf_addf(&b, "RAck: %u %u INVITE\r\n", (unsigned)rseq, (unsigned)in->cseq);
    return ars_buf_take(&b, &err);
}

bool prack_receive(struct prack *p, struct ars_sip *sip, struct dialog *dlg,
                   const struct sip_in *in)
{
    uint32_t rseq;
    char *rack;

    if (p->cseq != in->cseq)
        p->rseq = 0;
    if (!read_rseq(in, &rseq) || (p->rseq && rseq != p->rseq + 1))
        return false;
    rack = rack_line(in, rseq);
    if (!rack)
        return false;
    ctrans_detach(&p->ct);
    free(p->rack);
    p->rack = rack;
    p->sip = sip;
    p->dlg = dlg;
    memset(&p->try, 0, sizeof(p->try));
    if (send_prack(p))
        return false;
    p->cseq = in->cseq;
    p->rseq = rseq;
    return true;
}

void prack_stop(struct prack *p)
{
    ctrans_detach(&p->ct);
    free(p->rack);
    p->rack = NULL;
}
