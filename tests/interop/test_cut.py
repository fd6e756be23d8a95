"""The cable is out for a while, in every state that a phone can be in: no call is lost. See tests/lib/cable.py."""
import time

from cable import lab, phone, start
from lab import need_tone
import wav
from proc import need, run, wait_for
from runner import test

SOUND_WITHIN = 2.0      # s after the cable is in again
LOST = ('registration_failed',)     # what is said of the loss, and no end of anything
PASSED = (*LOST, 'ended', 'error')


class Talk:
    """100 hears its echo."""

    def __init__(self, t, cable):
        self.t = t
        self.p = phone(t, cable, '100', audio_in='tone:750', audio_out=t.path('heard.wav'))
        self.p.do('dial 600')
        self.p.wait('first_audio')

    def back(self, up):
        self.p.wait('reconnecting', 3)
        took = self.p.wait('reconnected', 8, pass_over=LOST)['_at'] - up
        self.t.figure(f'talk: back {took:.2f} s after')

    def end(self, out):
        self.p.do('hangup 1')
        need(self.p.wait('ended')['by'] == 'local', 'the far end had gone')
        need(self.p.finish() == 0, 'a bad exit')
        hole = wav.gaps(self.t.path('heard.wav'), 750)[0]
        self.t.figure(f'without sound for {hole:.2f} s of {out:.2f}')
        need(out - 0.5 <= hole <= out + SOUND_WITHIN, f'a hole of {hole:.2f} s, out for {out:.2f} s')


class Rings:
    """One phone calls another, which rings; which of the two is cut off?"""

    def __init__(self, t, cable, name, caller, called, cut_off):
        self.t, self.name, self.users = t, name, (caller, called)
        self.caller, self.called = (
            phone(t, cable, user, beside=user != cut_off, audio_in=f'tone:{hz}',
                  audio_out=t.path(f'{user}.wav')) for user, hz in ((caller, 500), (called, 900)))
        self.cut_off = self.caller if caller == cut_off else self.called
        self.caller.do(f'dial {called}')
        self.called.wait('incoming')
        self.caller.wait('ringing')

    def back(self, up):
        """Answered, once they are reached again; maybe as a call that was made anew."""
        self.cut_off.wait('reconnecting', 3)
        took = self.cut_off.wait('reconnected', 8, pass_over=LOST)['_at'] - up
        n = self.called.seen('incoming')[-1]['call']
        self.called.do(f'answer {n}')
        for p, call in ((self.caller, 1), (self.called, n)):
            p.wait('first_audio', 5, pass_over=PASSED, call=call)
        self.t.figure(f'{self.name}: rings on {took:.2f} s after')
        need(took <= SOUND_WITHIN, f'{self.name}: rings only {took:.2f} s after')

    def end(self):
        self.caller.do('sleep 1.5')
        self.caller.do('hangup 1')
        self.caller.wait('ended', pass_over=PASSED)
        for user, hz in zip(self.users, (900, 500)):
            need_tone(self.t.path(f'{user}.wav'), hz)


class GivenUp(Rings):
    """The caller hangs up meanwhile, which nobody can tell the phone."""

    def give_up(self):
        self.caller.do('hangup 1')
        self.caller.wait('ended')

    def back(self, up):
        ended = self.called.wait('ended', 8, pass_over=LOST)
        took = ended['_at'] - up
        need(ended['by'] == 'remote', ended)
        self.called.do('dial 600')
        self.called.wait('media', 5)
        self.called.do('hangup')
        self.called.wait('ended')
        self.t.figure(f'{self.name}: told {took:.2f} s after')
        need(took <= SOUND_WITHIN + 1, f'{self.name}: told only {took:.2f} s after')


class Registers:
    """Began before the cable went, and was not done; or meanwhile."""

    def __init__(self, t, cable, name, user):
        self.t, self.name, self.cable = t, name, cable
        self.p = start(t, cable, user)

    def wait_begun(self):
        wait_for('a connection', lambda: f'pid={self.p.pid},' in run(
            ['ss', '-Htnp', 'state', 'established'], netns=self.cable.home).stdout, 5)

    def back(self, up):
        took = self.p.wait('registered', 8, pass_over=LOST)['_at'] - up
        self.t.figure(f'{self.name}: registered {took:.2f} s after')
        need(took <= SOUND_WITHIN, f'{self.name}: registered only {took:.2f} s after')
        need(self.p.finish() == 0, 'a bad exit')


def cut(t, seconds):
    cable = lab(t)
    talk = Talk(t, cable)
    calls = (Rings(t, cable, 'calls', '102', '104', '102'),
             Rings(t, cable, 'is called', '106', '105', '105'))
    gone = GivenUp(t, cable, 'its caller gives up', '110', '101', '101')
    cable.pbx.freeze()
    began = Registers(t, cable, 'began', '103')
    try:
        began.wait_begun()
        cable.cable('down')
        down = time.monotonic()
    finally:
        cable.pbx.thaw()
    gone.give_up()
    begins = Registers(t, cable, 'begins', '103')
    # how long it is out is what is tested
    time.sleep(max(0, down + seconds - time.monotonic()))
    cable.cable('up')
    up = time.monotonic()
    for state in (talk, *calls, gone, began, begins):
        state.back(up)
    for call in calls:
        call.end()
    talk.end(up - down)
    cable.pbx.wait_idle()


@test(60)
def cut_for_5_s(t):
    cut(t, 5)


@test(60)
def cut_for_20_s(t):
    cut(t, 20)
