/*
 * What the canceller makes of a microphone: bench_echo FAR.raw MIC.raw OUT.raw
 *
 * raw: 16 bit, mono, 48 kHz; what is played and what the microphone heard at the same time. Prints
 * one line of JSON.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "audio/mixer.h"
#include "audio/process.h"

static const struct ars_voice voice = {.echo = ARS_STRENGTH_HIGH, .noise = ARS_STRENGTH_LOW};

static double cpu_s(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

static bool run(struct process *p, FILE *far, FILE *mic, FILE *out)
{
    int16_t played[AUDIO_FRAME], heard[AUDIO_FRAME];
    unsigned frames = 0;
    double cpu = 0;

    while (fread(heard, sizeof(*heard), AUDIO_FRAME, mic) == AUDIO_FRAME &&
           fread(played, sizeof(*played), AUDIO_FRAME, far) == AUDIO_FRAME) {
        double start = cpu_s();
        process_near(p, heard, 0);
        process_far(p, played);
        cpu += cpu_s() - start;
        frames++;
        if (fwrite(heard, sizeof(*heard), AUDIO_FRAME, out) != AUDIO_FRAME)
            return false;
    }
    printf("{\"cpu\": %.4f, \"lag_ms\": %u}\n", frames ? cpu * 6000 / frames : 0,
           process_lag(p) / (AUDIO_RATE / 1000));
    return frames > 0;
}

int main(int argc, char **argv)
{
    FILE *far, *mic, *out;
    struct process *p = NULL;
    bool ok;

    if (argc != 4) {
        fprintf(stderr, "usage: bench_echo FAR MIC OUT\n");
        return 2;
    }
    far = fopen(argv[1], "rb");
    mic = fopen(argv[2], "rb");
    out = fopen(argv[3], "wb");
    ok = far && mic && out && !process_alloc(&p, &voice) && run(p, far, mic, out);
    if (!ok)
        fprintf(stderr, "bench_echo: cannot\n");
    process_free(p);
    for (unsigned i = 0; i < 3; i++) {
        FILE *f = i == 0 ? far : i == 1 ? mic : out;
        if (f && fclose(f))
            ok = false;
    }
    return ok ? 0 : 1;
}
