/* Digits as tones (ITU-T Q.23), through each codec to the detector of another house. */
#include <errno.h>
#include <string.h>

#include <spandsp.h>

#include <ars/str.h>

#include "audio/mixer.h"
#include "check.h"
#include "rtp/send.h"
#include "suites.h"

#define DETECTOR_RATE 8000
#define RTP_HEADER    12

struct far_end {
    const struct codec *codec;
    struct codec_dec *dec;
    dtmf_rx_state_t *detector;
    int err;
};

static int on_packet(uint8_t *buf, size_t len, void *arg)
{
    struct far_end *f = arg;
    unsigned every = f->codec->rate / DETECTOR_RATE; /* nothing is above 1633 Hz */
    int16_t pcm[48 * SEND_PTIME_MAX];
    size_t n = 0;

    f->err |= f->codec->decode(f->dec, buf + RTP_HEADER, len - RTP_HEADER, pcm,
                               sizeof(pcm) / sizeof(pcm[0]), &n);
    for (size_t i = 0; i < n / every; i++)
        pcm[i] = pcm[i * every];
    (void)dtmf_rx(f->detector, pcm, (int)(n / every));
    return 0;
}

static int send_through(const char *name, const char *digits, char *got, int max)
{
    struct rtp_format format = {.pt_send = 96, .ptime_ms = 20, .event_pt_send = -1};
    struct far_end f = {.codec = codec_find(name)};
    struct send *s = NULL;
    int16_t noise[AUDIO_FRAME];
    unsigned seed = 1;
    int err;

    (void)ars_strcpy(format.codec, sizeof(format.codec), name);
    f.detector = dtmf_rx_init(NULL, NULL, NULL);
    CHECK(f.detector);
    TRY(f.codec->dec_alloc(&f.dec));
    TRY(send_alloc(&s, on_packet, &f));
    CHECK_INT(send_tones(s, digits), ENOTCONN);
    TRY(send_set_format(s, &format));
    CHECK_INT(send_tones(s, "12x"), EINVAL);
    TRY(send_tones(s, digits));
    for (int i = 0; i < 400; i++) {
        for (int k = 0; k < AUDIO_FRAME; k++) {
            seed = seed * 1664525u + 1013904223u;
            noise[k] = (int16_t)((int)(seed >> 21) - 1024);
        }
        send_frame(s, noise, false, true);
    }
    CHECK_INT(f.err, 0);
    got[dtmf_rx_get(f.detector, got, max)] = '\0';
out:
    send_free(s);
    if (f.dec)
        f.codec->dec_free(f.dec);
    if (f.detector)
        (void)dtmf_rx_free(f.detector);
    return err;
}

static int test_detected(void)
{
    static const char *const names[] = {"pcmu", "pcma", "g722", "opus"};
    char got[32];
    int err = 0;

    for (size_t i = 0; i < CHECK_COUNT(names); i++) {
        TRY(send_through(names[i], "1590*#,dD", got, sizeof(got) - 1));
        CHECK_STR(got, "1590*#DD");
    }
out:
    return err;
}

static int test_room(void)
{
    struct rtp_format format = {.codec = "pcmu", .ptime_ms = 20, .event_pt_send = -1};
    struct far_end f = {0};
    struct send *s = NULL;
    char digits[66];
    int err;

    memset(digits, '1', sizeof(digits));
    digits[65] = '\0';
    TRY(send_alloc(&s, on_packet, &f));
    TRY(send_set_format(s, &format));
    CHECK_INT(send_tones(s, digits), ENOSPC);
    TRY(send_tones(s, digits + 1));
    CHECK_INT(send_tones(s, "1"), ENOSPC);
out:
    send_free(s);
    return err;
}

int suite_inband(int argc, char **argv)
{
    static const struct check_case cases[] = {
        {"inband/detected", test_detected, false},
        {"inband/room", test_room, false},
    };
    return check_run(cases, CHECK_COUNT(cases), argc, argv);
}
