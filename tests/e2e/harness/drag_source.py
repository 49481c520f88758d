"""A small window of another program with files that can be dragged out of it (XDND), as a file manager offers them.

Its arguments are the files. It prints `ready` once it is on the display, and `dragged` at the end of each drag.
"""

import pathlib
import signal
import sys

import gi

gi.require_version("Gdk", "3.0")
gi.require_version("Gtk", "3.0")
from gi.repository import Gdk, GLib, Gtk  # noqa: E402

URIS = [pathlib.Path(path).as_uri() for path in sys.argv[1:]]


def main() -> None:
    # No window manager places or hides it.
    window = Gtk.Window(type=Gtk.WindowType.POPUP)
    window.set_default_size(120, 60)
    window.move(1470, 930)
    window.add(Gtk.Label(label="Files"))
    window.add_events(Gdk.EventMask.BUTTON_PRESS_MASK)
    window.drag_source_set(Gdk.ModifierType.BUTTON1_MASK, [], Gdk.DragAction.COPY)
    window.drag_source_add_uri_targets()
    window.connect("drag-data-get", lambda _w, _c, data, *_: data.set_uris(URIS))
    window.connect("drag-end", lambda *_: print("dragged", flush=True))
    window.connect("map-event", lambda *_: print("ready", flush=True))
    window.show_all()
    GLib.unix_signal_add(GLib.PRIORITY_DEFAULT, signal.SIGTERM, Gtk.main_quit)
    Gtk.main()


main()
