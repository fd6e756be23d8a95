/* A WebSocket client under test. */
#include <stdlib.h>
#include <string.h>

#include <ars/clock.h>

#include "client.h"

static void on_opened(void *arg)
{
    struct client *c = arg;

    c->opened++;
    c->opened_ms = ars_clock_ms();
    if (c->greeting)
        (void)client_send(c, c->greeting);
    if (c->stop_when_opened)
        ars_loop_stop(c->f.loop);
}

static void on_frame(const char *msg, size_t len, void *arg)
{
    struct client *c = arg;

    c->frames++;
    c->bytes += len;
    free(c->last);
    c->last = malloc(len + 1);
    if (c->last) {
        memcpy(c->last, msg, len);
        c->last[len] = '\0';
    }
    c->last_len = len;
    if (c->on_frame)
        c->on_frame(c);
    if (c->free_in_frame) {
        ars_wss_free(c->wss);
        c->wss = NULL;
    }
    if (c->frames == c->stop_at_frames)
        ars_loop_stop(c->f.loop);
}

static void on_closed(const struct ars_reason *why, const struct ars_cert *cert, void *arg)
{
    struct client *c = arg;

    c->closed++;
    c->why = *why;
    c->has_cert = cert != NULL;
    if (cert)
        c->cert = *cert;
    ars_loop_stop(c->f.loop);
}

int client_init(struct client *c, const struct certs *certs, uint16_t port)
{
    memset(c, 0, sizeof(*c));
    (void)ars_addr_parse("127.0.0.1", port, &c->conf.addr);
    c->conf.host = "pbx.test";
    c->conf.port = port;
    c->conf.path = "/ws";
    c->conf.trust.ca_file = certs ? certs->ca : NULL;
    return fixture_init(&c->f);
}

void client_free(struct client *c)
{
    ars_wss_free(c->wss);
    fixture_free(&c->f);
    free(c->last);
    memset(c, 0, sizeof(*c));
}

int client_run(struct client *c)
{
    static const struct ars_wss_handlers handlers = {
        .opened = on_opened, .frame = on_frame, .closed = on_closed};
    int err = 0;

    if (!c->wss)
        err = ars_wss_open(&c->wss, c->f.loop, &c->conf, &handlers, c);
    return err ? err : fixture_run(&c->f);
}

int client_send(struct client *c, const char *text)
{
    return ars_transport_send(ars_wss_transport(c->wss), text, strlen(text));
}
