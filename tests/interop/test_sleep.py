"""The machine sleeps and wakes in every state of a call; what logind says is tests/ui/test_session.py."""
import time

from lab import need_tone, pbx, registered
from proc import need, wait_for
from runner import test

SOUND_WITHIN = 2.0  # s after it woke
PASSED = ('ended', 'registration_failed')


class Pair:
    """One phone, the one that sleeps, and who is at the other end of its call."""

    def __init__(self, t, server, user, other):
        self.t, self.server, self.user = t, server, user
        self.p = registered(t, server, user, audio_in='tone:500', audio_out=t.path(f'{user}.wav'))
        self.other = registered(t, server, other, audio_in='tone:900',
                                audio_out=t.path(f'{other}.wav'))

    def sleep(self):
        self.p.do('suspend')
        self.p.wait('asleep', pass_over=PASSED)
        need(not self.server.contacts(self.user), f'{self.user} is registered in its sleep')

    def wake(self):
        self.p.do('wake')
        woken = time.monotonic()
        took = self.p.wait('registered', 5, pass_over=PASSED)['_at'] - woken
        self.t.figure(f'{self.user} registered {took:.2f} s after')
        return woken

    def done(self):
        for p in (self.p, self.other):
            need(p.finish() == 0, f'exit {p.p.returncode}')


@test(60)
def sleep_with_calls(t):
    """
    In talk; ringing there: cancelled before; ringing here: rings on; and one in talk that the PBX
    ends meanwhile: told at once, with its cause.
    """
    server = pbx(t)
    talk, out, into = (Pair(t, server, *users)
                       for users in (('100', '104'), ('101', '105'), ('102', '106')))
    ends = registered(t, server, '103')
    talk.p.do('dial 104')
    talk.other.wait('incoming')
    talk.other.do('answer 1')
    talk.p.wait('first_audio')
    ends.do('dial 613')
    ends.wait('media')
    out.p.do('dial 105')
    out.other.wait('incoming')
    out.p.wait('ringing')
    into.other.do('dial 102')
    into.p.wait('incoming')
    into.other.wait('ringing')
    ends.do('suspend')
    for pair in (talk, out, into):
        pair.sleep()
    need(out.other.wait('ended', 2)['by'] == 'remote', 'it rings on for nobody')
    given_up = out.p.seen('ended')
    need(given_up and given_up[0]['code'] == 'connection_lost', given_up)
    wait_for('613 to hang up', lambda: not any('613' in c for c in server.channels()), 8)
    ends.do('wake')
    lost = ends.wait('ended', 5, pass_over=('registration_failed',))
    need(lost['by'] == 'remote' and lost['code'] in ('dialog_lost', 'remote_hangup'), lost)
    woken = talk.wake()
    back = talk.p.wait('reconnected', 5)['_at'] - woken
    need(back <= SOUND_WITHIN, f'the call is back only {back:.2f} s after')
    out.wake()
    into.wake()
    into.p.wait('reconnected', 5)
    into.p.do('answer 1')
    into.p.wait('first_audio')
    into.other.wait('first_audio')
    out.p.do('dial 105')
    out.other.wait('incoming')
    out.p.do('hangup')
    out.p.wait('ended')
    out.other.wait('ended')
    into.p.do('sleep 1.5')
    into.p.do('hangup 1')
    into.other.wait('ended')
    talk.p.do('hangup 1')
    need(talk.p.wait('ended')['by'] == 'local', 'the far end had gone')
    talk.other.wait('ended')
    for pair in (talk, out, into):
        pair.done()
    need(ends.finish() == 0, 'exit')
    t.figure(f'call back {back:.2f} s after, the one that was ended: {lost["code"]}')
    for user, hz in (('100', 900), ('104', 500), ('102', 900), ('106', 500)):
        need_tone(t.path(f'{user}.wav'), hz)
    server.wait_idle()
