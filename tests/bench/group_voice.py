"""
What people say to each other, beside Chromium and baresip, in one run: echo; mouth to ear and CPU
through the same Asterisk; quality over bad networks and delay in the jitter buffer. Leaves the
curves in build/bench/voice/curves.svg. Without --full one network a cell.
"""
import os

import asterisk
import kamailio
import plot
import voice_delay
import voice_echo
import voice_peers
import wav
from figures import INTEROP
from proc import CACHE, run
from speech import RATE, at_rate, recorded
from voice_peers import JITTERS, LEAD_S, LOSSES, SPEECH_S, TAIL_S


def fetch():
    """Needs the network the first time in a clone."""
    run([os.path.join(INTEROP, 'get-unpacked.sh'), os.path.join(CACHE, 'kamailio'),
         *kamailio.PACKAGES], timeout=300)
    run([os.path.join(INTEROP, 'get-sipjs.sh'), os.path.join(CACHE, 'sipjs')], timeout=120)


def curves(found):
    """found: as voice_peers.measure() gives it."""
    panels = []
    for codec, cells in found.items():
        for title, kind, values, key, unit in (
                ('random loss', 'loss', LOSSES, 'nsim', 'NSIM'),
                ('loss in bursts', 'burst', LOSSES, 'nsim', 'NSIM'),
                ('jitter', 'jitter', JITTERS, 'nsim', 'NSIM'),
                ('jitter', 'jitter', JITTERS, 'delay', 'buffer, ms')):
            at = {x: cells.get(f'{kind}_{x}' if x else 'loss_0') for x in values}
            lines = {name: [(x, medians[who][key]) for x, medians in at.items() if medians]
                     for who, name in enumerate(('ARS Phone', 'Chromium'))}
            if lines['Chromium']:
                panels.append(plot.Panel(f'{codec}, {title}', 'ms' if kind == 'jitter' else '%', unit,
                                     lines))
    return panels


def measure(bench):
    run(['ip', 'route', 'add', 'default', 'dev', 'lab0'])
    pbx = bench.own(asterisk.Asterisk(bench.path('asterisk'), 24000))
    x = recorded(bench)
    lead, end = LEAD_S * RATE, (LEAD_S + SPEECH_S) * RATE
    sent = bench.path('sent.wav')
    wav.write(sent, at_rate(x[:end + 3 * TAIL_S * RATE], 48000), 48000)
    if not bench.cells:
        voice_echo.measure(bench)
        pbx.start()
        with bench.part():
            voice_delay.measure(bench, pbx)
        pbx.stop()
    found = voice_peers.measure(bench, pbx, sent, lambda rate: at_rate(x[lead:end], rate))
    plot.write(bench.path('curves.svg'), curves(found), columns=4)
    bench.note(f'curves: {bench.path("curves.svg")}')
