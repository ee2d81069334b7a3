"""Finding out, before Qt is started, whether it can show a window here.

Qt ends the whole process where it cannot: without a word of what to install. So what it would do is
tried first: load its libraries, load the plugin for this desktop, reach the display. All of it is
needed a moment later anyway. Linux only; elsewhere there always is a display, and Qt brings all.
"""

import ctypes
import importlib.util
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from insight_app import system_libraries
from insight_app.errors import KnownError, Refusal, WorldError
from insight_app.system_libraries import Library

XCB, WAYLAND = "xcb", "wayland"
LIBRARIES: Mapping[str, tuple[Library, ...]] = {
    XCB: system_libraries.X11_LIBRARIES,
    WAYLAND: system_libraries.WAYLAND_LIBRARIES,
}
"""What the plugins for a desktop need beyond what Qt itself does."""


def need_display(instead: str) -> None:
    """Raise WorldError if no window can be shown; `instead`: what works without one."""
    if sys.platform in ("win32", "darwin"):
        return
    wanted = _platforms(os.environ)
    if not wanted:
        raise WorldError(
            "There is no display to show a window on (DISPLAY and WAYLAND_DISPLAY are not set).",
            do=f"Start it in a desktop session, or over `ssh -X`; {instead}",
        )
    _load_qt(instead)
    first: KnownError | None = None
    for platform in wanted:
        try:
            _try(platform, instead)
        except KnownError as problem:
            first = first or problem  # Qt goes on to the next one
        else:
            return
    assert first is not None
    raise first


def _platforms(environment: Mapping[str, str]) -> list[str]:
    """Return the platforms that Qt would try here, in its order."""
    if chosen := environment.get("QT_QPA_PLATFORM", ""):
        names = [name.partition(":")[0] for name in chosen.split(";") if name]
        return [WAYLAND if name.startswith(WAYLAND) else name for name in names]
    found = ((WAYLAND, "WAYLAND_DISPLAY"), (XCB, "DISPLAY"))
    return [platform for platform, name in found if environment.get(name)]


def _load_qt(instead: str) -> None:
    """Load Qt's own libraries."""
    try:
        from PySide6 import QtWidgets  # noqa: F401
    except ImportError as error:
        if ".so" not in str(error):
            raise
        raise _lacks(str(error), system_libraries.LIBRARIES, instead) from error


def _try(platform: str, instead: str) -> None:
    """Load the plugin for a platform and reach its display."""
    try:
        ctypes.CDLL(str(_plugin(platform)))
    except OSError as error:
        raise _lacks(str(error), LIBRARIES.get(platform, ()), instead) from error
    reached = {XCB: _reaches_x11, WAYLAND: _reaches_wayland}.get(platform)
    if reached is not None and not reached():
        name = {XCB: "DISPLAY", WAYLAND: "WAYLAND_DISPLAY"}[platform]
        raise WorldError(
            f"The display {name}={os.environ.get(name, '')} cannot be reached.",
            do=f"Start it in a desktop session, or over `ssh -X`; {instead}",
        )


def _plugin(platform: str) -> Path:
    """Return the file of the plugin for a platform; Refusal for one that Qt does not have."""
    spec = importlib.util.find_spec("PySide6")
    assert spec is not None and spec.origin is not None  # it was imported just now
    path = Path(spec.origin).parent / "Qt" / "plugins" / "platforms" / f"libq{platform}.so"
    if not path.is_file():
        known = sorted(one.stem.removeprefix("libq") for one in path.parent.glob("libq*.so"))
        raise Refusal(
            f"Qt has no platform called {platform!r} (QT_QPA_PLATFORM).",
            do=f"Choose one of {', '.join(known)}, or set none.",
        )
    return path


def _reaches_x11() -> bool:
    """Return whether the X server of DISPLAY takes a connection."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    is_broken = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not is_broken


def _reaches_wayland() -> bool:
    """Return whether the compositor of WAYLAND_DISPLAY takes a connection."""
    if os.environ.get("WAYLAND_SOCKET"):
        return True  # an open connection, which can be used once
    folder = os.environ.get("XDG_RUNTIME_DIR", "")
    path = Path(folder) / os.environ.get("WAYLAND_DISPLAY", "wayland-0")
    if not path.is_absolute():
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        try:
            connection.connect(str(path))
        except OSError:
            return False
    return True


def _lacks(told: str, libraries: tuple[Library, ...], instead: str) -> WorldError:
    """Return an error that names the libraries which are missing, and the packages with them."""
    missing = [one for one in libraries if system_libraries.is_missing(one.file)]
    if not missing:
        return WorldError(
            f"Qt cannot be loaded ({told}).",
            do=f"Install what it names with your system's package manager; {instead}",
        )
    names = ", ".join(one.file for one in missing)
    return WorldError(
        f"Qt needs system libraries that are not installed: {names}.",
        do=f"Install them: {system_libraries.how_to_install(missing)}; {instead}",
    )
