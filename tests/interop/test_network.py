"""
The phone's own network goes, comes back, or changes under it:

  phones 10.0.1.2 (later .3) ------ cable ------ 10.0.1.1 Asterisk
"""
import time

import asterisk
import wav
from lab import NAME, options
from netns import Netns, veth
from phone import Phone
from proc import need
from runner import test

HOME, PBX = '10.0.1.2', '10.0.1.1'
SOUND_WITHIN = 2.0      # s after the new address is usable


class Lab:
    """Two namespaces and a cable; Asterisk at the far end."""

    def __init__(self, folder):
        self.home, self.far = Netns('home'), Netns('far')
        veth(self.home, 'eth0', f'{HOME}/24', self.far, 'eth0', f'{PBX}/24')
        self.pbx = asterisk.Asterisk(folder, 20000, PBX, netns=self.far)
        self.pbx.start()

    def cable(self, state):
        self.far.sh(f'ip link set eth0 {state}')

    def address(self, old, new):
        self.home.sh(f'ip addr del {old}/24 dev eth0\nip addr add {new}/24 dev eth0')

    def loses(self, percent):
        """So many datagrams, both ways, each by chance."""
        for ns in (self.home, self.far):
            ns.sh('nft add table ip cable\nnft delete table ip cable\nnft add table ip cable\n'
                  "nft add chain ip cable in '{ type filter hook input priority 0; }'\n"
                  f'nft add rule ip cable in ip protocol udp numgen random mod 100 lt {percent} drop')

    def stop(self):
        self.pbx.stop()
        for ns in (self.home, self.far):
            ns.stop()


def start(t, lab, user, **kw):
    args = options(lab.pbx, user, address=PBX, **kw)
    return t.own(Phone(t.dir, args, password=f'secret{user}', netns=lab.home))


def phone(t, lab, user, **kw):
    p = start(t, lab, user, **kw)
    p.wait('registered', 10)
    return p


def cut(t, lab, seconds, talk, idle):
    """
    The cable is out for so long; when the phones are as before, after it is in again. Returns the
    seconds that it was out.
    """
    lab.cable('down')
    gone = time.monotonic()
    talk.wait('reconnecting', 3)
    fresh = start(t, lab, '104')
    # how long it is out is what is tested
    time.sleep(seconds)
    lab.cable('up')
    back = time.monotonic()
    took = talk.wait('reconnected', 6, pass_over=('registration_failed',))['_at'] - back
    new = fresh.wait('registered', 6, pass_over=('registration_failed',))['_at'] - back
    t.figure(f'cut {seconds} s: the call is back {took:.2f} s after, who started meanwhile is '
             f'registered {new:.2f} s after')
    need(took <= SOUND_WITHIN, f'the call is back only {took:.2f} s after')
    need(fresh.finish() == 0, 'a bad exit')
    idle.do('dial 600')
    idle.wait('media', 5, pass_over=('registration_failed', 'error'))
    idle.do('hangup')
    idle.wait('ended')
    return back - gone


@test(90)
def network_cut(t):
    """In talk, idle, and ringing: no call is lost, 5 s and 20 s long."""
    lab = t.shared.get('cable', Lab)
    talk = phone(t, lab, '100', audio_in='tone:750', audio_out=t.path('heard.wav'))
    idle = phone(t, lab, '101')
    rings = phone(t, lab, '102')
    talk.do('dial 600')
    talk.wait('media')
    rings.do('dial 603')
    rings.wait('ringing')
    lab.cable('down')
    talk.wait('reconnecting', 3)
    lab.cable('up')
    talk.wait('reconnected', 6)
    rings.wait('established', 10)
    rings.do('hangup')
    rings.wait('ended')
    cut(t, lab, 5, talk, idle)
    out = cut(t, lab, 20, talk, idle)
    time.sleep(1)
    talk.do('hangup 1')
    need(talk.wait('ended')['by'] == 'local', 'the far end had gone')
    lab.pbx.wait_idle()
    longest = wav.gaps(t.path('heard.wav'), 750)
    t.figure('without sound: ' + ', '.join(f'{g:.2f} s' for g in longest[:3]))
    need(longest[0] <= out + SOUND_WITHIN, f'holes of {longest} s, out for {out:.2f} s')


@test(60)
def network_address_changes(t):
    """Another address in a call: registered over it, and heard again."""
    lab = t.shared.get('cable', Lab)
    p = phone(t, lab, '100', audio_in='tone:750', audio_out=t.path('heard.wav'))
    p.do('dial 600')
    p.wait('media')
    time.sleep(1)
    lab.address(HOME, '10.0.1.3')
    usable = time.monotonic()
    p.wait('reconnecting', 3, pass_over=('registration_failed',))
    took = p.wait('registered', 5, pass_over=('registration_failed',))['_at'] - usable
    back = p.wait('reconnected', 5)['_at'] - usable
    time.sleep(3)
    p.do('hangup 1')
    need(p.wait('ended')['by'] == 'local', 'the far end had gone')
    lab.pbx.wait_idle()
    longest = wav.gaps(t.path('heard.wav'), 750)
    t.figure(f'registered {took:.2f} s, call back {back:.2f} s after the change, without sound for '
             f'{longest[0]:.2f} s')
    need(longest[0] <= SOUND_WITHIN, f'holes of {longest} s')
    lab.address('10.0.1.3', HOME)
    p.wait('registered', 5, pass_over=('registration_failed',))


@test(60)
def network_address_changes_before(t):
    """While it registers, and while it rings: it becomes a call, and is heard."""
    lab = t.shared.get('cable', Lab)
    p = phone(t, lab, '100', audio_in='tone:750', audio_out=t.path('heard.wav'))
    p.do('dial 603')
    p.wait('ringing')
    fresh = start(t, lab, '101')
    fresh.wait('registering')
    lab.pbx.freeze()
    lab.address(HOME, '10.0.1.4')
    lab.pbx.thaw()
    usable = time.monotonic()
    took = fresh.wait('registered', 10, pass_over=('registration_failed',))['_at'] - usable
    again = p.wait('reconnected', 10, pass_over=('registration_failed',))['_at'] - usable
    t.figure(f'registered {took:.2f} s after, ringing again {again:.2f} s after')
    need(max(took, again) <= SOUND_WITHIN, t.figures[-1])
    p.wait('first_audio')
    p.do('hangup 1')
    p.wait('ended')
    lab.pbx.wait_idle()
    need(fresh.finish() == 0, 'a bad exit')
    # all contacts: Asterisk keeps the one of the connection that went without a word
    lab.pbx.cli('channel originate Local/8200@internal extension 600@internal')
    p.wait('incoming')
    lab.address('10.0.1.4', HOME)
    p.wait('reconnected', 10, pass_over=('registration_failed',), call=2)
    p.do('answer 2')
    p.wait('first_audio', call=2)
    p.do('hangup 2')
    p.wait('ended', call=2)
    lab.pbx.wait_idle()


DROP = '''nft add table inet gone
nft add chain inet gone in '{ type filter hook input priority 0; }'
nft add rule inet gone in ip saddr != 127.0.0.1 drop'''


@test(60)
def network_cut_elsewhere(t):
    """Somewhere on the way: no cable tells, the silence does; the call waits for its end."""
    lab = t.shared.get('cable', Lab)
    p = phone(t, lab, '100', audio_in='tone:750', audio_out=t.path('heard.wav'))
    p.do('dial 600')
    p.wait('media')
    time.sleep(1)
    lab.far.sh(DROP)
    cut_at = time.monotonic()
    noticed = p.wait('reconnecting', 20)['_at'] - cut_at
    lab.far.sh('nft delete table inet gone')
    over = time.monotonic()
    back = p.wait('reconnected', 10, pass_over=('registration_failed',))['_at'] - over
    time.sleep(2)
    p.do('hangup 1')
    need(p.wait('ended')['by'] == 'local', 'the far end had gone')
    lab.pbx.wait_idle()
    hole = wav.gaps(t.path('heard.wav'), 750)[0]
    t.figure(f'noticed after {noticed:.1f} s, back {back:.2f} s after its end, without sound for '
             f'{hole:.2f} s of {over - cut_at:.2f} s')
    need(hole < over - cut_at + SOUND_WITHIN, f'a hole of {hole:.2f} s')
    need(back < SOUND_WITHIN, f'said to be away for {back:.2f} s more')


@test(60)
def network_absent(t):
    """Without a network nothing is tried; with one at once."""
    lab = t.shared.get('cable', Lab)
    p = phone(t, lab, '100')
    lab.home.sh(f'ip addr del {HOME}/24 dev eth0')
    # longer than a ping may go unanswered
    p.quiet(('registered', 'registering'), 28)
    lab.home.sh(f'ip addr add {HOME}/24 dev eth0')
    usable = time.monotonic()
    took = p.wait('registered', 5, pass_over=('registration_failed',))['_at'] - usable
    t.figure(f'registered {took:.2f} s after the network was there')
    need(took < 1.5, f'registered only {took:.2f} s after')


@test(25)
def network_loses_packets(t):
    """One packet of twenty is lost, both ways: the call holds, what was made up is told."""
    lab = t.shared.get('cable', Lab)
    p = phone(t, lab, '100', audio_in='tone:750', audio_out=t.path('heard.wav'))
    p.do('dial 610')
    p.wait('media')
    lab.loses(5)
    p.do('sleep 10')
    p.do('hangup 1')
    ended = p.wait('ended', 15)
    lab.loses(0)
    need(ended['by'] == 'local' and not p.seen('reconnecting'), p.events[-5:])
    need(p.finish() == 0, f'exit {p.p.returncode}')
    stats = p.stats()
    # of 500 packets 25 are lost; less than 8 or more than 50 not once in 100,000 times
    need(1.5 < stats['loss_pct'] < 10 and 0 < stats['concealed_pct'] < 12, stats)
    hole = wav.gaps(t.path('heard.wav'), 1004)[0]
    need(hole < 0.6, f'without sound for {hole:.2f} s')
    t.figure(f'lost {stats["loss_pct"]} %, concealed {stats["concealed_pct"]} %, MOS {stats["mos"]}, '
             f'longest hole {hole:.2f} s')
    lab.pbx.wait_idle()
