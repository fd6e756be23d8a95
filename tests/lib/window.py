"""ars-phone under a test: started on a desktop.Desktop, driven as a screen reader would."""
import os
import re
import subprocess
import time

from proc import BUILD, Failed, UNHURRIED, end, run, wait_for

import gi
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib  # noqa: E402

PHONE = os.environ.get('ARS_PHONE', os.path.join(BUILD, 'dev', 'bin', 'ars-phone'))
APP = 'ars-phone'
APP_TITLE = 'ARS Phone'
ACT = 8
BUTTONS = (Atspi.Role.PUSH_BUTTON, Atspi.Role.TOGGLE_BUTTON, Atspi.Role.CHECK_BOX,
           Atspi.Role.PAGE_TAB)


def names(node):
    """
    What a control may be called. GTK 4.8 doubles some names ("_Call Call"): the label with its
    mnemonic and the text again.
    """
    name = node.get_name() or ''
    half = name[:len(name) // 2]
    return {name, half.replace('_', '')} if name == f'{half} {name[len(half) + 1:]}' and \
        half.replace('_', '') == name[len(half) + 1:] else {name}


class Window:
    """
    The running program. Controls are found by name and by what they can do; a name is a text, or a
    compiled pattern. frame: only in the window of that title.
    """

    def __init__(self, folder, home, argv=(), env=None, program=(PHONE, '--verbose')):
        self.folder = folder
        self.log = os.path.join(folder, 'ars-phone.txt')
        self.shots = 0
        environment = dict(os.environ, XDG_CONFIG_HOME=os.path.join(home, 'config'),
                           XDG_DATA_HOME=os.path.join(home, 'data'), **(env or {}))
        with open(self.log, 'ab') as out:
            self.start = out.tell()
            self.p = subprocess.Popen([*program, *argv], stdin=subprocess.DEVNULL,
                                      stdout=out, stderr=subprocess.STDOUT, env=environment)
        self.started = time.monotonic()

    pid = property(lambda self: self.p.pid)

    def stderr(self):
        with open(self.log, 'rb') as f:
            f.seek(self.start)
            return f.read().decode('utf-8', 'replace')

    # the tree

    def _app(self):
        desktop = Atspi.get_desktop(0)
        desktop.clear_cache()
        for i in range(desktop.get_child_count()):
            app = desktop.get_child_at_index(i)
            if app and app.get_name() == APP and app.get_process_id() == self.p.pid:
                return app
        return None

    def walk(self, frame=None):
        """All visible nodes, parents first."""
        app = self._app()
        for i in range(app.get_child_count() if app else 0):
            top = app.get_child_at_index(i)
            if top and (frame is None or fits(frame, top.get_name() or '')):
                yield from below(top)

    def frames(self):
        """Titles of its windows; None: they changed while we looked."""
        try:
            app = self._app()
            tops = [app.get_child_at_index(i) for i in range(app.get_child_count())] if app else []
            return [top.get_name() for top in tops if top]
        except GLib.Error:
            return None

    def _has_frame(self, name):
        titles = self.frames()
        return None if titles is None else any(fits(name, title) for title in titles)

    def _search(self, name, can, frame):
        try:
            for node in self.walk(frame):
                if any(fits(name, n) for n in names(node)) and can(node):
                    return node
        except GLib.Error:
            pass    # it changed while we looked
        return None

    def _alive(self):
        if self.p.poll() is not None:
            raise Failed(f'ars-phone ended with {self.p.returncode}: {self.stderr()[-600:]}')

    def find(self, name, can=lambda node: True, frame=None, timeout=ACT):
        def probe():
            self._alive()
            return self._search(name, can, frame)
        try:
            return wait_for(f'"{text_of(name)}"', probe, timeout, every=0.1)
        except Failed as e:
            raise Failed(f'{e}; windows {self.frames()}, texts {self.texts()[:40]}') from None

    def gone(self, name, can=lambda node: True, frame=None, timeout=ACT):
        wait_for(f'no more "{text_of(name)}"',
                 lambda: self._alive() or not self._search(name, can, frame), timeout, every=0.1)

    def texts(self, frame=None):
        """Every visible text, as a sighted user would read it."""
        try:
            return [n.get_name() for n in self.walk(frame)
                    if n.get_role() == Atspi.Role.LABEL and n.get_name()]
        except GLib.Error:
            return []

    # what a user does

    def wait_text(self, name, timeout=ACT, frame=None):
        """A label with that text; the text."""
        node = self.find(name, lambda n: n.get_role() in (Atspi.Role.LABEL, Atspi.Role.STATIC),
                         frame, timeout)
        return node.get_name()

    def wait_frame(self, name, timeout=ACT):
        wait_for(f'window "{text_of(name)}"',
                 lambda: self._alive() or self._has_frame(name), timeout, every=0.1)

    def wait_no_frame(self, name, timeout=ACT):
        wait_for(f'no more window "{text_of(name)}"',
                 lambda: self._alive() or self._has_frame(name) is False, timeout, every=0.05)

    def click(self, name, frame=None, timeout=ACT):
        deadline = time.monotonic() + timeout
        while True:
            node = self.find(name, can_act, frame, max(0.1, deadline - time.monotonic()))
            try:
                if node.get_action_iface().do_action(0):
                    return
            except GLib.Error:
                pass
            if time.monotonic() > deadline:
                raise Failed(f'"{text_of(name)}" does not take a click')

    def wait_still(self, name, frame=None, can=lambda node: True):
        """Until it has a size and no animation moves it; (x, y, width, height) in its window."""
        seen = []

        def probe():
            node = self.find(name, can, frame)
            box = node.get_component_iface().get_extents(Atspi.CoordType.WINDOW)
            seen.append((box.x, box.y, box.width, box.height))
            return box.height > 0 and len(seen) > 1 and seen[-1] == seen[-2] and seen[-1]

        return wait_for(f'"{text_of(name)}" at rest', probe, ACT, every=0.1)

    def press(self, name, frame=None, can=lambda node: True):
        """With the pointer, in the middle of it; the frame is that of an X window of this title."""
        window = wait_for(f'X window "{frame or APP_TITLE}"',
                          lambda: self.x_window(frame or APP_TITLE), ACT)
        x, y, width, height = self.scroll_to(window, name, frame, can)
        run(['xdotool', 'mousemove', '--window', window, str(x + width // 2),
             str(y + height // 2), 'click', '1'])

    def scroll_to(self, window, name, frame, can):
        """With the wheel, until it is inside of the window; where it is then."""
        size = run(['xdotool', 'getwindowgeometry', '--shell', window]).stdout
        width, height = (int(re.search(rf'{side}=(\d+)', size).group(1))
                         for side in ('WIDTH', 'HEIGHT'))
        for _ in range(30):
            box = self.wait_still(name, frame, can)
            if box[1] + box[3] <= height:
                return box
            run(['xdotool', 'mousemove', '--window', window, str(width // 2), str(height // 2),
                 'click', '5'])
        raise Failed(f'"{text_of(name)}" does not come into view')

    def type(self, name, text, frame=None):
        """Into a field, in the place of what it holds."""
        node = self.find(name, can_edit, frame)
        field = node.get_editable_text_iface()
        if not field.set_text_contents(text):
            raise Failed(f'"{text_of(name)}" takes no text')

    def append(self, name, text, frame=None):
        """At the end of what the field holds, for all that can be told of it."""
        node = self.find(name, can_edit, frame)
        node.get_editable_text_iface().insert_text(1000, text, len(text))

    def read(self, name, frame=None):
        node = self.find(name, can_edit, frame)
        return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))

    def badge(self, tab):
        """The number on the tab of a page; 0 without one."""
        try:
            numbers = [n.get_name() for n in below(self.find(tab, can_act))
                       if (n.get_name() or '').isdigit()]
        except GLib.Error:
            return None     # it changed while we looked
        return int(numbers[0]) if numbers else 0

    def wait_badge(self, tab, number):
        wait_for(f'{number} on "{tab}"', lambda: self.badge(tab) == number, ACT, every=0.1)

    def set_value(self, name, value, frame=None):
        node = self.find(name, lambda n: n.get_value_iface() is not None, frame)
        node.get_value_iface().set_current_value(value)

    def value(self, name, frame=None):
        node = self.find(name, lambda n: n.get_value_iface() is not None, frame)
        return node.get_value_iface().get_current_value()

    def wait_pressed(self, name, pressed=True, frame=None):
        """A button that stays down."""
        def probe():
            states = self.find(name, can_act, frame).get_state_set()
            return states.contains(Atspi.StateType.PRESSED) == pressed
        wait_for(f'"{name}" {"down" if pressed else "up"}', probe, ACT, every=0.1)

    def wait_focus(self, name, frame=None):
        """A button that Enter would press."""
        def focused(node):
            return can_act(node) and node.get_state_set().contains(Atspi.StateType.FOCUSED)
        self.find(name, focused, frame)

    def wait_checked(self, name, checked, frame=None):
        """A switch."""
        def probe():
            states = self.find(name, is_switch, frame).get_state_set()
            return states.contains(Atspi.StateType.CHECKED) == checked
        wait_for(f'"{name}" {"on" if checked else "off"}', probe, ACT, every=0.1)

    def wait_marked(self, name, marked=True, frame=None):
        """A field that says of itself that it holds something wrong (GTK 4.8: "invalid")."""
        def probe():
            states = self.find(name, can_edit, frame).get_state_set()
            return marked == any(states.contains(state) for state in
                                 (Atspi.StateType.INVALID_ENTRY, Atspi.StateType.INVALID))
        wait_for(f'"{name}" {"marked" if marked else "not marked"}', probe, ACT, every=0.1)

    def need_unreadable(self, secret):
        """Nothing that is told of any object, visible or not, holds it."""
        app = self._app()
        todo = [app.get_child_at_index(i) for i in range(app.get_child_count())]
        n = 0
        while todo:
            node = todo.pop()
            n += 1
            try:
                told = [node.get_name(), node.get_description(), str(node.get_attributes())]
                if node.get_text_iface() is not None:
                    told.append(Atspi.Text.get_text(node, 0, -1))
                    told.append(Atspi.Text.get_string_at_offset(
                        node, 0, Atspi.TextGranularity.LINE).content)
                children = [node.get_child_at_index(i) for i in range(node.get_child_count())]
            except GLib.Error:
                continue
            if any(secret in (text or '') for text in told):
                raise Failed(f'{node.get_role_name()} "{node.get_name()}" tells the password')
            todo.extend(c for c in children if c)
        if n < 50:
            raise Failed(f'only {n} objects in the tree')

    def need_names(self, *wanted, frame=None):
        """There are controls of these names, and none that one can press is without a name."""
        for name in wanted:
            self.find(name, is_control, frame)
        for node in self.walk(frame):
            name = node.get_name() or ''
            if can_act(node) and node.get_role() in BUTTONS and \
                    (not name or re.match('(Gtk|Adw|Ars)[A-Z]', name)):
                raise Failed(f'{node.get_role_name()} "{name}" below '
                             f'"{node.get_parent().get_name()}" has no name')

    def is_enabled(self, name, frame=None):
        return self.find(name, can_act, frame).get_state_set().contains(Atspi.StateType.SENSITIVE)

    def key(self, *keys):
        run(['xdotool', 'key', '--clearmodifiers', *keys])

    def keys(self, text):
        run(['xdotool', 'type', '--delay', '30', text])

    # X11's view

    def wait_keyboard(self, title=APP_TITLE):
        """Until what is typed goes to the window of that title."""
        def probe():
            self._alive()
            out = run(['xprop', '-root', '_NET_ACTIVE_WINDOW'], check=False).stdout
            window = self.x_window(f'^{re.escape(title)}$')
            return window is not None and out.rstrip().endswith(f'# {int(window):#x}')
        wait_for(f'"{title}" has the keyboard', probe, ACT)

    def x_window(self, title):
        """The id of the mapped window of that title (a regular expression)."""
        out = run(['xdotool', 'search', '--onlyvisible', '--name', title], check=False).stdout
        return out.split()[-1] if out.split() else None

    def x_property(self, window, name):
        return run(['xprop', '-id', window, name], check=False).stdout.strip()

    def shot(self, name):
        """What the display shows, into the test's folder."""
        self.shots += 1
        run([*UNHURRIED, 'import', '-window', 'root',
             os.path.join(self.folder, f'{self.shots:02}-{name}.png')])

    def quit(self):
        """By its own menu; the exit code."""
        self.click('Main menu')
        return self.click_last('Quit')

    def click_last(self, name, timeout=10):
        """What ends the program, maybe before it has answered to the click; the exit code."""
        try:
            self.click(name)
        except Failed:
            if self.p.poll() is None:
                raise
        return self.exit(timeout)

    def exit(self, timeout=10):
        try:
            return self.p.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f'ars-phone does not end within {timeout} s') from None

    def stop(self):
        """It must not have complained of itself."""
        end(self.p)
        bad = [line for line in self.stderr().splitlines() if '-CRITICAL **' in line]
        if bad:
            raise Failed(f'{bad[0]} ({len(bad)} criticals)')


class Listener:
    """What a screen reader is told as texts change: [(name of the field, text)]."""

    def __init__(self):
        self.told = []
        self.listener = Atspi.EventListener.new(
            lambda event: self.told.append((event.source.get_name(), str(event.any_data))))
        self.listener.register('object:text-changed')

    def wait(self, name, n):
        """Until so many were told of that field; their texts."""
        def probe():
            while GLib.MainContext.default().iteration(False):
                pass
            texts = [text for field, text in self.told if field == name]
            return texts if len(texts) >= n else None
        return wait_for(f'{n} changes of "{name}" told', probe, ACT)

    def stop(self):
        self.listener.deregister('object:text-changed')


def below(top):
    """A node and all that is visible below it, parents first."""
    todo = [top]
    while todo:
        node = todo.pop()
        if not node.get_state_set().contains(Atspi.StateType.VISIBLE):
            continue
        yield node
        children = [node.get_child_at_index(i) for i in range(node.get_child_count())]
        todo.extend(c for c in reversed(children) if c)


def fits(wanted, name):
    return bool(wanted.search(name)) if isinstance(wanted, re.Pattern) else wanted == name


def text_of(name):
    return name.pattern if isinstance(name, re.Pattern) else name


def can_act(node):
    """What a screen reader would offer to press: a label's actions are those of its menu."""
    return node.get_role() != Atspi.Role.LABEL and node.get_action_iface() is not None and \
        node.get_action_iface().get_n_actions() > 0


def is_switch(node):
    return node.get_role() in (Atspi.Role.CHECK_BOX, Atspi.Role.TOGGLE_BUTTON)


def is_control(node):
    """What one presses, types into, chooses from or moves."""
    return can_act(node) or can_edit(node) or node.get_value_iface() is not None or \
        node.get_role() in (Atspi.Role.COMBO_BOX, Atspi.Role.LIST_ITEM)


def can_edit(node):
    return node.get_editable_text_iface() is not None
