"""Calls that we make: echo with each codec, and every way in which a call is not answered."""
from lab import need_tone, pbx, phone, registered
import wav
from proc import need, wait_for
from runner import test


def echo(t, codec, hz):
    """A tone to extension 600 comes back: in the recording, and in what the phone says of it."""
    server = pbx(t)
    path = t.path('heard.wav')
    p = phone(t, server, '100', ('call', '600', '--for', '4'), audio_in=f'tone:{hz}',
              audio_out=path, extra=('--codec', codec))
    p.wait('established')
    p.wait('media')
    ended = p.wait('ended', 15)
    need(p.exit() == 0, f'exit {p.p.returncode}')
    stats = p.stats()
    need(stats['codec'].lower() == codec, f'codec {stats["codec"]}')
    need(stats['srtp'] == 'AES_CM_128_HMAC_SHA1_80', f'srtp {stats["srtp"]}')
    need(ended['by'] == 'local' and stats['received'] > 150, f'{ended} {stats}')
    f, level = need_tone(path, hz, at_least=3.0)
    sent = stats.get('level_in_dbfs')
    need(sent is not None and abs(level - sent) < 3, f'sent at {sent} dBFS, heard at {level:.1f}')
    t.figure(f'{stats["codec"]} {stats["srtp"]} {stats["path"]}, set-up {stats["setup_ms"]} ms, '
             f'first sound {stats["first_audio_ms"]} ms, {f:.1f} Hz at {level:.1f} dBFS '
             f'(sent {sent:.1f}), lost {stats["loss_pct"]} %, concealed {stats["concealed_pct"]} %')
    server.wait_idle()


@test(40)
def echo_opus(t):
    echo(t, 'opus', 1250)


@test(40)
def echo_pcmu(t):
    echo(t, 'pcmu', 850)


@test(40)
def echo_pcma(t):
    echo(t, 'pcma', 950)


def refused_call(t, number, code, status, exit_code=4, timeout=15):
    server = pbx(t)
    p = phone(t, server, '100', ('call', number, '--for', '3'))
    ended = p.wait('ended', timeout)
    need(ended.get('code') == code, f'code {ended.get("code")} instead of {code}: {ended}')
    need(ended.get('sip_status') == status, f'{ended}')
    need(ended.get('by') == 'remote', f'{ended}')
    need(p.exit() == exit_code, f'exit {p.p.returncode} instead of {exit_code}')
    t.figure(f'{ended["sip_status"]} {ended["code"]} "{ended.get("text", "")}"')
    return p


@test(30)
def busy(t):
    refused_call(t, '605', 'busy', 486)


@test(30)
def busy_after_ringing(t):
    p = refused_call(t, '602', 'busy', 486)
    need(p.seen('ringing'), 'no ringing event')


@test(30)
def not_found(t):
    refused_call(t, '606', 'not_found', 404)


@test(30)
def no_such_number(t):
    refused_call(t, '9999', 'not_found', 404)


@test(30)
def far_side_declines(t):
    """Asterisk makes a 403 of it, and says Q.850 cause 21: rejected."""
    refused_call(t, '607', 'declined', 403)


@test(30)
def congestion(t):
    refused_call(t, '617', 'unavailable', 503)


@test(40)
def far_side_does_not_answer(t):
    """Phone 101 rings for 3 s and gives up with 480, which reaches the caller."""
    server = pbx(t)
    registered(t, server, '101', extra=('--ring', '3'))
    refused_call(t, '101', 'no_answer', 480)


@test(30)
def cancel_while_ringing(t):
    server = pbx(t)
    mark = server.mark()
    p = registered(t, server)
    p.do('dial 608')
    p.wait('ringing')
    p.do('hangup 1')
    ended = p.wait('ended')
    need(ended['by'] == 'local' and ended['code'] == 'cancelled', f'{ended}')
    server.wait_log(r'CANCEL sip', mark, 3)
    server.wait_log(r'SIP/2.0 487', mark, 3)
    server.wait_idle()
    need(p.finish() == 0, f'exit {p.p.returncode}')


@test(30)
def cancel_at_once(t):
    """Before anything can have come back: no call stays behind anywhere."""
    server = pbx(t)
    p = registered(t, server)
    p.do('dial 608')
    p.wait('dialing')
    p.do('hangup 1')
    p.wait('ended')
    server.wait_idle()
    need(p.finish() == 0, f'exit {p.p.returncode}')


@test(30)
def early_media(t):
    """604 speaks without an answer, then hangs up: heard before any 200."""
    server = pbx(t)
    path = t.path('heard.wav')
    p = registered(t, server, audio_out=path)
    p.do('dial 604')
    early = p.wait('early_media')
    p.wait('media')
    sound = p.wait('first_audio', 5)
    p.do('sleep 2')
    p.do('hangup 1')
    ended = p.wait('ended')
    need(not p.seen('established'), 'established without an answer')
    need(ended['by'] == 'local', f'{ended}')
    need(p.finish() == 0, f'exit {p.p.returncode}')
    x, rate = wav.read(path)
    spoken = sum(b - a for a, b in wav.spans(wav.frame_levels(x, rate) > -45))
    need(spoken >= 1.0, f'only {spoken:.2f} s of it were heard')
    t.figure(f'first sound {sound["t"] - early["t"]} ms after the 183, {spoken:.2f} s heard')
    server.wait_idle()


@test(30)
def early_media_then_answer(t):
    """609 beeps, then answers and echoes: one sound path for both."""
    server = pbx(t)
    path = t.path('heard.wav')
    p = registered(t, server, audio_in='tone:700', audio_out=path)
    p.do('dial 609')
    p.wait('early_media')
    p.wait('media')
    p.wait('established')
    p.do('sleep 2')
    p.do('hangup 1')
    p.wait('ended', 8)
    need(p.finish() == 0, f'exit {p.p.returncode}')
    need(len(p.seen('media')) == 1, 'a second sound path for the answer')
    f, level = need_tone(path, 700, at_least=1.5)
    t.figure(f'{f:.1f} Hz at {level:.1f} dBFS after the answer')


@test(30)
def far_side_hangs_up(t):
    server = pbx(t)
    p = phone(t, server, '100', ('call', '613', '--for', '20'))
    p.wait('established')
    ended = p.wait('ended', 8)
    need(ended['by'] == 'remote' and ended['code'] == 'remote_hangup', f'{ended}')
    t.figure(f'{ended["code"]} by {ended["by"]}')
    p.exit()


@test(30)
def answered_without_sound(t):
    """615 answers and sends nothing: the command says so."""
    server = pbx(t)
    p = phone(t, server, '100', ('call', '615', '--for', '3'))
    p.wait('established')
    need(p.exit() == 5, f'exit {p.p.returncode} instead of 5')


@test(30)
def timed_out(t):
    server = pbx(t)
    p = phone(t, server, '100', ('call', '608', '--for', '3'), extra=('--timeout', '3'))
    need(p.exit() == 6, f'exit {p.p.returncode} instead of 6')
    server.wait_idle()


@test(40)
def rtcp_figures(t):
    """Each side reads the other's RTCP: the round trip, and that nothing was lost."""
    server = pbx(t)
    mark = server.mark()
    server.cli('rtcp set debug on')
    p = registered(t, server, '100')
    p.do('dial 610')
    p.wait('first_audio')

    def figures():
        p.do('stats 1')
        stats = p.wait('stats')
        return stats['rtt_ms'] is not None and stats

    stats = wait_for('a round trip', figures, 15, 0.5)
    need(stats['rtt_ms'] < 100 and stats['jitter_ms'] < 30, f'{stats}')
    need(stats['loss_pct'] == 0 and stats['remote_loss_pct'] == 0, f'{stats}')
    # what Asterisk makes of our reports; the first one comes before it has sent any
    theirs = server.wait_log(r'RTT: (\d+\.(?!0000)\d+)\(sec\)', mark, 15).group(1)
    lost = server.wait_log(r'Fraction lost: (\d+)', mark, 1).group(1)
    server.cli('rtcp set debug off')
    need(float(theirs) < 0.1 and lost == '0', f'Asterisk says {theirs} s, lost {lost}')
    p.do('hangup 1')
    p.wait('ended')
    need(p.finish() == 0, 'exit')
    t.figure(f'round trip {stats["rtt_ms"]} ms, Asterisk says {theirs} s')
    server.wait_idle()
