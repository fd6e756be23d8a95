"""The terms after `peer<`: what one message of the phone must say beyond the RFCs' rules."""

import re

from sdp import Sdp


def _sdp_field(sdp, name):
    if name == 'dir':
        return sdp.direction
    if name == 'codecs':
        return ','.join(sdp.audio.codec(pt) for pt in sdp.audio.formats) if sdp.audio else ''
    if name == 'proto':
        return sdp.audio.proto if sdp.audio else ''
    if name == 'version':
        return str(sdp.version)
    if name.startswith('pt.'):
        clock = {'opus': 'opus/48000', 'pcmu': 'pcmu/8000', 'pcma': 'pcma/8000',
                 'te48': 'telephone-event/48000', 'te8': 'telephone-event/8000'}[name[3:]]
        return (sdp.audio.pt(clock) if sdp.audio else None) or ''
    return sdp.get(name) or ''


def field(msg, name):
    """A part of a message by the name that cases use; '' when it has none, None for an unknown name."""
    if name.startswith('sdp.'):
        return _sdp_field(Sdp(msg.body), name[4:])
    if name == 'contact' or name == 'refer-to':
        values = msg.values(name)
        return re.sub(r'^[^<]*<([^>]*)>.*$', r'\1', values[0]) if values else ''
    if name == 'expires':
        return (msg.contact and msg.contact.params.get('expires')) or msg.get('expires') or ''
    simple = {'ruri': msg.uri, 'cseq': str(msg.cseq), 'callid': msg.call_id, 'body':
              msg.body.decode('utf-8', 'replace'), 'branch': msg.via.branch, 'viahost': msg.via.host,
              'via': msg.via.text, 'from': msg.from_.text, 'fromtag': msg.from_.tag,
              'fromuri': msg.from_.uri, 'to': msg.to.text, 'totag': msg.to.tag, 'touri': msg.to.uri}
    return (simple[name] or '') if name in simple else None


def wanted(pattern, title):
    """'INVITE', '200 INVITE' or '(405|501) FOO' against the title of a message."""
    return pattern is None or bool(re.fullmatch(pattern, title))


def mismatches(msg, terms):
    """Yields (term, why) for each term that does not hold."""
    for term in terms:
        if term.startswith('!'):
            if msg.all(term[1:]) or (term == '!body' and msg.body):
                yield term, 'is there'
            continue
        m = re.match(r'([\w.-]+?)(=|~)(.*)$', term, re.S)
        if not m:
            if not msg.all(term) and not (term == 'sdp' and msg.is_sdp):
                yield term, 'is missing'
            continue
        name, how, wanted = m.groups()
        known = field(msg, name)
        values = msg.all(name) if known is None or name not in ('contact', 'from', 'to', 'via', 'cseq') \
            and msg.all(name) else [known]
        good = any(v == wanted if how == '=' else re.search(wanted, v) for v in values if v is not None)
        if not good:
            yield term, 'it says %r' % values
