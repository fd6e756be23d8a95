/*
 * ui: a certificate that was refused: who, until when, which, why; the user decides. Signals
 * "trust", "stop".
 */
#ifndef ARS_UI_CERTIFICATE_WINDOW_H
#define ARS_UI_CERTIFICATE_WINDOW_H

#include <adwaita.h>

#include <ars/app.h>

#define ARS_TYPE_CERTIFICATE_WINDOW (ars_certificate_window_get_type())
G_DECLARE_FINAL_TYPE(ArsCertificateWindow, ars_certificate_window, ARS, CERTIFICATE_WINDOW,
                     AdwWindow)

ArsCertificateWindow *ars_certificate_window_new(GtkWindow *parent, const char *server,
                                                 const struct ars_cert *cert);

#endif
