"""ars-phone under a test: started on a desktop.Desktop, driven as a screen reader would."""
import os
import re
import subprocess
import time

from proc import BUILD, Failed, end, run, wait_for

import gi
gi.require_version('Atspi', '2.0')
from gi.repository import Atspi, GLib  # noqa: E402

PHONE = os.environ.get('ARS_PHONE', os.path.join(BUILD, 'dev', 'bin', 'ars-phone'))
APP = 'ars-phone'
APP_TITLE = 'ARS Phone'
START = 30
ACT = 8


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
                           XDG_DATA_HOME=os.path.join(home, 'data'),
                           G_DEBUG='fatal-criticals', **(env or {}))
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
        todo = []
        for i in range(app.get_child_count() if app else 0):
            top = app.get_child_at_index(i)
            if top and (frame is None or fits(frame, top.get_name() or '')):
                todo.append(top)
        todo.reverse()
        while todo:
            node = todo.pop()
            if not node.get_state_set().contains(Atspi.StateType.VISIBLE):
                continue
            yield node
            children = [node.get_child_at_index(i) for i in range(node.get_child_count())]
            todo.extend(c for c in reversed(children) if c)

    def frames(self):
        app = self._app()
        return [app.get_child_at_index(i).get_name()
                for i in range(app.get_child_count())] if app else []

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
                 lambda: self._alive() or any(fits(name, f) for f in self.frames()), timeout,
                 every=0.1)

    def wait_no_frame(self, name, timeout=ACT):
        wait_for(f'no more window "{text_of(name)}"',
                 lambda: self._alive() or not any(fits(name, f) for f in self.frames()), timeout,
                 every=0.05)

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
        x, y, width, height = self.wait_still(name, frame, can)
        window = wait_for(f'X window "{frame or APP_TITLE}"',
                          lambda: self.x_window(frame or APP_TITLE), ACT)
        run(['xdotool', 'mousemove', '--window', window, str(x + width // 2),
             str(y + height // 2), 'click', '1'])

    def type(self, name, text, frame=None):
        """Into a field, in the place of what it holds."""
        node = self.find(name, can_edit, frame)
        field = node.get_editable_text_iface()
        if not field.set_text_contents(text):
            raise Failed(f'"{text_of(name)}" takes no text')

    def read(self, name, frame=None):
        node = self.find(name, can_edit, frame)
        return Atspi.Text.get_text(node, 0, Atspi.Text.get_character_count(node))

    def set_value(self, name, value, frame=None):
        node = self.find(name, lambda n: n.get_value_iface() is not None, frame)
        node.get_value_iface().set_current_value(value)

    def value(self, name, frame=None):
        node = self.find(name, lambda n: n.get_value_iface() is not None, frame)
        return node.get_value_iface().get_current_value()

    def is_enabled(self, name, frame=None):
        return self.find(name, can_act, frame).get_state_set().contains(Atspi.StateType.SENSITIVE)

    def key(self, *keys):
        run(['xdotool', 'key', '--clearmodifiers', *keys])

    def keys(self, text):
        run(['xdotool', 'type', '--delay', '30', text])

    # X11's view

    def x_window(self, title):
        """The id of the mapped window of that title (a regular expression)."""
        out = run(['xdotool', 'search', '--onlyvisible', '--name', title], check=False).stdout
        return out.split()[-1] if out.split() else None

    def x_property(self, window, name):
        return run(['xprop', '-id', window, name], check=False).stdout.strip()

    def shot(self, name):
        """What the display shows, into the test's folder."""
        self.shots += 1
        run(['import', '-window', 'root', os.path.join(self.folder, f'{self.shots:02}-{name}.png')])

    def quit(self, timeout=10):
        """By its own key; the exit code."""
        self.click('Main menu')
        self.click('Quit')
        return self.exit(timeout)

    def exit(self, timeout=10):
        try:
            return self.p.wait(timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f'ars-phone does not end within {timeout} s') from None

    def stop(self):
        end(self.p)


def fits(wanted, name):
    return bool(wanted.search(name)) if isinstance(wanted, re.Pattern) else wanted == name


def text_of(name):
    return name.pattern if isinstance(name, re.Pattern) else name


def can_act(node):
    """What a screen reader would offer to press: a label's actions are those of its menu."""
    return node.get_role() != Atspi.Role.LABEL and node.get_action_iface() is not None and \
        node.get_action_iface().get_n_actions() > 0


def can_edit(node):
    return node.get_editable_text_iface() is not None
