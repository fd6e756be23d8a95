"""Mutated samples: one message of a good transcript is spoiled, and the judge must refuse it.

    mutate LABEL CHANGE -> RULE

LABEL names a message of the phone (`peer< ... as LABEL`). RULE is the beginning of the rule's name that has
to refuse it.
"""

import copy
import re

from sipmsg import Message
from wire import BINARY


def _edit(data, fn):
    """fn on the text of headers and body; Content-Length follows the body unless fn changed it."""
    head, _, body = data.decode('utf-8').partition('\r\n\r\n')
    new_head, new_body = fn(head, body)
    if new_body != body:
        new_head = re.sub(r'(?im)^(Content-Length|l)[ \t]*:.*?(?=\r|$)',
                          'Content-Length: %d' % len(new_body.encode()), new_head)
    return (new_head + '\r\n\r\n' + new_body).encode()


def _header(head, name, fn):
    """fn(value) of the first header of that name; None drops the line."""
    lines, done = [], False
    for line in head.split('\r\n'):
        field, colon, value = line.partition(':')
        if not done and colon and field.strip().lower() == name.lower():
            done = True
            value = fn(value.strip())
            if value is None:
                continue
            line = '%s: %s' % (field.strip(), value)
        lines.append(line)
    if not done:
        raise ValueError('the message has no %s' % name)
    return '\r\n'.join(lines)


def _on(name, fn):
    return lambda data: _edit(data, lambda h, b: (_header(h, name, fn), b))


def _other(char):
    return 'x' if char != 'x' else 'y'


def _flip(pattern):
    """Changes the last character of what the pattern's group 1 finds."""
    def change(data):
        text = data.decode('utf-8')
        m = re.search(pattern, text)
        if not m:
            raise ValueError('nothing matches %s' % pattern)
        last = text[m.end(1) - 1]
        other = ('1' if last != '1' else '2') if last.isalnum() else _other(last)
        return (text[:m.end(1) - 1] + other + text[m.end(1):]).encode()
    return change


def _reverse_routes(head, body):
    lines = head.split('\r\n')
    at = [i for i, line in enumerate(lines) if line.lower().startswith('route:')]
    values = [v for v in Message((head + '\r\n\r\n').encode()).values('route')]
    if len(values) < 2:
        raise ValueError('fewer than two routes')
    lines[at[0]] = 'Route: ' + ', '.join(values[::-1])
    for i in reversed(at[1:]):
        del lines[i]
    return '\r\n'.join(lines), body


def _number(step):
    return lambda v: re.sub(r'^\d+', lambda m: str(int(m.group(0)) + step), v)


def _substitute(text):
    """s/regex/replacement/ on the whole message, the Content-Length kept right."""
    _, pattern, new, _ = re.split(r'(?<!\\)/', text)
    def fn(head, body):
        whole = head + '\r\n\r\n' + body
        changed, count = re.subn(pattern, new.replace('\\r\\n', '\r\n'), whole, count=1)
        if not count or changed == whole:
            raise ValueError('%s changes nothing' % text)
        new_head, _, new_body = changed.partition('\r\n\r\n')
        return new_head, new_body
    return lambda data: _edit(data, fn)


NAMED = {
    'cseq+1': _on('CSeq', _number(1)),
    'cseq-1': _on('CSeq', _number(-1)),
    'branch': _flip(r'(?i)via:[^\r]*branch=([^;,\s]+)'),
    'no-cookie': _on('Via', lambda v: v.replace('branch=z9hG4bK', 'branch=abcdefg')),
    'fromtag': _flip(r'(?i)from:[^\r]*;tag=([^;,\s]+)'),
    'totag': _flip(r'(?i)\nto:[^\r]*;tag=([^;,\s]+)'),
    'no-totag': _on('To', lambda v: re.sub(r';tag=[^;]+', '', v)),
    'callid': _flip(r'(?i)call-id:[ \t]*(\S+)'),
    'ruri': _flip(r'^\S+ [^:]+:([^@;\s]+)'),
    'route-order': lambda data: _edit(data, _reverse_routes),
    'length+1': _on('Content-Length', _number(1)),
    'tail': lambda data: data + data,
    'upper-ws': _on('Contact', lambda v: re.sub('transport=wss?', 'transport=WS', v)),
    'response': _flip(r'[ ,]response="([0-9a-f]+)"'),
    'nc+1': _flip(r'[ ,]nc=([0-9a-f]{8})'),
    'digest-uri': _flip(r'[ ,]uri="([^"]+)"'),
    'ufrag': _flip(r'a=ice-ufrag:(\S+)'),
    'pwd': _flip(r'a=ice-pwd:(\S+)'),
    'fingerprint': _flip(r'a=fingerprint:sha-256 (\S+)'),
    'version+5': lambda data: _edit(data, lambda h, b: (h, re.sub(
        r'(?m)^(o=\S+ \d+ )(\d+)', lambda m: m.group(1) + str(int(m.group(2)) + 5), b, count=1))),
    'port-0': lambda data: _edit(data, lambda h, b: (h, re.sub(r'm=audio \d+', 'm=audio 0', b))),
}


def _change(words):
    if words[0] == 'drop':
        return _on(words[1], lambda v: None)
    if words[0] == 'set':
        return _on(words[1], lambda v: ' '.join(words[2:]))
    if words[0].startswith('s/'):
        return _substitute(' '.join(words))
    return NAMED[words[0]]


def apply(entries, line):
    """A spoiled copy of the transcript and the rule that must find it."""
    change, _, rule = line.rpartition('->')
    label, *words = change.split()
    at = [i for i, e in enumerate(entries) if e.label == label and e.who == 'phone']
    if not at:
        raise ValueError('no message %s' % label)
    copied = list(entries)
    entry = copied[at[0]] = copy.copy(entries[at[0]])
    if words[0] == 'omit':
        del copied[at[0]]
    elif words[0] == 'twice':
        copied.insert(at[0], entry)
    elif words[0] == 'binary':
        entry.opcode = BINARY
    elif words[0] == 'branch-of':
        other = [e for e in entries if e.label == words[1]][0]
        entry.data = entry.data.replace(Message(entry.data).via.branch.encode(),
                                        Message(other.data).via.branch.encode())
    elif words[0] == 'split':
        entry.meta = dict(entry.meta, frames=3)
    elif words[0] == 'shared':
        entry.meta = dict(entry.meta, shared=True)
    else:
        entry.data = _change(words)(entry.data)
        if entry.data == entries[at[0]].data:
            raise ValueError('%s changed nothing' % words[0])
    return copied, rule.strip()
