"""The phone's own network goes, comes back, or changes under it: see tests/lib/cable.py."""
import time

from cable import HOME, lab, phone, start
import wav
from proc import need
from runner import test

SOUND_WITHIN = 2.0      # s after the new address is usable
LOST = ('registration_failed',)     # what is said of the loss, and no end of anything


@test(60)
def network_address_changes(t):
    """Another address in a call: registered over it, and heard again."""
    cable = lab(t)
    p = phone(t, cable, '100', audio_in='tone:750', audio_out=t.path('heard.wav'))
    p.do('dial 600')
    p.wait('media')
    time.sleep(1)
    cable.address(HOME, '10.0.1.3')
    usable = time.monotonic()
    p.wait('reconnecting', 3, pass_over=LOST)
    took = p.wait('registered', 5, pass_over=LOST)['_at'] - usable
    back = p.wait('reconnected', 5)['_at'] - usable
    time.sleep(3)
    p.do('hangup 1')
    need(p.wait('ended')['by'] == 'local', 'the far end had gone')
    cable.pbx.wait_idle()
    longest = wav.gaps(t.path('heard.wav'), 750)
    t.figure(f'registered {took:.2f} s, call back {back:.2f} s after the change, without sound for '
             f'{longest[0]:.2f} s')
    need(longest[0] <= SOUND_WITHIN, f'holes of {longest} s')
    cable.address('10.0.1.3', HOME)
    p.wait('registered', 5, pass_over=LOST)


@test(60)
def network_address_changes_before(t):
    """While it registers, and while it rings: it becomes a call, and is heard."""
    cable = lab(t)
    p = phone(t, cable, '100', audio_in='tone:750', audio_out=t.path('heard.wav'))
    p.do('dial 603')
    p.wait('ringing')
    fresh = start(t, cable, '101')
    fresh.wait('registering')
    cable.pbx.freeze()
    cable.address(HOME, '10.0.1.4')
    cable.pbx.thaw()
    usable = time.monotonic()
    took = fresh.wait('registered', 10, pass_over=LOST)['_at'] - usable
    again = p.wait('reconnected', 10, pass_over=LOST)['_at'] - usable
    t.figure(f'registered {took:.2f} s after, ringing again {again:.2f} s after')
    need(max(took, again) <= SOUND_WITHIN, t.figures[-1])
    p.wait('first_audio')
    p.do('hangup 1')
    p.wait('ended')
    cable.pbx.wait_idle()
    need(fresh.finish() == 0, 'a bad exit')
    # all contacts: Asterisk keeps the one of the connection that went without a word
    cable.pbx.cli('channel originate Local/8200@internal extension 600@internal')
    p.wait('incoming')
    cable.address('10.0.1.4', HOME)
    p.wait('reconnected', 10, pass_over=LOST, call=2)
    p.do('answer 2')
    p.wait('first_audio', call=2)
    p.do('hangup 2')
    p.wait('ended', call=2)
    cable.pbx.wait_idle()


DROP = '''nft add table inet gone
nft add chain inet gone in '{ type filter hook input priority 0; }'
nft add rule inet gone in ip saddr != 127.0.0.1 drop'''


@test(60)
def network_cut_elsewhere(t):
    """Somewhere on the way: no cable tells, the silence does; the call waits for its end."""
    cable = lab(t)
    p = phone(t, cable, '100', audio_in='tone:750', audio_out=t.path('heard.wav'))
    p.do('dial 600')
    p.wait('media')
    time.sleep(1)
    cable.far.sh(DROP)
    cut_at = time.monotonic()
    noticed = p.wait('reconnecting', 20)['_at'] - cut_at
    cable.far.sh('nft delete table inet gone')
    over = time.monotonic()
    back = p.wait('reconnected', 10, pass_over=LOST)['_at'] - over
    time.sleep(2)
    p.do('hangup 1')
    need(p.wait('ended')['by'] == 'local', 'the far end had gone')
    cable.pbx.wait_idle()
    hole = wav.gaps(t.path('heard.wav'), 750)[0]
    t.figure(f'noticed after {noticed:.1f} s, back {back:.2f} s after its end, without sound for '
             f'{hole:.2f} s of {over - cut_at:.2f} s')
    need(hole < over - cut_at + SOUND_WITHIN, f'a hole of {hole:.2f} s')
    need(back < SOUND_WITHIN, f'said to be away for {back:.2f} s more')


@test(60)
def network_absent(t):
    """Without a network nothing is tried; with one at once."""
    cable = lab(t)
    p = phone(t, cable, '100')
    cable.home.sh(f'ip addr del {HOME}/24 dev eth0')
    # longer than a ping may go unanswered
    p.quiet(('registered', 'registering'), 28)
    cable.home.sh(f'ip addr add {HOME}/24 dev eth0')
    usable = time.monotonic()
    took = p.wait('registered', 5, pass_over=LOST)['_at'] - usable
    t.figure(f'registered {took:.2f} s after the network was there')
    need(took < 1.5, f'registered only {took:.2f} s after')


@test(25)
def network_loses_packets(t):
    """One packet of twenty is lost, both ways: the call holds, what was made up is told."""
    cable = lab(t)
    p = phone(t, cable, '100', audio_in='tone:750', audio_out=t.path('heard.wav'))
    p.do('dial 610')
    p.wait('media')
    cable.loses(5)
    p.do('sleep 10')
    p.do('hangup 1')
    ended = p.wait('ended', 15)
    cable.loses(0)
    need(ended['by'] == 'local' and not p.seen('reconnecting'), p.events[-5:])
    need(p.finish() == 0, f'exit {p.p.returncode}')
    stats = p.stats()
    # of 500 packets 25 are lost; less than 8 or more than 50 not once in 100,000 times
    need(1.5 < stats['loss_pct'] < 10 and 0 < stats['concealed_pct'] < 12, stats)
    hole = wav.gaps(t.path('heard.wav'), 1004)[0]
    need(hole < 0.6, f'without sound for {hole:.2f} s')
    t.figure(f'lost {stats["loss_pct"]} %, concealed {stats["concealed_pct"]} %, MOS {stats["mos"]}, '
             f'longest hole {hole:.2f} s')
    cable.pbx.wait_idle()
