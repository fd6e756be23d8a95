/*
 * demo: answers REGISTER (RFC 3261 section 10.3) for the one account there is. Loop's thread.
 */
#ifndef ARS_DEMO_REGISTRAR_H
#define ARS_DEMO_REGISTRAR_H

#include <stdint.h>

struct ars_secret;
struct ars_sip_request;

#define DEMO_CONTACT_MAX 512

struct demo_account {
    const char *login;
    const char *algorithm;
    const struct ars_secret *password;
};

struct demo_binding {
    char contact[DEMO_CONTACT_MAX]; /* "": none */
    uint32_t expires_s;
};

/*
 * Answers req. EACCES: it was challenged or refused and *binding stays; 0: *binding is what holds
 * now (an empty contact after an un-registration).
 */
int demo_register(const struct demo_account *account, struct ars_sip_request *req,
                  struct demo_binding *binding);

#endif
