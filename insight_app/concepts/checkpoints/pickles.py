"""Reading pickles of others as data: no class is imported, nothing is ever called.

Owns a small machine for pickle's operations whose objects are plain values and stand-ins. What a
class or function of the file would have made is noted, not made; `calls` knows which few of them
mean data. Work and memory are bounded, whatever the file says. Knows no file format around it.
"""

import pickletools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

Value: TypeAlias = object
"""None, bool, int, float, str, bytes, list (of sets too), tuple, dict by str, or a stand-in."""

MOST_OPERATIONS = 2_000_000
"""In all pickles of a file. A checkpoint of a billion weights has a few hundred thousand."""
MOST_TEXT = 16 << 20
MOST_BYTES = 512 << 20
"""Of all raw bytes in a pickle: arrays of numpy are kept there."""

_OPCODES = {op.code: op for op in pickletools.opcodes}
_RAW = {"BINBYTES", "BINBYTES8", "BYTEARRAY8", "BINSTRING"}


class BadFile(ValueError):
    """The bytes are not what they should be; the message says how, without its full stop."""


class RunsCode(ValueError):
    """The file calls a function of the system; `what` is its name."""

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, eq=False)
class Global:
    """A class or function by its name, not imported."""

    module: str
    name: str

    def __str__(self) -> str:
        return f"{self.module}.{self.name}"


@dataclass(eq=False)
class StandIn:
    """An object of a class that is not known here: its arguments, state, items and entries."""

    made_by: Global
    arguments: tuple[Value, ...] = ()
    state: Value = None
    items: list[Value] = field(default_factory=list)
    entries: dict[str, Value] = field(default_factory=dict)


Call: TypeAlias = Callable[[Global, tuple[Value, ...]], Value]
"""What calling a global with arguments stands for."""


@dataclass(eq=False)
class Work:
    """How many operations may still be done for a file, whatever pickles are inside of it."""

    left: int = field(default_factory=lambda: MOST_OPERATIONS)


class PickleBytes:
    """Bytes from a place on; nothing is copied but what is asked for."""

    def __init__(self, data: memoryview, work: Work, start: int = 0) -> None:
        self._data, self.work, self.place = data, work, start
        self.most = MOST_TEXT

    def read(self, count: int) -> bytes:
        """Return the next bytes, fewer at the end."""
        if count > self.most:
            raise BadFile(f"it holds a single value of {count:,} bytes")
        found = bytes(self._data[self.place : self.place + count])
        self.place += len(found)
        return found

    def readline(self) -> bytes:
        """Return the next bytes up to a line break."""
        end, size = self.place, 256
        while size <= MOST_TEXT:
            found = bytes(self._data[self.place : self.place + size])
            end = found.find(b"\n")
            if end >= 0 or len(found) < size:
                found = found[: end + 1] if end >= 0 else found
                self.place += len(found)
                return found
            size *= 4
        raise BadFile("it holds a line that never ends")


def load(
    source: PickleBytes, call: Call, persistent: Callable[[Value], Value] | None = None
) -> Value:
    """Return what the pickle at `source` holds; `source` stands after it then.

    persistent: what an id stands for that the file gives to parts outside of the pickle. Raises
    BadFile or RunsCode.
    """
    try:
        return _Machine(source, call, persistent).run()
    except (BadFile, RunsCode):
        raise
    except (ValueError, TypeError, LookupError, AttributeError, AssertionError) as error:
        raise BadFile("its pickle is damaged") from error


class _Machine:
    """The stack, the marks in it, and the memo."""

    def __init__(
        self, source: PickleBytes, call: Call, persistent: Callable[[Value], Value] | None
    ) -> None:
        self.source, self.call, self.persistent = source, call, persistent
        self.stack: list[Value] = []
        self.marks: list[int] = []
        self.memo: dict[int, Value] = {}
        self.raw = 0

    def run(self) -> Value:
        steps: dict[str, Callable[[object], None]] = {
            name.removeprefix("do_").upper(): getattr(self, name)
            for name in dir(self)
            if name.startswith("do_")
        }
        work = self.source.work
        while work.left:
            work.left -= 1
            code = self.source.read(1)
            if not code:
                raise BadFile("its pickle is cut off")
            op = _OPCODES.get(code.decode("latin-1"))
            if op is None:
                raise BadFile("its pickle is damaged")
            if op.name == "STOP":
                return self.stack.pop()
            argument: object = None
            if op.arg is not None:
                is_raw = op.name in _RAW
                self.source.most = MOST_BYTES - self.raw if is_raw else MOST_TEXT
                argument = op.arg.reader(self.source)  # type: ignore[arg-type]
                self.source.most = MOST_TEXT
                if is_raw:
                    self.raw += len(argument)  # type: ignore[arg-type]
            if op.name in _PLAIN:
                self.stack.append(argument)
            elif op.name in steps:
                steps[op.name](argument)
            elif op.name not in _IGNORED:
                raise BadFile(f"its pickle uses {op.name}, which weights never need")
        raise BadFile(f"its pickles have over {MOST_OPERATIONS:,} operations")

    # ---- values

    def do_none(self, _: object) -> None:
        self.stack.append(None)

    def do_newtrue(self, _: object) -> None:
        self.stack.append(True)

    def do_newfalse(self, _: object) -> None:
        self.stack.append(False)

    def do_empty_list(self, _: object) -> None:
        self.stack.append([])

    do_empty_set = do_empty_list

    def do_empty_dict(self, _: object) -> None:
        self.stack.append({})

    def do_empty_tuple(self, _: object) -> None:
        self.stack.append(())

    def do_list(self, _: object) -> None:
        self.stack.append(self._marked())

    do_frozenset = do_list

    def do_tuple(self, _: object) -> None:
        self.stack.append(tuple(self._marked()))

    def do_tuple1(self, _: object) -> None:
        self._tuple(1)

    def do_tuple2(self, _: object) -> None:
        self._tuple(2)

    def do_tuple3(self, _: object) -> None:
        self._tuple(3)

    def do_dict(self, _: object) -> None:
        found: dict[str, Value] = {}
        _put(found, self._marked())
        self.stack.append(found)

    def do_global(self, argument: object) -> None:
        module, _, name = str(argument).partition(" ")
        self.stack.append(Global(module, name))

    def do_stack_global(self, _: object) -> None:
        name, module = self.stack.pop(), self.stack.pop()
        self.stack.append(Global(str(module)[:200], str(name)[:200]))

    # ---- the stack and the memo

    def do_mark(self, _: object) -> None:
        self.marks.append(len(self.stack))

    def do_pop(self, _: object) -> None:
        if self.marks and self.marks[-1] == len(self.stack):
            self.marks.pop()
        else:
            self.stack.pop()

    def do_pop_mark(self, _: object) -> None:
        self._marked()

    def do_dup(self, _: object) -> None:
        self.stack.append(self.stack[-1])

    def do_put(self, argument: object) -> None:
        assert isinstance(argument, int)
        self.memo[argument] = self.stack[-1]

    do_binput = do_long_binput = do_put

    def do_memoize(self, _: object) -> None:
        self.memo[len(self.memo)] = self.stack[-1]

    def do_get(self, argument: object) -> None:
        assert isinstance(argument, int)
        self.stack.append(self.memo[argument])

    do_binget = do_long_binget = do_get

    # ---- filling

    def do_append(self, _: object) -> None:
        self._extend([self.stack.pop()])

    def do_appends(self, _: object) -> None:
        self._extend(self._marked())

    do_additems = do_appends

    def do_setitem(self, _: object) -> None:
        value, key = self.stack.pop(), self.stack.pop()
        self._enter([key, value])

    def do_setitems(self, _: object) -> None:
        self._enter(self._marked())

    # ---- objects

    def do_reduce(self, _: object) -> None:
        arguments, function = self.stack.pop(), self.stack.pop()
        self._make(function, arguments)

    def do_newobj(self, _: object) -> None:
        arguments, kind = self.stack.pop(), self.stack.pop()
        self._new(kind, arguments)

    def do_newobj_ex(self, _: object) -> None:
        self.stack.pop()  # named arguments
        self.do_newobj(None)

    def do_inst(self, argument: object) -> None:
        module, _, name = str(argument).partition(" ")
        self._make(Global(module, name), tuple(self._marked()))

    def do_obj(self, _: object) -> None:
        function, *arguments = self._marked()
        self._make(function, tuple(arguments))

    def do_build(self, _: object) -> None:
        state = self.stack.pop()
        built = self.stack[-1]
        if isinstance(built, StandIn):
            built.state = state

    def do_persid(self, argument: object) -> None:
        if self.persistent is None:
            raise BadFile("it points to parts that are not in the file")
        self.stack.append(self.persistent(argument))

    def do_binpersid(self, _: object) -> None:
        self.do_persid(self.stack.pop())

    def _make(self, function: Value, arguments: Value) -> None:
        if not isinstance(arguments, tuple):
            raise BadFile("its pickle is damaged")
        if isinstance(function, Global):
            self.stack.append(self.call(function, arguments))
        elif isinstance(function, StandIn):
            self.stack.append(StandIn(function.made_by, arguments))
        else:
            raise BadFile("its pickle is damaged")

    def _new(self, kind: Value, arguments: Value) -> None:
        if not isinstance(kind, Global) or not isinstance(arguments, tuple):
            raise BadFile("its pickle is damaged")
        try:
            self.stack.append(self.call(kind, arguments))
        except RunsCode:
            self.stack.append(StandIn(kind, arguments))  # made without being initialised

    def _tuple(self, count: int) -> None:
        found = tuple(self.stack[-count:])
        if len(found) != count:
            raise BadFile("its pickle is damaged")
        del self.stack[-count:]
        self.stack.append(found)

    def _marked(self) -> list[Value]:
        start = self.marks.pop()
        found = self.stack[start:]
        del self.stack[start:]
        return found

    def _extend(self, values: list[Value]) -> None:
        target = self.stack[-1]
        if isinstance(target, list):
            target.extend(values)
        elif isinstance(target, StandIn):
            target.items.extend(values)
        else:
            raise BadFile("its pickle is damaged")

    def _enter(self, pairs: list[Value]) -> None:
        target = self.stack[-1]
        if isinstance(target, dict):
            _put(target, pairs)
        elif isinstance(target, StandIn):
            _put(target.entries, pairs)
        else:
            raise BadFile("its pickle is damaged")


_PLAIN = {
    "INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT",
    "STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE",
    "BINUNICODE8", "BINBYTES", "SHORT_BINBYTES", "BINBYTES8", "BYTEARRAY8",
}  # fmt: skip
_IGNORED = {"PROTO", "FRAME"}


def _put(target: dict[str, Value], pairs: list[Value]) -> None:
    """Put in keys and values by turns.

    Keys are kept as text, others than text and numbers not at all: hashing a tuple of somebody
    else's can take for ever.
    """
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        if isinstance(key, str):
            target[key] = value
        elif isinstance(key, int) and abs(key) < 1 << 53:
            target[str(int(key))] = value
