/*
 * WAVE files.
 */
#include "audio/wav.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <speex/speex_resampler.h>

#include "audio/mixer.h"

#define FORMAT_PCM        1
#define FORMAT_EXTENSIBLE 0xfffe
#define RATE_MIN          4000
#define RATE_MAX          192000
#define RESAMPLE_QUALITY  6
#define CHUNK             4096

struct format {
    unsigned channels;
    uint32_t rate;
};

static uint32_t get32(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static unsigned get16(const uint8_t *p)
{
    return p[0] | (unsigned)p[1] << 8;
}

static void put32(uint8_t *p, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        p[i] = (uint8_t)(v >> (8 * i));
}

static int read_all(const char *path, uint8_t **ret, size_t *ret_len)
{
    FILE *f = fopen(path, "rb");
    uint8_t *data = NULL;
    long size;
    int err = EIO;

    if (!f)
        return errno;
    if (fseek(f, 0, SEEK_END) || (size = ftell(f)) < 0 || fseek(f, 0, SEEK_SET))
        goto out;
    err = EFBIG;
    if (size > (long)WAV_MAX_BYTES)
        goto out;
    err = ENOMEM;
    data = malloc((size_t)size + 1);
    if (!data)
        goto out;
    err = EIO;
    if (fread(data, 1, (size_t)size, f) != (size_t)size)
        goto out;
    *ret = data;
    *ret_len = (size_t)size;
    data = NULL;
    err = 0;
out:
    free(data);
    (void)fclose(f);
    return err;
}

static bool parse_format(const uint8_t *p, size_t len, struct format *f)
{
    unsigned tag;

    if (len < 16)
        return false;
    tag = get16(p);
    if (tag == FORMAT_EXTENSIBLE && len >= 26)
        tag = get16(p + 24);
    f->channels = get16(p + 2);
    f->rate = get32(p + 4);
    return tag == FORMAT_PCM && get16(p + 14) == 16 && (f->channels == 1 || f->channels == 2) &&
           f->rate >= RATE_MIN && f->rate <= RATE_MAX;
}

/* A data chunk that claims more than there is (a writer that was killed) ends with the file. */
static bool find_data(const uint8_t *p, size_t len, struct format *f, const uint8_t **ret_data,
                      size_t *ret_bytes)
{
    bool known = false;
    size_t at = 12;

    if (len < 12 || memcmp(p, "RIFF", 4) || memcmp(p + 8, "WAVE", 4))
        return false;
    while (len - at >= 8) {
        size_t size = get32(p + at + 4);
        const uint8_t *body = p + at + 8;
        size_t left = len - at - 8;
        if (size > left)
            size = left;
        if (!memcmp(p + at, "fmt ", 4))
            known = parse_format(body, size, f);
        if (!memcmp(p + at, "data", 4) && known) {
            *ret_data = body;
            *ret_bytes = size;
            return true;
        }
        size += size & 1;
        if (size > left)
            return false;
        at += 8 + size;
    }
    return false;
}

static int to_mono(const uint8_t *data, size_t frames, unsigned channels, int16_t **ret)
{
    int16_t *pcm = malloc(frames * sizeof(*pcm));

    if (!pcm)
        return ENOMEM;
    for (size_t i = 0; i < frames; i++) {
        const uint8_t *p = data + i * channels * 2;
        int sum = (int16_t)get16(p);
        if (channels == 2)
            sum = (sum + (int16_t)get16(p + 2)) / 2;
        pcm[i] = (int16_t)sum;
    }
    *ret = pcm;
    return 0;
}

/* What is still in the filter. */
static size_t flush(SpeexResamplerState *r, int16_t *out, size_t room)
{
    static const int16_t zeroes[CHUNK];
    spx_uint32_t in = (spx_uint32_t)speex_resampler_get_input_latency(r);
    spx_uint32_t got = (spx_uint32_t)room;

    if (in > CHUNK)
        in = CHUNK;
    speex_resampler_process_int(r, 0, zeroes, &in, out, &got);
    return got;
}

static int resample(int16_t **pcm, size_t *n, uint32_t rate)
{
    size_t room = (size_t)((uint64_t)*n * AUDIO_RATE / rate) + CHUNK;
    int16_t *out = malloc(room * sizeof(*out));
    SpeexResamplerState *r = speex_resampler_init(1, rate, AUDIO_RATE, RESAMPLE_QUALITY, NULL);
    size_t done = 0;
    size_t made = 0;

    if (!out || !r) {
        free(out);
        if (r)
            speex_resampler_destroy(r);
        return ENOMEM;
    }
    (void)speex_resampler_skip_zeros(r);
    while (done < *n && made < room) {
        spx_uint32_t in = *n - done < CHUNK ? (spx_uint32_t)(*n - done) : CHUNK;
        spx_uint32_t got = (spx_uint32_t)(room - made);
        speex_resampler_process_int(r, 0, *pcm + done, &in, out + made, &got);
        done += in;
        made += got;
    }
    made += flush(r, out + made, room - made);
    speex_resampler_destroy(r);
    free(*pcm);
    *pcm = out;
    *n = made;
    return 0;
}

int wav_load(const char *path, int16_t **ret_pcm, size_t *ret_n)
{
    const uint8_t *data;
    uint8_t *file = NULL;
    int16_t *pcm = NULL;
    struct format f;
    size_t len = 0, bytes, n; /* gcc does not follow read_all() */
    int err = read_all(path, &file, &len);

    if (err)
        return err;
    err = EBADMSG;
    if (!find_data(file, len, &f, &data, &bytes))
        goto out;
    n = bytes / (2 * f.channels);
    if (!n)
        goto out;
    err = to_mono(data, n, f.channels, &pcm);
    if (!err && f.rate != AUDIO_RATE)
        err = resample(&pcm, &n, f.rate);
    if (!err && !n)
        err = EBADMSG;
    if (err)
        goto out;
    *ret_pcm = pcm;
    *ret_n = n;
    pcm = NULL;
out:
    free(pcm);
    free(file);
    return err;
}

void wav_header(uint8_t out[WAV_HEADER], uint32_t bytes, unsigned channels)
{
    static const uint8_t fixed[WAV_HEADER] = {
        'R', 'I', 'F', 'F', 0,  0,          0,   0,   'W', 'A', 'V', 'E', 'f', 'm', 't',
        ' ', 16,  0,   0,   0,  FORMAT_PCM, 0,   1,   0,   0,   0,   0,   0,   0,   0,
        0,   0,   2,   0,   16, 0,          'd', 'a', 't', 'a', 0,   0,   0,   0};

    memcpy(out, fixed, sizeof(fixed));
    put32(out + 4, bytes + WAV_HEADER - 8);
    out[22] = (uint8_t)channels;
    put32(out + 24, AUDIO_RATE);
    put32(out + 28, AUDIO_RATE * 2 * channels);
    out[32] = (uint8_t)(2 * channels);
    put32(out + 40, bytes);
}
