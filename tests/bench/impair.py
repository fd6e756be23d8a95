"""
A bad network: a TUN link into a namespace whose packets pass through here. What becomes of the n-th
packet of an RTP stream hangs on the seed and n alone, so that two streams have the same network;
everything else (STUN, DTLS, RTCP, TCP) passes at once. RFC 3550 5.1, RFC 7983.
"""
import contextlib
import ctypes
import fcntl
import heapq
import os
import select
import struct
import threading
import time

import numpy as np

from proc import run

TUNSETIFF = 0x400454ca
IFF_TUN, IFF_NO_PI = 1, 0x1000
MTU = 2048
HERE, THERE = '10.99.0.1', '10.99.0.2'
PACKETS = 3000          # a minute of 20 ms
PR_SET_TIMERSLACK = 29


class Schedule:
    """
    loss: percent. burst: Gilbert-Elliott, percent into the lossy state and out of it. jitter: each
    packet takes 0 to 2 * ms, and may overtake.
    """

    def __init__(self, seed=1, loss=0, burst=None, jitter=0):
        rng = np.random.default_rng(seed)
        chance = rng.uniform(0, 100, PACKETS)
        self.late_s = rng.uniform(0, 2 * jitter / 1000, PACKETS)
        self.lost = chance < loss
        lossy = False
        for k in range(PACKETS if burst else 0):
            lossy = chance[k] < (100 - burst[1] if lossy else burst[0])
            self.lost[k] = lossy

    def fate(self, n):
        """Seconds that it takes; None: it is lost."""
        return None if self.lost[n % PACKETS] else self.late_s[n % PACKETS]

    def write(self, path, packets):
        """For bench_voice."""
        with open(path, 'w', encoding='ascii') as f:
            for late_s in map(self.fate, range(packets)):
                print(-1 if late_s is None else int(late_s * 1e6), file=f)


def rtp(packet):
    """(stream, sequence number) of an IPv4 packet; None for any other."""
    if packet[0] != 0x45 or packet[9] != 17 or len(packet) < 40:
        return None
    if not 128 <= packet[28] <= 191 or 192 <= packet[29] <= 223:
        return None
    return packet[12:24] + packet[36:40], packet[30] << 8 | packet[31]


class Impaired:
    """The link: 10.99.0.1 here, 10.99.0.2 in the namespace. Only what comes from there suffers."""

    def __init__(self, netns):
        self.near, self.far = self._tun('net0'), self._tun('net1')
        run(['sh', '-e', '-c', f'ip addr add {HERE}/24 dev net0\nip link set net0 up\n'
             f'ip link set net1 netns {netns.p.pid}'])
        netns.sh(f'ip addr add {THERE}/24 dev net1\nip link set net1 up')
        self.schedule = Schedule()
        self.first = {}
        self.waiting = []
        self.count = 0
        self.ended, self.end = os.pipe()
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    @staticmethod
    def _tun(name):
        fd = os.open('/dev/net/tun', os.O_RDWR | os.O_NONBLOCK)
        fcntl.ioctl(fd, TUNSETIFF, struct.pack('16sH22x', name.encode(), IFF_TUN | IFF_NO_PI))
        return fd

    def use(self, schedule):
        """From now on; streams count anew."""
        self.first = {}
        self.schedule = schedule

    def _pass(self, packet, now):
        found = rtp(packet)
        late = 0
        if found:
            stream, seq = found
            late = self.schedule.fate(seq - self.first.setdefault(stream, seq) & 0xffff)
        if late is not None:
            self.count += 1
            heapq.heappush(self.waiting, (now + late, self.count, packet))

    def _move(self, now):
        with contextlib.suppress(BlockingIOError):
            while True:
                self._pass(os.read(self.far, MTU), now)
        with contextlib.suppress(BlockingIOError):
            while True:
                os.write(self.far, os.read(self.near, MTU))

    def _run(self):
        ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1)
        while True:
            now = time.monotonic()
            while self.waiting and self.waiting[0][0] <= now:
                os.write(self.near, heapq.heappop(self.waiting)[2])
            wait = max(0, self.waiting[0][0] - now) if self.waiting else None
            ready = select.select([self.near, self.far, self.ended], [], [], wait)[0]
            if self.ended in ready:
                return
            self._move(time.monotonic())

    def stop(self):
        os.write(self.end, b'.')
        self.thread.join()
        for fd in (self.near, self.far, self.ended, self.end):
            os.close(fd)
