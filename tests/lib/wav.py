"""What a recording holds: level, frequency, when a tone sounds, how alike two recordings are."""
import struct
import wave

import numpy as np

from proc import unhurried

SILENCE_DBFS = -120.0


def read(path, channel=0):
    """Samples of one channel in -1..1 and the rate. Takes files whose header was never finished."""
    with open(path, 'rb') as f:
        data = f.read()
    if data[:4] != b'RIFF' or data[8:12] != b'WAVE':
        raise ValueError(f'{path}: not a WAV file')
    pos, rate, channels, bits = 12, 0, 0, 0
    while pos + 8 <= len(data):
        name, size = data[pos:pos + 4], struct.unpack_from('<I', data, pos + 4)[0]
        pos += 8
        if name == b'fmt ':
            _, channels, rate, _, _, bits = struct.unpack_from('<HHIIHH', data, pos)
        if name == b'data':
            break
        pos += size + (size & 1)
    if bits != 16:
        raise ValueError(f'{path}: {bits} bits a sample')
    body = data[pos:]
    body = body[:len(body) // (2 * channels) * 2 * channels]
    return np.frombuffer(body, '<i2').reshape(-1, channels)[:, channel] / 32768.0, rate


def write(path, x, rate):
    with wave.open(str(path), 'wb') as w:
        w.setparams((1, 2, rate, 0, 'NONE', ''))
        w.writeframes((np.clip(x, -1, 1) * 32767).astype('<i2').tobytes())


@unhurried
def resample(x, rate, to):
    """By FFT, the whole signal at once; for integer ratios of a few."""
    n = len(x) * to // rate
    spectrum = np.fft.rfft(x)
    out = np.zeros(n // 2 + 1, complex)
    m = min(len(spectrum), len(out))
    out[:m] = spectrum[:m]
    return np.fft.irfft(out, n) * (n / len(x))


def level(x):
    """RMS in dBFS: a full-scale sine is -3.0."""
    if not len(x):
        return SILENCE_DBFS
    return max(SILENCE_DBFS, 10 * np.log10(np.mean(np.square(x)) + 1e-12))


def frequency(x, rate):
    """The strongest frequency in Hz, to a small part of a bin."""
    spectrum = np.abs(np.fft.rfft(x * np.hanning(len(x))))
    spectrum[:max(1, int(50 * len(x) / rate))] = 0
    k = int(np.argmax(spectrum))
    if not 0 < k < len(spectrum) - 1:
        return k * rate / len(x)
    a, b, c = np.log(spectrum[k - 1:k + 2] + 1e-12)
    return (k + 0.5 * (a - c) / (a - 2 * b + c)) * rate / len(x)


@unhurried
def tone_levels(x, rate, hz, frame=0.02):
    """RMS level in dBFS of one frequency in each frame, by a Hann-windowed correlation."""
    n = int(frame * rate)
    frames = x[:len(x) // n * n].reshape(-1, n)
    window = np.hanning(n)
    probe = window * np.exp(-2j * np.pi * hz * np.arange(n) / rate)
    amplitude = 2 * np.abs(frames @ probe) / window.sum()
    return np.maximum(SILENCE_DBFS, 20 * np.log10(amplitude / np.sqrt(2) + 1e-12))


def frame_levels(x, rate, frame=0.02):
    n = int(frame * rate)
    frames = x[:len(x) // n * n].reshape(-1, n)
    return np.maximum(SILENCE_DBFS, 10 * np.log10(np.mean(frames * frames, axis=1) + 1e-12))


def spans(mask, frame=0.02, shortest=0.2):
    """[(start, end)] in seconds where the mask holds, gaps and spans under `shortest` smoothed."""
    gap = int(shortest / frame)
    out = []
    start = None
    last = None
    for i, on in enumerate(mask):
        if not on:
            continue
        if start is None:
            start = i
        elif i - last > gap:
            out.append((start, last + 1))
            start = i
        last = i
    if start is not None:
        out.append((start, last + 1))
    return [(a * frame, b * frame) for a, b in out if b - a >= gap]


def tone_spans(x, rate, hz, floor=-45.0):
    return spans(tone_levels(x, rate, hz) > floor)


def together(spans, tones):
    """For how long all of these tones, and no other, were there at once. spans: those of each."""
    frame = 0.02
    end = max((b for s in spans.values() for _, b in s), default=0)
    n = 0
    for i in range(int(end / frame)):
        at = (i + 0.5) * frame
        there = {hz for hz, s in spans.items() if any(a <= at < b for a, b in s)}
        n += there == set(tones)
    return n * frame


def band(x, rate, low=300.0, high=3400.0):
    spectrum = np.fft.rfft(x)
    f = np.fft.rfftfreq(len(x), 1 / rate)
    spectrum[(f < low) | (f > high)] = 0
    return np.fft.irfft(spectrum, len(x))


def delay(sent, heard):
    """By how many samples `heard` comes later than `sent`, from the peak of their correlation."""
    n = 1 << (len(sent) + len(heard) - 1).bit_length()
    c = np.fft.irfft(np.fft.rfft(heard, n) * np.conj(np.fft.rfft(sent, n)), n)
    k = int(np.argmax(c))
    return k if k < n // 2 else k - n


@unhurried
def likeness(sent, heard, rate):
    """
    How alike what was sent and what was heard are at ONE delay over the whole recording: the
    normalised correlation of the frames in which somebody speaks, in the telephone band.
    Returns (correlation, delay in ms, seconds of speech).
    """
    sent, heard = band(sent, rate), band(heard, rate)
    lag = delay(sent, heard)
    a, b = (sent, heard[lag:]) if lag >= 0 else (sent[-lag:], heard)
    n = min(len(a), len(b))
    frame = int(0.02 * rate)
    n = n // frame * frame
    a, b = a[:n].reshape(-1, frame), b[:n].reshape(-1, frame)
    power = np.mean(a * a, axis=1)
    speaks = power > np.max(power) * 1e-4
    a, b = a[speaks].ravel(), b[speaks].ravel()
    c = float(np.dot(a, b) / np.sqrt(np.dot(a, a) * np.dot(b, b) + 1e-20))
    return c, 1000.0 * lag / rate, len(a) / rate


@unhurried
def best_likeness(sent, heard, rate, seconds, step=1):
    """Of the stretch of so many seconds that is most alike: a stall moves the delay for good."""
    n = min(len(sent), len(heard))
    return max(likeness(sent[at:at + seconds * rate], heard[at:at + seconds * rate], rate)
               for at in range(0, n - seconds * rate + 1, step * rate))


@unhurried
def delays(sent, heard, rate):
    """Second by second 'delay in ms:correlation', to see where the delay moved."""
    sent, heard = band(sent, rate), band(heard, rate)
    out = []
    for at in range(0, len(sent) - 2 * rate, rate):
        a = sent[at:at + rate]
        if level(a) < -45:
            continue
        lag = max(0, delay(a, heard[at:at + 2 * rate]))
        b = heard[at + lag:at + lag + rate]
        n = min(len(a), len(b))
        c = np.dot(a[:n], b[:n]) / np.sqrt(np.dot(a[:n], a[:n]) * np.dot(b[:n], b[:n]) + 1e-20)
        out.append(f'{1000 * lag / rate:.0f}:{c:.2f}')
    return ' '.join(out)


def gaps(path, hz):
    """The holes in a tone, the one at the end too, in seconds, longest first."""
    x, rate = read(path)
    levels = tone_levels(x, rate, hz)
    # what is made up to bridge a hole is fainter
    there = spans(levels > np.percentile(levels, 90) - 6, shortest=0.04)
    if not there:
        raise ValueError(f'{path}: no tone of {hz} Hz')
    there.append((len(x) / rate, None))
    return sorted((b[0] - a[1] for a, b in zip(there, there[1:])), reverse=True)
