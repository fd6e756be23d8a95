"""Rules that a single frame or message of the phone must keep by itself."""

import re
from xml.etree import ElementTree

from sipmsg import Address, Via, split_list, uri_params, uri_user
from wire import CLOSE, PING, PONG, TEXT

MAGIC = 'z9hG4bK'
# What this phone takes (RFC 3261 13.2.1: SHOULD be told in INVITE and 2xx).
METHODS = ('ack', 'bye', 'cancel', 'invite', 'options', 'info', 'notify', 'update', 'refer',
           'prack')


def upgrade(meta, account, bad):
    """RFC 6455 4.1, RFC 7118 4; the name stays the original one under a host mapping."""
    fields = meta['fields']
    if meta['request'] != 'GET %s HTTP/1.1' % (account.path or '/'):
        bad('upgrade.path', meta['request'])
    if fields.get('sec-websocket-protocol') != 'sip':
        bad('upgrade.protocol', 'sub-protocol %r' % fields.get('sec-websocket-protocol'))
    if fields.get('sec-websocket-version') != '13':
        bad('upgrade', 'version %r' % fields.get('sec-websocket-version'))
    if fields.get('host', '').split(':')[0] != account.host:
        bad('upgrade.host', 'Host %r' % fields.get('host'))
    if meta['sni'] != account.host:
        bad('upgrade.sni', 'SNI %r' % meta['sni'])


def frame(entry, bad):
    if not entry.meta.get('masked', True):
        bad('frame.mask', 'a client masks its frames (RFC 6455 5.1)')
    if entry.meta.get('frames', 1) > 1:
        bad('frame.fragments', 'a message in %d frames' % entry.meta['frames'])
    if entry.meta.get('shared'):
        bad('frame.record', 'two frames in one TLS record')
    if entry.opcode == PONG and not entry.data:
        bad('frame.pong', 'empty PONG')
    if entry.opcode == PING and len(entry.data) < 4:
        bad('frame.ping', 'PING of %d bytes' % len(entry.data))
    if entry.opcode in (CLOSE, PING, PONG):
        return
    if entry.opcode != TEXT:
        bad('frame.text', 'opcode %d' % entry.opcode)
    if not entry.data:
        bad('frame.empty', 'empty frame')


def message(msg, bad):
    for error in msg.errors:
        bad('grammar', error)
    for name in ('via', 'from', 'to', 'call-id', 'cseq'):
        if not msg.all(name):
            bad('missing.' + name, '%s without %s' % (msg.title(), name))
    length = msg.get('content-length')
    if length is None or not length.isdigit() or int(length) != len(msg.body):
        bad('content-length', 'Content-Length %r, body of %d bytes' % (length, len(msg.body)))
    if bool(msg.body) != bool(msg.all('content-type')):
        bad('content-type', 'body of %d bytes, Content-Type %r'
            % (len(msg.body), msg.get('content-type')))
    if not 0 <= msg.cseq < 2 ** 31:
        bad('cseq', 'CSeq %r' % msg.get('cseq'))
    for value in msg.values('via'):
        if not Via(value).good:
            bad('via', 'Via %r' % value)
    for name in ('from', 'to', 'contact'):
        for value in msg.values(name):
            address(name, Address(value), bad)
    if not msg.from_.tag:
        bad('tag.from', '%s without From tag' % msg.title())


def address(name, addr, bad):
    if not addr.good or not addr.uri:
        bad('grammar', '%s: %r' % (name, addr.text))
        return
    if not addr.bracketed and re.search(r'[;?,]', addr.uri):
        bad('grammar', '%s needs angle brackets: %r' % (name, addr.text))
    shown = addr.display
    if shown and not shown.startswith('"') and not re.match(r"[A-Za-z0-9\-.!%*_+`'~ \t]+$", shown):
        bad('grammar', 'display name of %s needs quotes: %r' % (name, shown))


def request(msg, bad):
    """RFC 3261 8.1.1, RFC 7118 5."""
    if msg.cseq_method != msg.method:
        bad('cseq', '%s with CSeq %r' % (msg.method, msg.get('cseq')))
    if msg.get('max-forwards') != '70':
        bad('max-forwards', 'Max-Forwards %r' % msg.get('max-forwards'))
    if len(msg.values('via')) != 1:
        bad('via', '%d Via values' % len(msg.values('via')))
    via = msg.via
    if not via.good or via.transport != 'WSS':
        bad('via.transport', 'Via %r' % via.text)
    if not re.match(r'[A-Za-z0-9-]+\.invalid$', via.host):
        bad('via.host', 'Via host %r' % via.host)
    if not via.branch.startswith(MAGIC) or len(via.branch) < len(MAGIC) + 6:
        bad('via.branch', 'branch %r' % via.branch)
    if not msg.uri or not msg.uri.startswith(('sip:', 'sips:')):
        bad('ruri', 'Request-URI %r' % msg.uri)


def contact(msg, bad):
    found = msg.values('contact')
    if len(found) != 1:
        bad('contact', '%s with %d Contacts' % (msg.title(), len(found)))
        return
    addr = Address(found[0])
    # FreeSWITCH routes to us by this parameter and compares it with case.
    if not addr.bracketed or uri_params(addr.uri).get('transport') not in ('ws', 'wss') \
            or not re.search(r';transport=wss?(;|$)', addr.uri):
        bad('contact.transport', 'Contact %r' % found[0])
    if not uri_user(addr.uri):
        bad('contact', 'Contact without user: %r' % found[0])


def allow(msg, bad):
    missing = [m for m in METHODS if m not in msg.tokens('allow')]
    if missing:
        bad('allow', '%s does not allow %s' % (msg.title(), missing))


def session(msg, bad):
    """INVITE and UPDATE by the phone."""
    contact(msg, bad)
    allow(msg, bad)
    if msg.get('require'):
        bad('require', 'Require: %s' % msg.get('require'))


def refer(msg, account, bad):
    """RFC 3515 2.4.1, RFC 3892 3."""
    contact(msg, bad)
    to, by = msg.values('refer-to'), msg.values('referred-by')
    if len(to) != 1 or not Address(to[0]).bracketed \
            or not re.match(r'sips?:[^@\s#?]+@[^@\s#?]+(\?[^\s#;@&]+)?$', Address(to[0]).uri):
        bad('refer.to', 'Refer-To: %r' % to)
    if len(by) != 1 or Address(by[0]).uri != account.aor:
        bad('refer.by', 'Referred-By: %r' % by)
    if msg.body:
        bad('refer.body', 'REFER with a body')


def notify(msg, bad):
    """RFC 6665 8.2.1 and 8.2.3, RFC 3515 2.4.5."""
    contact(msg, bad)
    if not re.match(r'refer(;id=\d+)?$', msg.get('event') or ''):
        bad('notify.event', 'Event: %r' % msg.get('event'))
    state = re.match(r'(active;expires=\d+|terminated;reason=noresource)$',
                     msg.get('subscription-state') or '')
    line = re.match(rb'SIP/2\.0 ([1-6]\d\d) [^\r\n]*\r\n', msg.body)
    if not (msg.get('content-type') or '').startswith('message/sipfrag') or not line:
        bad('notify.body', '%r: %r' % (msg.get('content-type'), msg.body))
    elif not state or state.group(1).startswith('term') != (line.group(1) >= b'200'):
        bad('notify.state', 'Subscription-State %r of %r'
            % (msg.get('subscription-state'), line.group(0)))


# RFC 3842 3.5, RFC 4235 3.5, RFC 3856 6.5
PACKAGES = {'message-summary': 'application/simple-message-summary',
            'dialog': 'application/dialog-info+xml',
            'presence': 'application/pidf+xml'}


def subscribe(msg, bad):
    """RFC 6665 8.1 and 4.1.2.1."""
    contact(msg, bad)
    accept = PACKAGES.get(msg.get('event'))
    if not accept:
        bad('subscribe.event', 'Event: %r' % msg.get('event'))
    if msg.get('accept') != accept:
        bad('subscribe.accept', 'Accept: %r' % msg.get('accept'))
    if not re.match(r'\d+$', msg.get('expires') or ''):
        bad('subscribe.expires', 'Expires: %r' % msg.get('expires'))


def register(msg, account, known, bad):
    """RFC 3261 10.2, RFC 5626 4.2; known keeps what must not change between REGISTERs."""
    if msg.uri != 'sip:' + account.domain:
        bad('ruri', 'REGISTER to %s' % msg.uri)
    if (msg.to.uri, msg.from_.uri) != (account.aor, account.aor):
        bad('register', 'To %s, From %s' % (msg.to.uri, msg.from_.uri))
    contact(msg, bad)
    if not {'path', 'outbound'} <= msg.tokens('supported'):
        bad('register.supported', 'Supported: %s' % msg.all('supported'))
    addr = msg.contact
    if not addr:
        return
    instance = addr.params.get('+sip.instance') or ''
    if not re.match(r'"<urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}>"$', instance):
        bad('register.instance', '+sip.instance %r' % instance)
    if not (addr.params.get('reg-id') or '').isdigit():
        bad('register.reg-id', 'reg-id %r' % addr.params.get('reg-id'))
    expires = addr.params.get('expires') or msg.get('expires')
    if not (expires or '').isdigit():
        bad('register.expires', 'expires %r' % expires)
    for name, value in (('call-id', msg.call_id), ('instance', instance),
                        ('reg-id', addr.params.get('reg-id'))):
        if known.setdefault(name, value) != value:
            bad('register.' + name, '%s changed from %s to %s' % (name, known[name], value))


# RFC 3261 table 2 and 21: what an answer must carry.
NEEDED = {405: 'allow', 415: 'accept', 420: 'unsupported', 421: 'require', 422: 'min-se'}


def odd_response(msg, asked, bad):
    """To a request that need not be one: what RFC 3261 8.2.6 copies is copied, however odd it looks."""
    for name in ('via', 'from', 'call-id', 'cseq'):
        if [' '.join(v.split()) for v in msg.all(name)] \
                != [' '.join(v.split()) for v in asked.all(name)[:len(msg.all(name))]]:
            bad('odd.' + name, '%s of %s is not the request\'s' % (name, msg.title()))
    if len(msg.all('via')) != len(asked.all('via')) or not msg.all('from') or not msg.all('cseq'):
        bad('odd', '%s lacks what the request has' % msg.title())
    if asked.to.tag and msg.to.tag != asked.to.tag or msg.status > 100 and 'tag' not in msg.get('to'):
        bad('odd.to', 'To of %s: %r' % (msg.title(), msg.get('to')))
    if msg.get('content-length') != str(len(msg.body)):
        bad('content-length', 'Content-Length %r' % msg.get('content-length'))
    if msg.get(NEEDED.get(msg.status, 'via')) is None:
        bad('resp.header', '%s without %s' % (msg.title(), NEEDED[msg.status]))


def response(msg, asked, bad):
    if msg.status in NEEDED and msg.get(NEEDED[msg.status]) is None:
        bad('resp.header', '%s without %s' % (msg.title(), NEEDED[msg.status]))
    if not msg.phrase:
        bad('grammar', 'no reason phrase')
    if asked.method in ('INVITE', 'UPDATE') and 200 <= msg.status < 300:
        contact(msg, bad)
        allow(msg, bad)
    elif asked.method == 'INVITE' and 100 < msg.status < 200:
        contact(msg, bad)
    if asked.method == 'OPTIONS' and msg.status == 200:
        # RFC 3261 11.2
        allow(msg, bad)
        if 'application/sdp' not in split_list((msg.get('accept') or '').lower()):
            bad('resp.header', 'OPTIONS answered without Accept: application/sdp')
    if asked.method in ('BYE', 'CANCEL', 'OPTIONS') and msg.body:
        bad('resp.body', 'body in %s' % msg.title())
    unasked = msg.tokens('require') - asked.tokens('require') - asked.tokens('supported')
    if unasked:
        bad('require', 'Require: %s in %s' % (', '.join(unasked), msg.title()))


def ringing_places(msg):
    """RFC 5359 2.16: the Replaces of who picks up what a dialog-info (RFC 4235) says to ring, for the caller."""
    if msg.get('event') != 'dialog' or not msg.body:
        return set()
    name = '{urn:ietf:params:xml:ns:dialog-info}'
    return {'%s;to-tag=%s;from-tag=%s;early-only' % tuple(d.get(k) for k in
                                                          ('call-id', 'remote-tag', 'local-tag'))
            for d in ElementTree.fromstring(msg.body).iter(name + 'dialog')
            if d.findtext(name + 'state') == 'early'}
