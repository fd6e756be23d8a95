/*
 * What sound cards cost by themselves: PortAudio with two half-duplex streams of 10 ms, the one
 * copied to the other, and nothing else. Runs until its standard input ends.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <portaudio.h>
#include <pa_linux_alsa.h>

#include <ars/ring.h>

#define RATE      48000
#define FRAME     (RATE / 100)
#define LATENCY_S 0.02

static int on_input(const void *in, void *out, unsigned long n,
                    const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags, void *arg)
{
    ars_ring_write(arg, in, n);
    return paContinue;
}

static int on_output(const void *in, void *out, unsigned long n,
                     const PaStreamCallbackTimeInfo *time, PaStreamCallbackFlags flags, void *arg)
{
    int16_t *s = out;
    size_t got = ars_ring_read(arg, s, n);

    memset(s + got, 0, (n - got) * sizeof(*s));
    return paContinue;
}

/* A PulseAudio source or sink by its name, at the latency that the phone asks for. */
static PaError open_device(PaStream **ret, const char *device, bool input, PaStreamCallback *fn,
                           struct ars_ring *ring)
{
    PaAlsaStreamInfo alsa;
    PaStreamParameters params = {
        .device = paUseHostApiSpecificDeviceSpecification,
        .channelCount = 1,
        .sampleFormat = paInt16,
        .suggestedLatency = LATENCY_S,
        .hostApiSpecificStreamInfo = &alsa,
    };

    PaAlsa_InitializeStreamInfo(&alsa);
    alsa.deviceString = device;

    PaError err = Pa_OpenStream(ret, input ? &params : NULL, input ? NULL : &params, RATE, FRAME,
                                paClipOff | paDitherOff, fn, ring);

    return err ? err : Pa_StartStream(*ret);
}

int main(int argc, char **argv)
{
    struct ars_ring *ring;
    PaStream *in = NULL, *out = NULL;
    char c;

    if (argc != 3) {
        fprintf(stderr, "usage: bench_device_floor pulse:DEVICE=SOURCE pulse:DEVICE=SINK\n");
        return 2;
    }
    if (ars_ring_alloc(&ring, RATE / 2) || Pa_Initialize())
        return 1;

    int err = open_device(&in, argv[1], true, on_input, ring);

    if (!err)
        err = open_device(&out, argv[2], false, on_output, ring);
    if (err) {
        fprintf(stderr, "bench_device_floor: %s\n", Pa_GetErrorText(err));
    } else {
        puts("ready");
        fflush(stdout);
        while (read(STDIN_FILENO, &c, 1) > 0)
            ;
    }
    Pa_Terminate();
    ars_ring_free(ring);
    return err ? 1 : 0;
}
