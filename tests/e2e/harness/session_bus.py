"""What a desktop offers over D-Bus, played by the tests: who shows tray icons, who shows notifications, who keeps a machine
awake. Reads one JSON command a line and answers each with one line; ends with its standard input.

Needs Debian's python3-gi: nothing of it is used but GLib's own D-Bus.
"""

import json
import os
import sys

from gi.repository import Gio, GLib

WATCHER = """<node><interface name="org.kde.StatusNotifierWatcher">
  <method name="RegisterStatusNotifierItem"><arg type="s" direction="in"/></method>
  <method name="RegisterStatusNotifierHost"><arg type="s" direction="in"/></method>
  <property name="RegisteredStatusNotifierItems" type="as" access="read"/>
  <property name="IsStatusNotifierHostRegistered" type="b" access="read"/>
  <property name="ProtocolVersion" type="i" access="read"/>
  <signal name="StatusNotifierItemRegistered"><arg type="s"/></signal>
  <signal name="StatusNotifierItemUnregistered"><arg type="s"/></signal>
  <signal name="StatusNotifierHostRegistered"/>
</interface></node>"""

NOTIFICATIONS = """<node><interface name="org.freedesktop.Notifications">
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="GetServerInformation">
    <arg type="s" direction="out"/><arg type="s" direction="out"/><arg type="s" direction="out"/><arg type="s" direction="out"/>
  </method>
  <method name="Notify">
    <arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="as" direction="in"/><arg type="a{sv}" direction="in"/><arg type="i" direction="in"/>
    <arg type="u" direction="out"/>
  </method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <signal name="NotificationClosed"><arg type="u"/><arg type="u"/></signal>
  <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
</interface></node>"""

LOGIN = """<node><interface name="org.freedesktop.login1.Manager">
  <method name="Inhibit">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="s" direction="in"/>
    <arg type="h" direction="out"/>
  </method>
</interface></node>"""

POWER = """<node><interface name="org.freedesktop.PowerManagement.Inhibit">
  <method name="Inhibit">
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="u" direction="out"/>
  </method>
  <method name="UnInhibit"><arg type="u" direction="in"/></method>
</interface></node>"""


class Tray:
    """A panel's tray: who registers, what its icon and menu are."""

    name, path, xml = "org.kde.StatusNotifierWatcher", "/StatusNotifierWatcher", WATCHER

    def __init__(self, bus):
        self.bus = bus
        self.items = []
        self.labels = []
        bus.signal_subscribe(
            None, "org.kde.StatusNotifierItem", "XAyatanaNewLabel", None, None, 0,
            lambda _bus, _from, _path, _interface, _signal, args: self.labels.append(args.unpack()[0]),
        )

    def call(self, method, args, sender):
        if method == "RegisterStatusNotifierItem":
            given = args.unpack()[0]
            item = (sender, given) if given.startswith("/") else (given, "/StatusNotifierItem")
            if item not in self.items:
                self.items.append(item)
        return GLib.Variant("()", ())

    def property(self, name):
        return {
            "RegisteredStatusNotifierItems": GLib.Variant("as", [owner + path for owner, path in self.items]),
            "IsStatusNotifierHostRegistered": GLib.Variant("b", True),
            "ProtocolVersion": GLib.Variant("i", 0),
        }[name]

    def ask(self, owner, path, interface, method, args):
        return self.bus.call_sync(owner, path, interface, method, args, None, 0, 5_000, None).unpack()

    def shown(self):
        """The one icon of the application that was started last."""
        owner, path = self.items[-1]
        (of,) = self.ask(owner, path, "org.freedesktop.DBus.Properties", "GetAll",
                         GLib.Variant("(s)", ("org.kde.StatusNotifierItem",)))
        _revision, (_root, _properties, entries) = self.ask(
            owner, of["Menu"], "com.canonical.dbusmenu", "GetLayout", GLib.Variant("(iias)", (0, -1, [])))
        menu = [
            {"id": number, "label": own.get("label", ""), "enabled": own.get("enabled", True)}
            for number, own, _children in entries if own.get("type") != "separator"
        ]
        return {"icon": of["IconName"], "label": of.get("XAyatanaLabel", ""), "title": of["Title"],
                "status": of["Status"], "menu": menu}

    def choose(self, number):
        owner, path = self.items[-1]
        (menu,) = self.ask(owner, path, "org.freedesktop.DBus.Properties", "Get",
                           GLib.Variant("(ss)", ("org.kde.StatusNotifierItem", "Menu")))
        self.ask(owner, menu, "com.canonical.dbusmenu", "Event",
                 GLib.Variant("(isvu)", (number, "clicked", GLib.Variant("s", ""), 0)))


class Notifications:
    """Shows nothing and remembers everything."""

    name, path, xml = "org.freedesktop.Notifications", "/org/freedesktop/Notifications", NOTIFICATIONS

    def __init__(self, bus):
        self.bus = bus
        self.said = []
        self.last = 0

    def click(self, number):
        """Somebody clicks on the notification itself."""
        self.bus.emit_signal(None, self.path, self.name, "ActionInvoked", GLib.Variant("(us)", (number, "default")))

    def call(self, method, args, _sender):
        if method == "GetCapabilities":
            return GLib.Variant("(as)", (["body", "actions"],))
        if method == "GetServerInformation":
            return GLib.Variant("(ssss)", ("tests", "tandem", "1", "1.2"))
        if method == "Notify":
            _app, replaces, _icon, title, body, _actions, hints, _timeout = args.unpack()
            if replaces == 0:
                self.last += 1
            number = replaces or self.last
            self.said.append({"id": number, "replaces": replaces, "title": title, "body": body,
                              "urgency": hints.get("urgency")})
            return GLib.Variant("(u)", (number,))
        return GLib.Variant("()", ())


class Login:
    """logind's inhibitors: each is held as long as its file descriptor is open at the other end."""

    name, path, xml = "org.freedesktop.login1", "/org/freedesktop/login1", LOGIN

    def __init__(self, _bus):
        self.held = {}

    def call(self, _method, args, _sender):
        what, who, why, mode = args.unpack()
        reading, writing = os.pipe()
        self.held[reading] = {"what": what, "who": who, "why": why, "mode": mode}
        GLib.io_add_watch(reading, GLib.IO_HUP, self.released)
        descriptors = Gio.UnixFDList.new()
        number = descriptors.append(writing)
        os.close(writing)
        return GLib.Variant("(h)", (number,)), descriptors

    def released(self, reading, _condition):
        del self.held[reading]
        os.close(reading)
        return False


class Power:
    """A desktop's own inhibitors, by number."""

    name, path, xml = "org.freedesktop.PowerManagement", "/org/freedesktop/PowerManagement/Inhibit", POWER

    def __init__(self, bus):
        self.bus = bus
        self.held = {}
        self.last = 0

    def call(self, method, args, sender):
        if method == "UnInhibit":
            self.held.pop(args.unpack()[0], None)
            return GLib.Variant("()", ())
        self.last += 1
        number, (who, why) = self.last, args.unpack()
        self.held[number] = {"who": who, "why": why}
        # Whoever goes away holds nothing.
        Gio.bus_watch_name_on_connection(
            self.bus, sender, Gio.BusNameWatcherFlags.NONE, None, lambda *_: self.held.pop(number, None))
        return GLib.Variant("(u)", (self.last,))


class Desktop:
    """The services by name, on one bus. A service is there while its name is owned."""

    def __init__(self):
        self.bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        self.services = {kind.__name__.lower(): kind(self.bus) for kind in (Tray, Notifications, Login, Power)}
        self.owned = {}
        for service in self.services.values():
            (interface,) = Gio.DBusNodeInfo.new_for_xml(service.xml).interfaces
            self.bus.register_object(service.path, interface, self.handler(service), self.reader(service), None)

    @staticmethod
    def handler(service):
        def called(_bus, sender, _path, _interface, method, args, invocation):
            answer = service.call(method, args, sender)
            if isinstance(answer, tuple):
                invocation.return_value_with_unix_fd_list(*answer)
            else:
                invocation.return_value(answer)
        return called

    @staticmethod
    def reader(service):
        return lambda _bus, _sender, _path, _interface, name: service.property(name)

    def offer(self, service):
        """From now on this service is there; answers when it is."""
        loop, (name, reached) = GLib.MainLoop(), (self.services[service].name, [])
        self.owned[service] = Gio.bus_own_name_on_connection(
            self.bus, name, Gio.BusNameOwnerFlags.NONE,
            lambda *_: (reached.append(True), loop.quit()), lambda *_: loop.quit())
        loop.run()
        if not reached:
            raise RuntimeError(f"{name} belongs to another program on this bus")

    def withdraw(self, service):
        Gio.bus_unown_name(self.owned.pop(service))
        self.bus.flush_sync(None)

    def tray(self):
        return self.services["tray"].shown()

    def labels(self):
        return self.services["tray"].labels

    def choose(self, number):
        self.services["tray"].choose(number)

    def notifications(self):
        return self.services["notifications"].said

    def click(self, number):
        self.services["notifications"].click(number)

    def inhibitors(self, service):
        return list(self.services[service].held.values())


def main():
    desktop = Desktop()
    loop = GLib.MainLoop()

    def heard(channel, _condition):
        line = channel.readline()
        if not line:
            loop.quit()
            return False
        command = json.loads(line)
        try:
            answer = {"answer": getattr(desktop, command["do"])(*command["with"])}
        except Exception as error:  # The test is told, whatever it was.
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)
        return True

    GLib.io_add_watch(sys.stdin, GLib.IO_IN | GLib.IO_HUP, heard)
    print(json.dumps({"ready": True}), flush=True)
    loop.run()


main()
