/* A WebSocket client under test, and what it lived through. */
#ifndef TEST_NET_CLIENT_H
#define TEST_NET_CLIENT_H

#include <ars/wss.h>

#include "fixture.h"

struct client {
    struct fixture f;
    struct ars_wss *wss;
    struct ars_wss_conf conf;
    int opened;
    uint64_t opened_ms;
    int frames;
    int closed;
    size_t bytes;
    char *last; /* the newest frame */
    size_t last_len;
    struct ars_reason why;
    bool has_cert;
    struct ars_cert cert;
    const char *greeting; /* sent when opened */
    int stop_at_frames;   /* stops the loop; 0: never */
    bool stop_when_opened;
    bool free_in_frame;
    void (*on_frame)(struct client *c);
};

/* For 127.0.0.1:port as pbx.test, path /ws, with that CA. */
int client_init(struct client *c, const struct certs *certs, uint16_t port);
void client_free(struct client *c);

/* Opens, and runs until it closes or one of the stops. */
int client_run(struct client *c);
int client_send(struct client *c, const char *text);

#endif
