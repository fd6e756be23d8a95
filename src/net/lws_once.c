/* What libwebsockets keeps for the whole process: its log and its OpenSSL indexes. */
#include <pthread.h>
#include <string.h>

#include <ars/log.h>

#include "lws_once.h"

/* Why a connection failed is told in its ars_reason; lws' own words are for the curious. */
static void on_lws_log(int level, const char *line)
{
    size_t len = strcspn(line, "\r\n");

    ars_log(ARS_LOG_DEBUG, "lws", "%.*s", (int)len, line);
}

static void init(void)
{
    struct lws_context_creation_info info = {0};

    lws_set_log_level(LLL_ERR | LLL_WARN, on_lws_log);
    info.options = LWS_CONTEXT_OPTIONS | LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.port = CONTEXT_PORT_NO_LISTEN;
    info.fd_limit_per_thread = 2;
    lws_context_destroy(lws_create_context(&info));
}

void lws_once(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    (void)pthread_once(&once, init);
}
