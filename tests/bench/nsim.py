"""
NSIM on a mel spectrogram, 1: identical. From the published formulas (Hines and Harte 2012; ViSQOL),
each patch of speech laid over what was heard of it: a ranking of runs over one path, no MOS.
"""
import numpy as np

BANDS = 24
FLOOR_DB = 45           # below the loudest: what is heard at all
FRAME_S = .032          # each half over the one before
PATCH = 30              # frames
LATEST_S = .5           # how much later a patch may be heard
SPOKEN_DB = 8           # mean over the floor: a frame of speech
WINDOW = ((.0113, .0838, .0113), (.0838, .6193, .0838), (.0113, .0838, .0113))


def mel_filters(rate, bins):
    def mel(hz):
        return 2595 * np.log10(1 + hz / 700)

    edges = 700 * (10 ** (np.linspace(mel(80), mel(min(rate * .475, 8000)), BANDS + 2) / 2595) - 1)
    hz = np.linspace(0, rate / 2, bins)
    low, mid, high = (edges[i:i + BANDS, None] for i in range(3))
    return np.clip(np.minimum((hz - low) / (mid - low), (high - hz) / (high - mid)), 0, None)


def spectrogram(x, rate):
    """Bands x frames in dB."""
    n = int(FRAME_S * rate)
    frames = np.lib.stride_tricks.sliding_window_view(x, n)[::n // 2] * np.hanning(n)
    power = np.abs(np.fft.rfft(frames, 1024 if n <= 1024 else 2048)) ** 2
    return 10 * np.log10(mel_filters(rate, power.shape[1]) @ power.T + 1e-10)


def smooth(a):
    p = np.pad(a, 1, mode='edge')
    return sum(WINDOW[i][k] * p[i:i + a.shape[0], k:k + a.shape[1]]
               for i in range(3) for k in range(3))


def similarity(r, d):
    c1, c2 = (.01 * FLOOR_DB) ** 2, (.03 * FLOOR_DB) ** 2 / 2
    mr, md = smooth(r), smooth(d)
    sr = np.sqrt(np.maximum(smooth(r * r) - mr ** 2, 0))
    sd = np.sqrt(np.maximum(smooth(d * d) - md ** 2, 0))
    both = smooth(r * d) - mr * md
    return float(np.mean((2 * mr * md + c1) / (mr ** 2 + md ** 2 + c1) * (both + c2) /
                         (sr * sd + c2)))


def lag_of(part, where):
    """Where in `where` it is most alike, in samples."""
    n = 1 << (len(where) + len(part)).bit_length()
    cross = np.fft.irfft(np.fft.rfft(where, n) * np.conj(np.fft.rfft(part, n)), n)
    cross = cross[:len(where) - len(part) + 1]
    power = np.cumsum(np.concatenate(([0], where ** 2)))
    power = power[len(part):] - power[:-len(part)]
    return int(np.argmax(cross / np.sqrt(power + 1e-6)))


def score(reference, degraded, rate):
    """Over the patches of the reference that are speech."""
    hop = int(FRAME_S * rate) // 2
    size = (PATCH + 1) * hop
    r = spectrogram(reference, rate)
    floor = r.max() - FLOOR_DB
    r = np.clip(r - floor, 0, None)
    spoken = r.mean(0) > SPOKEN_DB
    scores = []
    for s in range(0, r.shape[1] - PATCH, PATCH):
        at = s * hop
        where = degraded[at:at + size + int(LATEST_S * rate)]
        if spoken[s:s + PATCH].mean() < .5 or len(where) < size:
            continue
        lag = lag_of(reference[at:at + size], where)
        d = np.clip(spectrogram(where[lag:lag + size], rate) - floor, 0, None)
        scores.append(similarity(r[:, s:s + PATCH], d[:, :PATCH]))
    return float(np.mean(scores)) if scores else 0.0
