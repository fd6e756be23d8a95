/*
 * What sound cards cost by themselves: PortAudio with two half-duplex streams of 10 ms, the one
 * copied to the other, and nothing else. Runs until its standard input ends.
 */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <portaudio.h>

#include <ars/ring.h>

#define RATE  48000
#define FRAME (RATE / 100)

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

int main(void)
{
    struct ars_ring *ring;
    PaStream *in = NULL, *out = NULL;
    char c;

    if (ars_ring_alloc(&ring, RATE / 2) || Pa_Initialize())
        return 1;

    int err = Pa_OpenDefaultStream(&in, 1, 0, paInt16, RATE, FRAME, on_input, ring);

    if (!err)
        err = Pa_OpenDefaultStream(&out, 0, 1, paInt16, RATE, FRAME, on_output, ring);
    if (!err)
        err = Pa_StartStream(in);
    if (!err)
        err = Pa_StartStream(out);
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
