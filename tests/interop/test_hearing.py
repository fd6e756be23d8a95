"""What the phone knows of who hears whom."""
from lab import pbx, phone
from proc import need
from runner import test


@test(40)
def hearing_nothing_comes(t):
    """Extension 615 answers and sends nothing at all: told within seconds, and not of ourselves."""
    p = phone(t, pbx(t), '100', audio_in='tone:440')
    p.wait('registered')
    p.do('dial 615')
    p.wait('established')
    told = p.wait('silent', 10)
    need(told['cause'] == 'nothing', f'{told}')
    need(not p.seen('unheard'), f'{p.seen("unheard")}')
    t.figure(f'after {told["t"] - p.seen("established")[0]["t"]} ms')


@test(40)
def hearing_no_microphone(t):
    """A microphone that gives digital silence, until another is taken; the far end is heard."""
    p = phone(t, pbx(t), '100')
    p.wait('registered')
    p.do('dial 610')
    p.wait('established')
    told = p.wait('unheard', 10)
    need(told['cause'] == 'microphone', f'{told}')
    p.do('audio tone:440 -')
    over = p.wait('unheard', 5)
    need(over['cause'] == 'good', f'{over}')
    need(not p.seen('silent'), f'{p.seen("silent")}')
    p.do('stats 1')
    mos = p.wait('stats', 5)['mos']
    need(4.2 < mos < 4.5, f'MOS {mos}')
    t.figure(f'MOS {mos}')
