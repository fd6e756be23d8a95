"""Session timers (RFC 4028): what the phone asks for, agrees to and goes on saying."""

import re

SHORTEST = 90


def expires(msg):
    """(seconds, refresher) of Session-Expires, None without one."""
    value = msg.get('session-expires')
    m = re.match(r'(\d+)\s*(?:;\s*refresher\s*=\s*(uac|uas))?$', value.lower()) if value else None
    return (int(m.group(1)), m.group(2)) if m else None


def least(msg):
    value = msg.get('min-se') or ''
    return int(value) if value.isdigit() else 0


def knows(msg):
    return 'timer' in msg.tokens('supported')


def asked(msg, leg, bad):
    """INVITE, re-INVITE or UPDATE by the phone (sections 7.1 and 7.4)."""
    if not knows(msg):
        bad('timer.supported', '%s without Supported: timer' % msg.title())
    if msg.get('session-expires') is not None and not expires(msg):
        bad('timer.expires', 'Session-Expires %r' % msg.get('session-expires'))
        return
    seconds, refresher = expires(msg) or (None, None)
    if seconds is not None and not max(SHORTEST, leg.timer_least) <= seconds:
        if not (leg.timer and seconds == leg.timer[0]):
            bad('timer.expires', 'Session-Expires %d, at least %d wanted'
                % (seconds, max(SHORTEST, leg.timer_least)))
    if leg.timer_least and least(msg) < leg.timer_least:
        bad('timer.min-se', 'Min-SE %r after a 422 with %d' % (msg.get('min-se'), leg.timer_least))
    if msg.to.tag and leg.timer:
        wanted = (max(leg.timer[0], leg.timer_least), 'uac' if leg.timer[1] else 'uas')
        if (seconds, refresher) != wanted:
            bad('timer.refresh', '%s with Session-Expires %r, %d;refresher=%s wanted'
                % (msg.title(), msg.get('session-expires'), *wanted))


def peer_answered(msg, leg):
    """A final answer to one of those."""
    if msg.status == 422:
        leg.timer_least = max(leg.timer_least, least(msg))
    elif 200 <= msg.status < 300:
        said = expires(msg)
        leg.timer = (said[0], said[1] != 'uas') if said else None


def answered(msg, ask, leg, bad):
    """The phone's 2xx to INVITE, re-INVITE or UPDATE (section 9)."""
    said, wish = expires(msg), expires(ask)
    leg.timer = (said[0], said[1] == 'uas') if said else None
    if said and not said[1]:
        bad('timer.answer', '%s without refresher' % msg.title())
    if wish and knows(ask) and not said:
        bad('timer.answer', '%s without Session-Expires' % msg.title())
    if not (wish and said):
        return
    if not max(least(ask), SHORTEST) <= said[0] <= wish[0]:
        bad('timer.answer', 'Session-Expires %d to %d' % (said[0], wish[0]))
    if knows(ask) and wish[1] and wish[1] != said[1]:
        bad('timer.answer', 'refresher %s, the caller said %s' % (said[1], wish[1]))
    if not knows(ask) and said[1] != 'uas':
        bad('timer.answer', 'a caller without timers is to refresh')
    if said[1] == 'uac' and 'timer' not in msg.tokens('require'):
        bad('timer.require', '%s without Require: timer' % msg.title())
