"""Session descriptions: a strict reader (RFC 8866) and the rules that one description must keep alone."""

import re

LINE = re.compile(r'([a-z])=(.*)$')
ORIGIN = re.compile(r'(\S+) (\d+) (\d+) IN (IP4|IP6) (\S+)$')
MEDIA = re.compile(r'(\S+) (\d+)(?:/\d+)? (\S+) (.+)$')
# RFC 8839 5.1: foundation, component, transport, priority, address, port, type, related address.
CANDIDATE = re.compile(r'([A-Za-z0-9+/]{1,32}) (\d{1,3}) (\S+) (\d{1,10}) (\S+) (\d{1,5}) '
                       r'typ (host|srflx|prflx|relay)((?: \S+)*)$')
DIRECTIONS = ('sendrecv', 'sendonly', 'recvonly', 'inactive')
STATIC = {'0': 'pcmu/8000', '8': 'pcma/8000', '9': 'g722/8000', '13': 'cn/8000'}
# The order of session-level lines (RFC 8866 section 9) that we look at.
ORDER = 'vosiuepcbtrzkam'


class Media:
    def __init__(self, value, errors):
        m = MEDIA.match(value)
        if not m:
            errors.append('m-line %r' % value)
        self.kind = m.group(1) if m else ''
        self.port = int(m.group(2)) if m else 0
        self.proto = m.group(3) if m else ''
        self.formats = m.group(4).split() if m else []
        self.address = None
        self.attrs = []

    def all(self, name):
        return [v for n, v in self.attrs if n == name]

    def get(self, name):
        found = self.all(name)
        return found[0] if found else None

    def has(self, name):
        return any(n == name for n, _ in self.attrs)

    @property
    def direction(self):
        found = [n for n, _ in self.attrs if n in DIRECTIONS]
        return found[0] if found else 'sendrecv'

    def codec(self, pt):
        """'opus/48000' of a payload type, '' when nothing says so."""
        for value in self.all('rtpmap'):
            num, _, rest = (value or '').partition(' ')
            if num == pt:
                name, _, clock = rest.partition('/')
                return '%s/%s' % (name.lower(), clock.split('/')[0])
        return STATIC.get(pt, '')

    def pt(self, codec):
        for fmt in self.formats:
            if self.codec(fmt) == codec:
                return fmt
        return None


class Sdp:
    def __init__(self, raw):
        self.raw = raw
        self.errors = []
        self.attrs = []
        self.media = []
        self.origin = None
        self.address = None
        try:
            text = raw.decode('utf-8')
        except UnicodeDecodeError:
            text = raw.decode('utf-8', 'replace')
            self.errors.append('not UTF-8')
        if not text.endswith('\r\n'):
            self.errors.append('last line without CRLF')
        lines = text.split('\r\n')
        while lines and lines[-1] == '':
            lines.pop()
        self._read(lines)

    def _read(self, lines):
        seen = ''
        for line in lines:
            m = LINE.match(line)
            if not m or '\n' in line or '\r' in line:
                self.errors.append('line %r' % line)
                continue
            kind, value = m.groups()
            if not self.media:
                seen += kind
            self._line(kind, value)
        if not seen.startswith('vos'):
            self.errors.append('does not begin with v= o= s=')
        if 't' not in seen:
            self.errors.append('no t= line')
        ranks = [ORDER.find(k) for k in seen]
        if ranks != sorted(ranks):
            self.errors.append('session lines out of order: %s' % seen)
        if self.address is None and any(media.address is None for media in self.media):
            self.errors.append('a section without c=, and none for the session (RFC 8866 5.7)')

    def _line(self, kind, value):
        if kind == 'v' and value != '0':
            self.errors.append('v=%s' % value)
        elif kind == 'o':
            m = ORIGIN.match(value)
            if not m:
                self.errors.append('o=%s' % value)
            else:
                self.origin = m.groups()
        elif kind == 'c':
            address = value.split(' ')[-1]
            if self.media:
                self.media[-1].address = address
            else:
                self.address = address
        elif kind == 'm':
            self.media.append(Media(value, self.errors))
        elif kind == 'a':
            name, colon, rest = value.partition(':')
            target = self.media[-1].attrs if self.media else self.attrs
            target.append((name, rest if colon else None))

    @property
    def version(self):
        return int(self.origin[2]) if self.origin else -1

    @property
    def audio(self):
        for media in self.media:
            if media.kind == 'audio':
                return media
        return None

    def get(self, name):
        """Of the audio line, else of the session."""
        audio = self.audio
        if audio and audio.has(name):
            return audio.get(name)
        for n, v in self.attrs:
            if n == name:
                return v
        return None

    def has(self, name):
        return bool(self.audio and self.audio.has(name)) or any(n == name for n, _ in self.attrs)

    @property
    def direction(self):
        """RFC 3264: the media line's own, else the session's, else sendrecv."""
        if self.audio and any(n in DIRECTIONS for n, _ in self.audio.attrs):
            return self.audio.direction
        for name, _ in self.attrs:
            if name in DIRECTIONS:
                return name
        return 'sendrecv'

    @property
    def bundle(self):
        for name, value in self.attrs:
            if name == 'group' and value and value.split()[0] == 'BUNDLE':
                return value.split()[1:]
        return None


def _candidates(media, address, bad):
    priorities, foundations, default = [], {}, False
    for value in media.all('candidate'):
        m = CANDIDATE.match(value or '')
        if not m:
            bad('sdp.candidate', 'candidate %r is not RFC 8839 grammar' % value)
            continue
        found, comp, transport, prio, addr, port, typ, rest = m.groups()
        prio, comp = int(prio), int(comp)
        if not 1 <= prio <= 2 ** 31 - 1 or not 1 <= comp <= 256 or not 0 < int(port) < 65536:
            bad('sdp.candidate', 'number out of range in %r' % value)
        if (prio & 255) != 256 - comp:
            bad('sdp.candidate', 'priority of %r does not end in its component' % value)
        if typ != 'host' and not re.match(r' raddr \S+ rport \d+', rest):
            bad('sdp.candidate', 'no raddr and rport in %r' % value)
        if transport.upper() == 'UDP' and comp == 1:
            default |= (addr, int(port)) == (address, media.port)
            priorities.append(prio)
        key = (typ, transport.lower(), addr if typ == 'host' else None)
        if typ == 'host' and foundations.setdefault(found, key) != key:
            bad('sdp.candidate', 'foundation %s stands for two bases' % found)
    if not priorities:
        bad('sdp.candidate', 'no UDP candidate of component 1')
    elif not default:
        bad('sdp.candidate', 'c= and m= (%s %d) are no candidate' % (address, media.port))
    if len(priorities) != len(set(priorities)):
        bad('sdp.candidate', 'two candidates of one priority')


def _formats(media, bad):
    if len(media.formats) != len(set(media.formats)):
        bad('sdp.formats', 'a payload type stands twice in %s' % media.formats)
    for pt in media.formats:
        if not pt.isdigit() or int(pt) > 127:
            bad('sdp.formats', 'payload type %r' % pt)
        elif not media.codec(pt):
            bad('sdp.formats', 'payload type %s has no rtpmap' % pt)
    for name in ('rtpmap', 'fmtp'):
        for value in media.all(name):
            if (value or '').split(' ')[0] not in media.formats:
                bad('sdp.formats', '%s:%s is for no format of the m-line' % (name, value))
    codecs = [media.codec(pt) for pt in media.formats]
    clocks = {c.split('/')[-1] for c in codecs if not c.startswith(('telephone-event', 'cn/'))}
    if not clocks:
        bad('sdp.formats', 'no codec for speech in %s' % codecs)
    for codec in codecs:
        if codec.startswith('telephone-event') and codec.split('/')[-1] not in clocks:
            bad('sdp.formats', '%s has the clock of no codec' % codec)


def check_alone(sdp, bad):
    """What each description by the phone must keep by itself."""
    for error in sdp.errors:
        bad('sdp.grammar', error)
    if sdp.origin and max(int(sdp.origin[1]), int(sdp.origin[2])) >= 2 ** 63:
        bad('sdp.grammar', 'o= number beyond 63 bits')
    if any(name in DIRECTIONS for name, _ in sdp.attrs):
        bad('sdp.direction', 'direction at session level')
    audio = sdp.audio
    if not audio:
        bad('sdp.media', 'no audio line')
        return
    if len([n for n, _ in audio.attrs if n in DIRECTIONS]) > 1:
        bad('sdp.direction', 'two directions in one media line')
    if not audio.port:
        bad('sdp.media', 'audio line with port 0')
        return
    _formats(audio, bad)
    _candidates(audio, audio.address or sdp.address, bad)
    if not re.match(r'sha-256 [0-9A-F]{2}(:[0-9A-F]{2}){31}$', sdp.get('fingerprint') or ''):
        bad('sdp.fingerprint', 'fingerprint %r' % sdp.get('fingerprint'))
    if sdp.get('setup') not in ('actpass', 'active', 'passive'):
        bad('sdp.setup', 'setup %r' % sdp.get('setup'))
    if not re.match(r'[A-Za-z0-9+/]{4,256}$', sdp.get('ice-ufrag') or ''):
        bad('sdp.ice', 'ice-ufrag %r' % sdp.get('ice-ufrag'))
    if not re.match(r'[A-Za-z0-9+/]{22,256}$', sdp.get('ice-pwd') or ''):
        bad('sdp.ice', 'ice-pwd %r' % sdp.get('ice-pwd'))
    mids = [m.get('mid') for m in sdp.media if m.has('mid')]
    for mid in sdp.bundle or []:
        if mid not in mids:
            bad('sdp.bundle', 'BUNDLE names %s, mids are %s' % (mid, mids))


def check_offer(sdp, before, bad):
    """before: what we said last in the same dialog, or None. What was agreed then holds on."""
    audio = sdp.audio
    if not audio:
        return
    if before and before.audio:
        if (audio.proto, audio.get('mid')) != (before.audio.proto, before.audio.get('mid')):
            bad('sdp.proto', 'offer with %s after %s' % (audio.proto, before.audio.proto))
        return
    if audio.proto != 'UDP/TLS/RTP/SAVPF':
        bad('sdp.proto', 'offer with %s' % audio.proto)
    if not sdp.has('rtcp-mux'):
        bad('sdp.rtcp-mux', 'offer without rtcp-mux')
    if not audio.has('mid') or sdp.bundle is None:
        bad('sdp.bundle', 'offer without mid and BUNDLE')


MIRROR = {'sendrecv': DIRECTIONS, 'sendonly': ('recvonly', 'inactive'),
          'recvonly': ('sendonly', 'inactive'), 'inactive': ('inactive',)}


def _answer_audio(offer, answer, role, bad):
    theirs, ours = offer.audio, answer.audio
    if ours.proto != theirs.proto:
        bad('sdp.proto', 'offered %s, answered %s' % (theirs.proto, ours.proto))
    for pt in ours.formats:
        if pt not in theirs.formats or ours.codec(pt) != theirs.codec(pt):
            bad('sdp.formats', 'answered %s %s, which was not offered'
                % (pt, ours.codec(pt)))
    if answer.direction not in MIRROR[offer.direction]:
        bad('sdp.direction', 'offered %s, answered %s' % (offer.direction, answer.direction))
    if answer.has('rtcp-mux') != offer.has('rtcp-mux'):
        bad('sdp.rtcp-mux', 'offer and answer differ')
    if ours.get('mid') != theirs.get('mid'):
        bad('sdp.bundle', 'offered mid %s, answered %s' % (theirs.get('mid'), ours.get('mid')))
    offered = offer.get('setup')
    # RFC 5763 section 5 and RFC 8842 5.3: active to actpass at first, the same role ever after.
    wanted = {'active': 'passive', 'passive': 'active'}.get(offered, role or 'active')
    if answer.get('setup') != wanted:
        bad('sdp.setup', 'offered %s, answered %s, %s wanted'
            % (offered, answer.get('setup'), wanted))


def check_answer(offer, answer, role, bad):
    """RFC 3264 section 6 for our answer to the peer's offer; role: our DTLS role so far or None."""
    if [m.kind for m in offer.media] != [m.kind for m in answer.media]:
        bad('sdp.media', 'm-lines %s answered with %s'
            % ([m.kind for m in offer.media], [m.kind for m in answer.media]))
        return
    for theirs, ours in zip(offer.media, answer.media):
        if theirs is not offer.audio and (ours.port or ours.proto != theirs.proto):
            bad('sdp.media', 'm=%s is not refused in kind' % theirs.kind)
    refused = [m.get('mid') for m in answer.media if not m.port and m.has('mid')]
    if set(refused) & set(answer.bundle or []):
        bad('sdp.bundle', 'BUNDLE names a refused line (RFC 9143 7.3.1)')
    if (offer.bundle is None) != (answer.bundle is None):
        bad('sdp.bundle', 'BUNDLE is not mirrored')
    if offer.audio and answer.audio and answer.audio.port:
        _answer_audio(offer, answer, role, bad)


STABLE = (('fingerprint', 'sdp.fingerprint'), ('ice-ufrag', 'sdp.ice'), ('ice-pwd', 'sdp.ice'))


def check_next(before, now, bad):
    """Our description against the one that we sent before it in the same dialog (RFC 3264 section 8)."""
    if not before.origin or not now.origin:
        return
    same = before.raw == now.raw
    if before.origin[:2] + before.origin[3:] != now.origin[:2] + now.origin[3:]:
        bad('sdp.origin', 'o= changed from %s to %s' % (before.origin, now.origin))
    elif not same and now.version != before.version + 1:
        bad('sdp.version', 'changed description, version %d after %d'
            % (now.version, before.version))
    if len(now.media) < len(before.media):
        bad('sdp.media', 'fewer m-lines than before')
    for name, rule in STABLE:
        if before.get(name) != now.get(name):
            bad(rule, '%s changed from %s to %s' % (name, before.get(name), now.get(name)))
