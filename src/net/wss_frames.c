/* Messages in and out of a client connection, on its thread. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ars/mailbox.h>

#include "wss_worker.h"

#define KEEP_BUFFER 65536 /* a larger one is given back after its message */

/* FreeSWITCH takes a frame of less than 9 bytes in one record with another for an error, and an
 * empty one for the end: a ping carries some bytes. */
#define PING_LEN 8

/* LWS_WRITE_CLOSE of lws' private header, the same from 4.1 to 5.0. */
#define WRITE_CLOSE ((enum lws_write_protocol)4)

void wss_emit(struct worker *w, struct wss_event *ev)
{
    if (outlet_push(w->lk->outlet, ev)) {
        free(ev);
        wss_finish(w, ARS_REASON_INTERNAL, 0, "too many messages are waiting");
    }
}

struct wss_event *wss_event_new(enum wss_event_type type, const char *data, size_t len)
{
    struct wss_event *ev = malloc(sizeof(*ev) + len + 1);

    if (ev) {
        memset(ev, 0, sizeof(*ev));
        ev->type = type;
        ev->len = len;
        if (len)
            memcpy(ev->data, data, len);
        ev->data[len] = '\0';
    }
    return ev;
}

static void stall(struct worker *w, bool on)
{
    atomic_store(&w->lk->stalled, on);
    (void)lws_rx_flow_control(w->wsi, on ? 0 : 1);
}

/* Again after `stalled` is set: the loop may have emptied the outlet in between. */
void wss_stall_check(struct worker *w)
{
    size_t unread = atomic_load(&w->lk->unread);

    if (w->phase != OPEN)
        return;
    if (!atomic_load(&w->lk->stalled) && unread > WSS_UNREAD_MAX) {
        stall(w, true);
        unread = atomic_load(&w->lk->unread);
    }
    if (atomic_load(&w->lk->stalled) && unread < WSS_UNREAD_MAX / 2)
        stall(w, false);
}

static void deliver(struct worker *w, struct lws *wsi)
{
    const char *data = w->in.data;
    size_t len = w->in.len;
    struct wss_event *ev;

    if (len == 0)
        return;
    if (strspn(data, "\r\n") == len) {
        /* RFC 5626 section 3.5.1: a "ping" of CRLFCRLF is answered by a "pong" of CRLF */
        if (len == 4 && memcmp(data, "\r\n\r\n", 4) == 0) {
            w->crlf_due = true;
            lws_callback_on_writable(wsi);
        }
        return;
    }
    ev = wss_event_new(WSS_FRAME, data, len);
    if (!ev) {
        wss_finish(w, ARS_REASON_INTERNAL, 0, "out of memory");
        return;
    }
    atomic_fetch_add(&w->lk->unread, len + WSS_UNREAD_EACH);
    wss_emit(w, ev);
    wss_stall_check(w);
}

int wss_receive(struct worker *w, struct lws *wsi, const void *in, size_t len)
{
    if (w->phase != OPEN)
        return 0;
    ars_buf_addn(&w->in, in, len);
    if (w->in.err) {
        wss_closing(w, ARS_REASON_CONNECTION_LOST,
                    "the server sent more than %d bytes in a message", ARS_WSS_MESSAGE_MAX);
        lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
        return -1;
    }
    if (!lws_is_final_fragment(wsi) || lws_remaining_packet_payload(wsi))
        return 0;
    deliver(w, wsi);
    w->in.len = 0;
    if (w->in.size > KEEP_BUFFER)
        ars_buf_free(&w->in);
    return 0;
}

static int write_small(struct lws *wsi, const char *data, size_t len, enum lws_write_protocol how)
{
    unsigned char buf[LWS_PRE + 16];

    memcpy(buf + LWS_PRE, data, len);
    return lws_write(wsi, buf + LWS_PRE, len, how) < (int)len ? -1 : 0;
}

static int write_ping(struct worker *w, struct lws *wsi)
{
    char payload[PING_LEN + 1];

    (void)snprintf(payload, sizeof(payload), "ars%05u", w->pings++ % 100000);
    return write_small(wsi, payload, PING_LEN, LWS_WRITE_PING);
}

static int write_message(struct lws *wsi, struct wss_out *out)
{
    int n = lws_write(wsi, out->data + LWS_PRE, out->len, LWS_WRITE_TEXT);

    n = n < (int)out->len ? -1 : 0;
    free(out);
    return n;
}

/*
 * The close frame is written by hand: lws closes the socket at the next data frame that comes, and
 * with more of them unread the kernel resets the connection, which takes what we have sent along.
 *
 * One write each time, so each frame has a TLS record of its own: FreeSWITCH reads one frame of a
 * record and leaves the rest until more bytes come.
 */
int wss_writeable(struct worker *w, struct lws *wsi)
{
    struct wss_out *out;
    int err;

    if (w->ping_due) {
        w->ping_due = false;
        err = write_ping(w, wsi);
    } else if (w->crlf_due) {
        w->crlf_due = false;
        err = write_small(wsi, "\r\n", 2, LWS_WRITE_TEXT);
    } else if ((out = ars_mailbox_pop(w->lk->outbox))) {
        err = write_message(wsi, out);
    } else if (w->phase == CLOSING && !w->close_sent) {
        w->close_sent = true;
        err = write_small(wsi, "\x03\xe8", 2, WRITE_CLOSE); /* 1000 */
    } else {
        return 0;
    }
    lws_callback_on_writable(wsi);
    return err;
}
