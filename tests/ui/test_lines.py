"""The mailboxes and the lines of colleagues, of two accounts at once."""
import re

from lab import NAME, pbx
from proc import need
from runner import test
from stage import CONNECT, READY, SETTINGS, caller, enter, open_settings, signed_in, trust

SECOND = f'101 at {NAME}'
TALKS = re.compile('^Encrypted')


def add_second(w, server):
    """101 beside 100, with the code of a pick-up."""
    open_settings(w)
    w.click('Add another account', SETTINGS)
    enter(w, server, login='101')
    w.type('Pick-up code, before the number', '*8', SETTINGS)
    w.click('Save and connect', SETTINGS)
    trust(w)
    w.wait_no_frame(SETTINGS)
    w.find(READY, timeout=CONNECT)


def need_call(server, mark, number, user):
    """That account has called it."""
    need(re.search(rf'INVITE sip:{re.escape(number)}@(.(?!\n\r?\n))*\nFrom: [^\n]*<sip:{user}@',
                   server.since(mark), re.S), f'{user} has not called {number}')


@test(120)
def lines_and_mailboxes(t):
    """
    A message for the second account is counted, and heard from the list of mailboxes. A line that
    it watches is reachable, rings and is picked up there; 100 has neither the code nor the line.
    """
    server = pbx(t)
    w = signed_in(t)
    w.find('Mailbox: no new messages', timeout=CONNECT)
    add_second(w, server)
    w.find('Mailboxes: no new messages', timeout=CONNECT)
    who = caller(t, '102')
    mark = server.mark()
    who.do('dial 621')
    server.wait_log('Recording the message', mark, 15)
    who.do('sleep 3')
    who.do('hangup')
    who.wait('ended')
    w.find('Mailboxes: 1 new message', timeout=15)
    w.click('Mailboxes: 1 new message')
    w.find(f'100 at {NAME}: no new messages')
    w.shot('mailboxes')
    mark = server.mark()
    w.click(f'{SECOND}: 1 new message')
    w.wait_text(TALKS, CONNECT)
    need_call(server, mark, '622', '101')
    w.click('Hang up')
    server.wait_idle()

    colleague = caller(t, '104')
    w.click('Lines')
    w.click('Edit the list')
    w.press('Account')
    w.wait_keyboard()
    w.key('Down', 'Return')
    w.wait_text(SECOND)
    w.type('Number', '104')
    w.click('Add')
    w.click('Edit the list')
    w.wait_text('104 · Free', 10)
    mark = server.mark()
    who.do('dial 104')
    colleague.wait('incoming')
    w.wait_text('104 · Rings, called by Carol Hundredtwo', 10)
    w.shot('rings')
    w.click('Pick up: 104')
    colleague.wait('ended')
    who.wait('media')
    w.wait_text(TALKS, CONNECT)
    need_call(server, mark, '*8104', '101')
    w.shot('picked-up')
    w.click('Hang up')
    who.wait('ended')
    w.wait_text('104 · Free', 10)
    need(who.finish() == 0 and colleague.finish() == 0, 'exit')
    need(w.quit() == 0, 'a bad exit')
    server.wait_idle()
