/*
 * The suites of test_media_sound, _jitter, _device and _session; each is one file.
 */
#ifndef ARS_TEST_MEDIA_SUITES_H
#define ARS_TEST_MEDIA_SUITES_H

/* sound */
int suite_codec(int argc, char **argv);
int suite_inband(int argc, char **argv);
int suite_rtp(int argc, char **argv);
int suite_rtp_stream(int argc, char **argv);
int suite_process(int argc, char **argv);
int suite_quality(int argc, char **argv);
int suite_recorder(int argc, char **argv);
int suite_tones(int argc, char **argv);

/* jitter */
int suite_jitter(int argc, char **argv);
int suite_stretch(int argc, char **argv);
int suite_drift(int argc, char **argv);

/* device */
int suite_audio(int argc, char **argv);
int suite_audio_driver(int argc, char **argv);
int suite_audio_device(int argc, char **argv);
int suite_audio_plug(int argc, char **argv);
int suite_trial(int argc, char **argv);

/* session */
int suite_sdp(int argc, char **argv);
int suite_sdp_peers(int argc, char **argv);
int suite_srtp(int argc, char **argv);
int suite_srtp_vectors(int argc, char **argv);
int suite_dtls(int argc, char **argv);
int suite_ice(int argc, char **argv);
int suite_ice_consent(int argc, char **argv);
int suite_ice_relay(int argc, char **argv);
int suite_ice_stun(int argc, char **argv);
int suite_turn_uri(int argc, char **argv);
int suite_session(int argc, char **argv);
int suite_session_renew(int argc, char **argv);
int suite_session_wire(int argc, char **argv);

#endif
