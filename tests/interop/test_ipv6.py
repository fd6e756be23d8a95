"""A network that has IPv6 alone: the phone, Asterisk and the sound between them."""
import asterisk
from lab import NAME, need_tone, options
from netns import Netns, veth
from phone import Phone
from proc import need
from runner import test

PHONE = '2001:db8:1::2'
PBX = '2001:db8:1::10'


@test(60)
def ipv6_call(t):
    home, far = t.own(Netns('home')), t.own(Netns('far'))
    # nodad: there is nobody else who could have the address
    veth(home, 'eth0', f'{PHONE}/64 nodad', far, 'eth0', f'{PBX}/64 nodad')
    server = t.own(asterisk.Asterisk(t.path('asterisk'), 20000, f'[{PBX}]', netns=far))
    server.start()
    args = options(server, address=f'[{PBX}]', audio_in='tone:700', audio_out=t.path('heard.wav'))
    p = t.own(Phone(t.dir, args, ('call', '600', '--for', '4'), 'secret100', netns=home))
    p.wait('ended', 30)
    need(p.exit() == 0, f'exit {p.p.returncode}')
    stats = p.stats()
    f, level = need_tone(t.path('heard.wav'), 700, stats['level_in_dbfs'], at_least=2.5)
    need(stats['path'] == 'host/host', f'path {stats["path"]}')
    t.figure(f'first sound {stats["first_audio_ms"]} ms, {f:.1f} Hz at {level:.1f} dBFS')
