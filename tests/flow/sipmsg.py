"""SIP messages as bytes: a parser that notes every departure from RFC 3261 instead of repairing it."""

import re

COMPACT = {'v': 'via', 'f': 'from', 't': 'to', 'i': 'call-id', 'm': 'contact', 'l': 'content-length',
           'c': 'content-type', 'k': 'supported', 's': 'subject', 'e': 'content-encoding',
           'o': 'event', 'r': 'refer-to', 'u': 'allow-events',
           'x': 'session-expires'}
TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]+"
REQUEST_LINE = re.compile(r'(%s) (\S+) SIP/2\.0$' % TOKEN)
STATUS_LINE = re.compile(r'SIP/2\.0 ([1-6]\d\d) (.*)$')
HEADER_LINE = re.compile(r'(%s)[ \t]*:[ \t]*(.*)$' % TOKEN)
# Each of these may stand once (RFC 3261 7.3.1, 20).
ONCE = ('from', 'to', 'call-id', 'cseq', 'max-forwards', 'content-length', 'content-type')


def split_list(value):
    """Splits at the commas that are outside quotes and angle brackets."""
    parts, depth, quoted, start, i = [], 0, False, 0, 0
    while i < len(value):
        ch = value[i]
        if quoted:
            if ch == '\\':
                i += 1
            elif ch == '"':
                quoted = False
        elif ch == '"':
            quoted = True
        elif ch == '<':
            depth += 1
        elif ch == '>':
            depth -= 1
        elif ch == ',' and depth == 0:
            parts.append(value[start:i].strip())
            start = i + 1
        i += 1
    parts.append(value[start:].strip())
    return [p for p in parts if p]


def split_params(text):
    """';a=1;b="x;y"' -> {'a': '1', 'b': '"x;y"'}; names in lower case, valueless ones map to None."""
    params = {}
    for part in re.findall(r';\s*((?:"(?:\\.|[^"])*"|[^;"])+)', text):
        name, eq, value = part.partition('=')
        params[name.strip().lower()] = value.strip() if eq else None
    return params


class Address:
    """name-addr or addr-spec with header parameters (RFC 3261 20.10)."""

    FORM = re.compile(r'\s*(?:("(?:\\.|[^"\\])*"|[^<"]*?)\s*<([^>]*)>|([^<>"; \t]+))\s*((?:;.*)?)$',
                      re.S)

    def __init__(self, text):
        m = self.FORM.match(text)
        self.text = text
        self.good = bool(m)
        self.display = (m.group(1) or '') if m else ''
        self.uri = ((m.group(2) if m.group(2) is not None else m.group(3)) or '') if m else ''
        self.bracketed = bool(m) and m.group(2) is not None
        self.params = split_params(m.group(4)) if m else {}

    @property
    def tag(self):
        return self.params.get('tag')


class Via:
    FORM = re.compile(r'SIP\s*/\s*2\.0\s*/\s*([A-Za-z]+)\s+([^;\s]+)((?:\s*;.*)?)$')

    def __init__(self, text):
        m = self.FORM.match(text)
        self.text = text
        self.good = bool(m)
        self.transport = m.group(1) if m else ''
        self.host = m.group(2) if m else ''
        self.params = split_params(m.group(3)) if m else {}

    @property
    def branch(self):
        return self.params.get('branch') or ''


def uri_params(uri):
    """Parameters of a sip: URI, without its headers."""
    return split_params(';' + uri.split('?')[0].partition(';')[2]) if ';' in uri else {}


def uri_user(uri):
    m = re.match(r'sips?:(?:([^@]*)@)?', uri)
    return m.group(1) if m else None


class Message:
    def __init__(self, raw):
        self.raw = raw
        self.errors = []
        self.headers = []
        self.method = self.uri = self.phrase = None
        self.status = 0
        head, blank, self.body = raw.partition(b'\r\n\r\n')
        if not blank:
            self.errors.append('no empty line after the headers')
        try:
            text = head.decode('utf-8')
        except UnicodeDecodeError:
            text = head.decode('utf-8', 'replace')
            self.errors.append('headers are not UTF-8')
        lines = text.split('\r\n')
        # RFC 3261 25.1: a quoted-pair may be NUL
        if any(re.search(r'[\n\r\0]', re.sub(r'\\\0', '', line)) for line in lines):
            self.errors.append('bare CR, LF or NUL in the headers')
        self._start_line(lines[0])
        for line in lines[1:]:
            self._header(line)
        self._counts()

    def _start_line(self, line):
        self.start = line
        req, res = REQUEST_LINE.match(line), STATUS_LINE.match(line)
        if res:
            self.status, self.phrase = int(res.group(1)), res.group(2)
        elif req:
            self.method, self.uri = req.groups()
        else:
            self.errors.append('start line %r' % line)

    def _header(self, line):
        m = HEADER_LINE.match(line)
        if line[:1] in (' ', '\t') and self.headers:
            name, value = self.headers[-1]
            self.headers[-1] = (name, value + ' ' + line.strip())
            return
        if not m:
            self.errors.append('header line %r' % line)
            return
        self.headers.append((m.group(1), m.group(2).rstrip()))

    def _counts(self):
        for name in ONCE:
            if len(self.all(name)) > 1:
                self.errors.append('%s stands twice' % name)
        cseq = re.match(r'(\d+)\s+(%s)$' % TOKEN, self.get('cseq') or '')
        self.cseq = int(cseq.group(1)) if cseq else -1
        self.cseq_method = cseq.group(2) if cseq else ''
        vias = self.values('via')
        self.via = Via(vias[0] if vias else '')
        self.from_ = Address(self.get('from') or '')
        self.to = Address(self.get('to') or '')
        self.call_id = self.get('call-id') or ''

    def all(self, name):
        """Header fields of that name, one entry a line."""
        name = name.lower()
        return [v for n, v in self.headers if COMPACT.get(n.lower(), n.lower()) == name]

    def get(self, name):
        found = self.all(name)
        return found[0] if found else None

    def values(self, name):
        """All values of a header that may be a list."""
        return [v for line in self.all(name) for v in split_list(line)]

    def tokens(self, name):
        return {v.lower() for v in self.values(name)}

    @property
    def contact(self):
        found = self.values('contact')
        return Address(found[0]) if found else None

    @property
    def is_sdp(self):
        return bool(self.body) and (self.get('content-type') or '').lower().split(';')[0].strip() \
            == 'application/sdp'

    def title(self):
        if self.status:
            return '%d %s' % (self.status, self.cseq_method)
        return self.method or self.start
