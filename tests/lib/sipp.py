"""sipp as an odd peer behind Kamailio: a scenario made of steps; it fails when the other side does not
do what the steps wait for."""
import os

from proc import Process, need

# what an end that speaks DTLS would say; nobody listens there
SDP = '''v=0
o=sipp 1 [version] IN IP4 127.0.0.1
s=-
c=IN IP4 127.0.0.1
t=0 0
m=audio 9 UDP/TLS/RTP/SAVPF 0
a=rtcp-mux
a=setup:%s
a=%s
a=fingerprint:sha-256 %s
a=ice-ufrag:sipp
a=ice-pwd:sippsippsippsippsippsipp
a=candidate:1 1 UDP 2130706431 127.0.0.1 9 typ host
''' % ('[setup]', '[direction]', ':'.join(['5A'] * 32))

HEADERS = '''Via: SIP/2.0/UDP [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
[routes]
From: <sip:450@pbx.test>;tag=[pid]sipp[call_number]
To: <sip:[service]@pbx.test>[peer_tag_param]
Call-ID: [call_id]
CSeq: %d %s
Contact: <sip:sipp@[local_ip]:[local_port]>
'''


def _message(head, sdp):
    if sdp:
        head += 'Content-Type: application/sdp\n'
    return f'<![CDATA[\n{head}Content-Length: [len]\n\n{sdp}\n]]>'


def sdp(setup='actpass', direction='sendrecv', version=1):
    return SDP.replace('[setup]', setup).replace('[direction]', direction) \
              .replace('[version]', str(version))


def request(method, cseq, body='', outside=False):
    to = 'sip:[service]@pbx.test' if outside else '[next_url]'
    head = f'{method} {to} SIP/2.0\n' + HEADERS % (cseq, method)
    if outside:
        head = head.replace('[routes]\n', '')
    return f'<send{"" if method == "ACK" else " retrans=" + chr(34) + "500" + chr(34)}>' \
           f'{_message(head, body)}</send>'


def reply(line, body=''):
    head = f'SIP/2.0 {line}\n[last_Via:]\n[last_Record-Route:]\n[last_From:]\n' \
           '[last_To:];tag=[pid]sipp[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n' \
           'Contact: <sip:sipp@[local_ip]:[local_port]>\n'
    return f'<send>{_message(head, body)}</send>'


def reply_in(line):
    head = f'SIP/2.0 {line}\n[last_Via:]\n[last_From:]\n[last_To:]\n[last_Call-ID:]\n[last_CSeq:]\n'
    return f'<send>{_message(head, "")}</send>'


def want(what, pattern=None, optional=False, timeout=8000):
    kind = 'response' if what.isdigit() else 'request'
    check = '' if not pattern else \
        f'<action><ereg regexp="{pattern}" search_in="msg" check_it="true" assign_to="found"/></action>'
    more = ' optional="true"' if optional else f' timeout="{timeout}"'
    return f'<recv {kind}="{what}" rrs="true"{more}>{check}</recv>'


def pause(ms):
    return f'<pause milliseconds="{ms}"/>'


def dialled(body):
    """The beginning of a call to [service], up to where a 200 must come."""
    return [request('INVITE', 1, body, outside=True), want('100', optional=True),
            want('180', optional=True)]


class Sipp:
    def __init__(self, t, server, name, steps, service='300', port=None, seconds=20):
        scenario = t.path(f'{name}.xml')
        with open(scenario, 'w', encoding='ascii') as f:
            f.write('<?xml version="1.0" encoding="ISO-8859-1"?>\n<scenario name="odd">\n' +
                    '\n'.join(steps) + '\n<Reference variables="found"/>\n</scenario>\n')
        self.name, self.log = name, t.path(f'{name}.txt')
        self.p = Process(['sipp', '-sf', scenario, '-s', service, '-i', '127.0.0.1', '-p',
                          str(port or server.sipp), '-m', '1', '-nostdin', '-timeout', f'{seconds}s',
                          '-timeout_error', '-trace_err', '-trace_msg', '-message_file',
                          t.path(f'{name}.messages'), f'127.0.0.1:{server.udp}'],
                         self.log, cwd=t.dir, env={'TERM': 'dumb'})
        t.own(self)

    def done(self, timeout=20):
        """Waits for its end; what it waited for has come."""
        code = self.p.p.wait(timeout)
        need(code == 0, f'sipp {self.name}: exit {code}; see {os.path.basename(self.log)}')

    def stop(self):
        self.p.stop()
