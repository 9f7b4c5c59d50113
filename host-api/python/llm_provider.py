"""llm_provider.py - the C ABI of llm_provider.h for Python hosts.

    import llm_provider

    with llm_provider.load("/usr/lib/example", host=("my-agent", "2.3.1")) as provider:
        for event in provider.complete({"model": "m", "messages": [...]}):
            if event.kind == "text":
                print(event.data, end="")
            elif event.kind == "end" and not event.data["ok"]:
                complain(event.data)

        async for event in provider.complete({...}):    # the same, in asyncio, without a thread
            ...

        print(provider.onboarding_action("status"))     # the END document, a plain dict

Loading never fails.  Whatever goes wrong (no manifest, a truncated library, one for another
machine, another major version) the result is a provider that answers every request with
status UNAVAILABLE and a document that says what is wrong and what to do.  Nothing here raises
but MemoryError, KeyboardInterrupt, and TypeError for what cannot be made JSON, whether it is of
a wrong type, holds itself, or is too deep.

One file, Python 3.8 or newer, the standard library only, Linux.  No callback is given to the
plugin, so none of its threads ever runs Python.  The documents are described in json.md, the
calls in abi.md.
"""

import asyncio
import ctypes
import itertools
import json
import os
import platform
import re
import stat
import struct
import sys
import weakref
from collections import namedtuple
from pathlib import Path

__all__ = ["Event", "Provider", "Stream", "load", "OK", "UNAVAILABLE"]

ABI_MAJOR, ABI_MINOR = 1, 0
MAGIC = 0x504D4C4C
MANIFEST_VERSION = 1
MANIFEST_BYTES_MAX = 65536
JSON_DEPTH_MAX = 64

# Results, as event.status: llm_provider.h has them all.
OK, INVALID, NO_MEMORY, CLOSED, UNAVAILABLE = 0, -1, -2, -3, -4
CANCELLED, FORKED = -6, -13

READY = 1
QUEUE_NOTIFY = 1

KINDS = {1: "start", 2: "text", 3: "reasoning", 4: "tool_call", 5: "tool_args", 6: "usage",
         7: "end", 8: "models_changed", 9: "auth_changed", 10: "log"}
TEXTS = {"text", "reasoning", "tool_args", "log"}

BATCH = 64
# Ctrl-C does not interrupt a wait in C: it is honoured between two slices.
SLICE_MS = 250

MACHINES = {"x86_64": 62, "aarch64": 183, "riscv64": 243}
MACHINE_NAMES = {62: "x86_64", 3: "i386", 183: "aarch64", 40: "arm", 243: "riscv", 21: "ppc64",
                 22: "s390"}

Event = namedtuple("Event", "kind data index status time_ns")
Event.__doc__ = """One thing that happened.

kind: "start", "text", "reasoning", "tool_call", "tool_args", "usage", "end"; with notify also
"models_changed", "auth_changed" and "log".  data: a str for text, reasoning, tool_args and
log, otherwise the document as a dict.  index: which content part or tool call.  status: of
end; OK, or negative.  time_ns: the monotonic clock when the bytes arrived.
"""


class _Event(ctypes.Structure):
    _fields_ = [("request", ctypes.c_uint64), ("kind", ctypes.c_uint32),
                ("status", ctypes.c_int32), ("index", ctypes.c_uint32),
                ("flags", ctypes.c_uint32), ("data", ctypes.c_void_p), ("size", ctypes.c_size_t),
                ("time_ns", ctypes.c_uint64), ("reserved", ctypes.c_uint64 * 2)]


class _Host(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("abi_major", ctypes.c_uint16),
                ("abi_minor", ctypes.c_uint16), ("name", ctypes.c_char_p),
                ("version", ctypes.c_char_p), ("ctx", ctypes.c_void_p), ("log", ctypes.c_void_p),
                ("wake", ctypes.c_void_p), ("now_ms", ctypes.c_void_p),
                ("get_extension", ctypes.c_void_p)]


_P = ctypes.c_void_p
_U64, _I32 = ctypes.c_uint64, ctypes.c_int32
_Request = ctypes.CFUNCTYPE(_I32, _P, _U64, _U64, ctypes.c_char_p, ctypes.c_size_t)


class _Provider(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_uint32), ("abi_major", ctypes.c_uint16),
                ("abi_minor", ctypes.c_uint16), ("state", ctypes.c_uint32),
                ("reserved", ctypes.c_uint32), ("info", ctypes.c_char_p),
                ("destroy", ctypes.CFUNCTYPE(None, _P)), ("get_extension", _P),
                ("queue_open", ctypes.CFUNCTYPE(_U64, _P, ctypes.c_uint32)),
                ("queue_wait", ctypes.CFUNCTYPE(_I32, _P, _U64, _I32, _P, ctypes.c_uint32)),
                ("queue_wake", ctypes.CFUNCTYPE(None, _P, _U64)),
                ("queue_fd", ctypes.CFUNCTYPE(_I32, _P, _U64)),
                ("queue_close", ctypes.CFUNCTYPE(None, _P, _U64)),
                ("list_models", _Request), ("complete", _Request),
                ("onboarding_action", _Request), ("cancel", ctypes.CFUNCTYPE(None, _P, _U64))]


class _Entry(ctypes.Structure):
    _fields_ = [("magic", ctypes.c_uint32), ("major_min", ctypes.c_uint16),
                ("major_max", ctypes.c_uint16), ("manifest", ctypes.c_char_p),
                ("create", ctypes.CFUNCTYPE(_P, ctypes.c_uint32, ctypes.POINTER(_Host),
                                            ctypes.c_char_p, ctypes.c_size_t))]


def load(folder, host, config=None):
    """The provider whose manifest.json is in a folder; a path of the file itself also does.

    folder: a path, or several: the first that has a manifest is used, and if it cannot be read
    or does not load, that is the answer.  host: the name and the version of this program.
    config: what json.md describes, as a dict.
    """
    folders = [folder] if isinstance(folder, (str, bytes, os.PathLike)) else list(folder)
    text = _json_of(config or {})
    name, version = (_utf8(word).encode() for word in host[:2])
    record = _Host(ctypes.sizeof(_Host), ABI_MAJOR, ABI_MINOR, name, version)
    try:
        entry, path = _load_library(folders)
        return Provider(_create(entry, record, text, path), record)
    except _Unavailable as error:
        return Provider(None, record, error.document)


class _Closing:
    """What ends with a `with` block, or when nobody holds it any more."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def __del__(self):
        try:
            self.close()
        except AttributeError:
            pass  # not even made


class Provider(_Closing):
    """One account with one vendor.  Any thread may use it, several at once.

    close(), or the end of a `with` block, cancels what runs, ends the plugin's threads and
    frees everything; afterwards requests end with status CLOSED.
    """

    def __init__(self, pointer, host, document=None):
        self._pointer, self._host, self._document = pointer, host, document
        self._api = pointer and ctypes.cast(pointer, ctypes.POINTER(_Provider)).contents
        self._requests = itertools.count(1)
        self._pid = os.getpid()
        self._streams = weakref.WeakSet()

    @property
    def info(self):
        """What the provider says of itself; if it is not ready, `error` is the document.

        After close() that is the one with which requests end.
        """
        if self._api:
            return json.loads(self._api.info)
        return {"state": "unavailable", "abi": {"major": ABI_MAJOR, "minor": ABI_MINOR},
                "fork": "refuses", "error": self._refusal[1]}

    @property
    def _is_mine(self):
        """Whether this process made it."""
        return os.getpid() == self._pid

    @property
    def _refusal(self):
        """How requests end without a plugin."""
        return (UNAVAILABLE, self._document) if self._document else _refused(CLOSED)

    @property
    def ready(self):
        """False: every request will end with UNAVAILABLE.  Nobody needs to ask."""
        return bool(self._api) and self._api.state == READY

    def complete(self, request, notify=False):
        """A Stream of events; the request is what json.md describes, as a dict.

        notify: also those about the provider itself, such as auth_changed.
        """
        return Stream(self, "complete", _json_of(request), notify)

    def list_models(self, force=False):
        """The model list, or an error document.  force: ask the server even if it is fresh."""
        return Stream(self, "list_models", _json_of({"force": force})).finish()

    def onboarding_action(self, action, **members):
        """The result of status, start, poll, cancel, logout, refresh or rekey, or an error."""
        text = _json_of({"action": action, **members})
        return Stream(self, "onboarding_action", text).finish()

    def close(self):
        """Idempotent.  REQUIRES: no other thread is in a call of this provider."""
        for stream in list(self._streams):
            stream.close()
        pointer, api, self._pointer, self._api = self._pointer, self._api, None, None
        if pointer and self._is_mine:
            api.destroy(pointer)


class Stream(_Closing):
    """The events of one request, `end` included, to be walked once: with `for` or `async for`.

    close() cancels what still runs; the end, `with`, and nobody's holding it any more do it too.
    One thread, or one task, at a time; cancel() from any.
    """

    def __init__(self, provider, call, text, notify=False):
        self._provider, self._batch, self._next = provider, [], 0
        self.document = None  # of the end, once it has come
        self.status = None
        self._queue, self._refusal = 0, None
        self._reader = self._waiter = None
        api = provider._api
        if not api:
            self._refusal = provider._refusal
            return
        self._events = (_Event * BATCH)()
        self._queue = api.queue_open(provider._pointer, QUEUE_NOTIFY if notify else 0)
        self._request = next(provider._requests)
        provider._streams.add(self)
        result = getattr(api, call)(provider._pointer, self._queue, self._request, text,
                                    len(text))
        if result != OK:
            self._refusal = _refused(result)

    def cancel(self):
        """Asks the request to end soon; its end still comes."""
        if self._queue and self._provider._api:
            self._provider._api.cancel(self._provider._pointer, self._request)

    def finish(self):
        """Walks to the end, dropping what comes before it: the END document."""
        for _ in self:
            pass
        return self.document

    def close(self):
        self._forget_reader()
        queue, self._queue = self._queue, 0
        if queue and self._provider._api:
            self._provider._api.queue_close(self._provider._pointer, queue)
        if self.document is None:
            self.status, self.document = _refused(CLOSED)

    def __iter__(self):
        return self

    def __next__(self):
        while True:
            event = self._take()
            if event is not None:
                return event
            if self.document is not None:
                raise StopIteration
            try:
                self._wait(SLICE_MS)
            except KeyboardInterrupt:
                self.close()
                raise

    def __aiter__(self):
        return self

    async def __anext__(self):
        while True:
            event = self._take()
            if event is not None:
                return event
            if self.document is not None:
                raise StopAsyncIteration
            try:
                if self._wait(0):
                    # A fast stream never waits, and other tasks, timeouts too, want a turn.
                    await asyncio.sleep(0)
                else:
                    await self._readable()
            except asyncio.CancelledError:
                self.close()
                raise

    def _take(self):
        """The next event that is here already."""
        if self.document is not None:
            return None
        if self._refusal:
            status, document = self._refusal
            return self._deliver(Event("end", document, 0, status, 0))
        while self._next < len(self._batch):
            event = self._batch[self._next]
            self._next += 1
            if event.kind is not None:
                return self._deliver(event)
        return None

    def _deliver(self, event):
        if event.kind == "end":
            self.status, self.document = event.status, event.data
            self.close()
        return event

    def _wait(self, timeout_ms):
        """True if something has come."""
        provider = self._provider
        if not provider._api:
            self._refusal = provider._refusal
            return True
        count = provider._api.queue_wait(provider._pointer, self._queue, timeout_ms,
                                         self._events, BATCH)
        if count < 0:
            self._refusal = _refused(count)
            return True
        # Copied: what the events point to lives until the next wait.
        self._batch = [_event_of(event) for event in self._events[:count]]
        self._next = 0
        return count > 0

    async def _readable(self):
        loop = asyncio.get_running_loop()
        if self._reader is None:
            api, pointer = self._provider._api, self._provider._pointer
            self._reader = api.queue_fd(pointer, self._queue) if api else -1
            if self._reader < 0:
                await asyncio.sleep(SLICE_MS / 1000)
                self._reader = None
                return
            # Something may have come before the descriptor was there.
            if self._wait(0):
                return
        done = loop.create_future()
        loop.add_reader(self._reader, _wake, done)
        self._waiter = done
        try:
            await done
        finally:
            self._waiter = None
            # A forked child shares the descriptor, and the epoll of the loop.
            if self._reader is not None and self._provider._is_mine:
                loop.remove_reader(self._reader)
                try:
                    os.read(self._reader, 4096)  # the bytes mean nothing
                except OSError:
                    pass

    def _forget_reader(self):
        reader, self._reader = self._reader, None
        if self._waiter is not None and self._provider._is_mine:
            try:  # a task waits while another one closes
                self._waiter.get_loop().remove_reader(reader)
                _wake(self._waiter)
            except RuntimeError:
                pass  # its loop is closed
        if reader is not None and reader >= 0:
            os.close(reader)


def _wake(waiter):
    if not waiter.done():
        waiter.set_result(None)


def _json_of(value):
    try:
        return json.dumps(value).encode()
    except (ValueError, RecursionError) as error:
        raise TypeError(f"cannot be made JSON: {error}") from error


def _event_of(raw):
    kind = KINDS.get(raw.kind)  # None: of a later version, and skipped
    text = ctypes.string_at(raw.data, raw.size).decode()
    data = text if kind in TEXTS or kind is None else json.loads(text)
    return Event(kind, data, raw.index, raw.status, raw.time_ns)


def _refused(result):
    """The end of a request that the provider did not take."""
    names = {INVALID: ("invalid_request", None), NO_MEMORY: ("no_memory", None),
             CLOSED: ("cancelled", "closed"), FORKED: ("internal", "forked")}
    error, reason = names.get(result, ("internal", None))
    document = {"ok": False, "error": error}
    if reason:
        document["reason"] = reason
    document["detail"] = f"the provider refused the call: {result}"
    document["hint"] = "Report this to the author of the application."
    document["retry"] = False
    return result, document


class _Unavailable(Exception):
    """Why there is no provider.  The reasons are those of the table in json.md."""

    def __init__(self, reason, detail, checked_paths):
        super().__init__(detail)
        self.document = {
            "ok": False, "error": "backend_unavailable", "reason": reason,
            "detail": _utf8(detail), "checked_paths": [_utf8(path) for path in checked_paths],
            "hint": "Do not retry. Update this application or the provider plugin, or reach the "
                    "model another way, such as with an API key of its vendor.",
            "retry": False}


def _utf8(text):
    """Paths and messages of the system may be in any encoding; JSON may not."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _load_library(folders):
    checked = []
    for folder in folders:
        path = _manifest_path(folder)
        checked.append(str(path))
        manifest = _read_manifest(path, checked)
        if manifest is None:
            continue
        here = f"linux-{platform.machine()}"
        if here not in manifest["library"]:
            offered = "".join(f" {name}" for name in manifest["library"]) or " none"
            raise _Unavailable("platform_unsupported",
                               f"no library for {here}; the manifest offers:{offered}", checked)
        library = path.parent / manifest["library"][here]
        checked.append(str(library))
        entry = _open_library(library, checked)
        difference = _manifest_difference(manifest, entry)
        if difference:
            raise _Unavailable("manifest_mismatch", difference, checked)
        return entry, str(library)
    missing = f"no such file: {checked[-1]}" if checked else "no folder to look in"
    raise _Unavailable("manifest_missing", missing, checked)


def _manifest_path(folder):
    path = Path(os.fsdecode(folder))
    path = path if path.suffix == ".json" else path / "manifest.json"
    try:
        return path.absolute()  # os.path.abspath() would take "link/.." for nothing
    except OSError:
        return path  # the working directory is gone


def _read_manifest(path, checked):
    """None if there is none."""
    def invalid(why):
        return _Unavailable("manifest_invalid", f"{path}: {why}", checked)

    try:
        if not stat.S_ISREG(os.stat(path).st_mode):  # opening a FIFO would block
            raise invalid("not a regular file")
        with open(path, "rb") as file:
            text = file.read(MANIFEST_BYTES_MAX + 1)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return None  # ValueError: no file can have this name
    except OSError as error:
        raise invalid(error.strerror) from error
    if len(text) > MANIFEST_BYTES_MAX:
        raise invalid("larger than 64 KiB")
    try:
        manifest = json.loads(text.decode(), object_pairs_hook=_object)
    except (ValueError, RecursionError) as error:
        raise invalid(f"not valid JSON: {error}") from error
    # Before anything else: a newer version may mean all other members differently.
    version = manifest.get("manifest_version") if isinstance(manifest, dict) else None
    if not _is_whole(version) or version < 1:
        raise invalid("manifest_version must be a number")
    if version > MANIFEST_VERSION:
        raise _Unavailable("manifest_version_unsupported",
                           f"{path}: manifest_version is {version}, this loader knows up to "
                           f"{MANIFEST_VERSION}", checked)
    fault = _manifest_fault(manifest)
    if fault:
        raise invalid(fault)
    return manifest


def _object(pairs):
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a member is named twice")
    return members


def _is_whole(value):
    return isinstance(value, int) and not isinstance(value, bool)


def _manifest_fault(manifest):
    """What is wrong with a manifest of a version that we know; empty if nothing is."""
    for name in ("id", "name", "version"):
        if not isinstance(manifest.get(name), str) or not manifest[name]:
            return f"{name} must be a string"
    interface = manifest.get("interface")
    interface = interface if isinstance(interface, dict) else {}
    if interface.get("id") != "llm.provider":
        return 'interface.id must be "llm.provider"'
    for name in ("major_min", "major_max"):
        if not _is_whole(interface.get(name)) or not 0 <= interface[name] <= 0xFFFF:
            return f"interface.{name} must be a number from 0 to 65535"
    if interface["major_min"] > interface["major_max"]:
        return "interface.major_min is above major_max"
    if not isinstance(manifest.get("library"), dict):
        return "library must be an object"
    for name, path in manifest["library"].items():
        # Names with these characters are no file's, and the system does not even look.
        name_ok = isinstance(path, str) and path and not re.search("[\0\ud800-\udfff]", path)
        if not name_ok or os.path.isabs(path) or ".." in Path(path).parts:
            return f"library.{name} must be a path below the manifest"
    return ""


def _open_library(path, checked):
    fault = _elf_fault(path)
    if fault:
        raise _Unavailable("library_not_loadable", f"{path}: {fault}", checked)
    try:
        library = ctypes.CDLL(str(path), mode=os.RTLD_NOW | os.RTLD_LOCAL)
    except OSError as error:
        # Before Python 3.11 the error is empty where the words below are not UTF-8.
        words = str(error) or f"{path}: cannot be loaded"
        raise _Unavailable("library_not_loadable", words, checked) from error
    except UnicodeDecodeError as error:  # dlerror's words, with a path in another encoding
        words = os.fsdecode(error.object)
        raise _Unavailable("library_not_loadable", words, checked) from error
    fault = None
    try:
        library.llmp_entry_point.restype = ctypes.POINTER(_Entry)
        entry = library.llmp_entry_point()
        if not entry:
            fault = "llmp_entry_point() returned null"
        elif entry.contents.magic != MAGIC:
            fault = "llmp_entry_point() returned something else: wrong magic"
        elif not entry.contents.create:
            fault = "the entry has no create()"
    except AttributeError:
        fault = "no function llmp_entry_point"
    if fault:
        raise _Unavailable("entry_missing", f"{path}: {fault}", checked)
    return entry.contents


def _elf_fault(path):
    """Why dlopen would fail badly; empty if it may be tried.

    Mapping a truncated file kills the process with SIGBUS, and of a library for another machine
    dlopen says "no such file".
    """
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return "not a file"
        with open(path, "rb") as file:
            return _elf_fault_of(file, os.fstat(file.fileno()).st_size)
    except OSError as error:
        return error.strerror
    except ValueError as error:  # no path in the encoding of this process
        return str(error)


def _elf_fault_of(file, file_size):
    head = file.read(64)
    if len(head) >= 4 and head[:4] != b"\x7fELF":
        return "not a shared library"
    if len(head) < 52:
        return "truncated"
    if head[5] != (1 if sys.byteorder == "little" else 2):
        return "built for another byte order"
    kind, machine = struct.unpack_from("=HH", head, 16)
    ours = MACHINES.get(platform.machine())
    wide = head[4] == 2
    if not wide or machine != ours:
        name = MACHINE_NAMES.get(machine, f"machine number {machine}")
        bits = "" if wide else " (32 bits)"
        return f"built for {name}{bits}, this process is {MACHINE_NAMES.get(ours, 'unknown')}"
    if len(head) < 64:
        return "truncated"
    offset, = struct.unpack_from("=Q", head, 32)
    size, count = struct.unpack_from("=HH", head, 54)
    if kind != 3 or size != 56:
        return "not a shared library"
    for number in range(count):
        if offset > file_size:
            return "truncated"
        file.seek(offset + number * size)
        segment = file.read(size)
        if len(segment) < size:
            return "truncated"
        kind, = struct.unpack_from("=I", segment, 0)
        start, = struct.unpack_from("=Q", segment, 8)
        length, = struct.unpack_from("=Q", segment, 32)
        if kind == 1 and start + length > file_size:
            return "truncated"
    return ""


def _manifest_difference(beside, entry):
    """What differs between the manifest beside the library and the one inside it: a half
    upgraded installation.  Empty if they agree.
    """
    if entry.manifest is None:
        return "the library has no manifest built in"
    try:
        built_in = json.loads(entry.manifest.decode())
    except (ValueError, RecursionError):
        return "the manifest built into the library is not JSON"
    built_in = built_in if isinstance(built_in, dict) else {}

    def interface(manifest, name):
        members = manifest.get("interface")
        return members.get(name) if isinstance(members, dict) else None

    pairs = [(name, beside[name], built_in.get(name)) for name in ("id", "version")]
    pairs += [(f"interface.{name}", interface(beside, name), interface(built_in, name))
              for name in ("id", "major_min", "major_max")]
    pairs += [("interface.major_min", interface(beside, "major_min"), entry.major_min),
              ("interface.major_max", interface(beside, "major_max"), entry.major_max)]
    for name, file, library in pairs:
        if file != library:
            return (f"{name} is {json.dumps(file)} in the file and {json.dumps(library)} in the "
                    "library")
    return ""


def _create(entry, host, config, path):
    pointer = entry.create(ABI_MAJOR, ctypes.byref(host), config, len(config))
    if not pointer:
        raise _Unavailable("library_not_loadable", "create() returned null", [path])
    provider = ctypes.cast(pointer, ctypes.POINTER(_Provider)).contents
    # Of a foreign major only the frozen head may be read: info and destroy are in it.
    if provider.abi_major != ABI_MAJOR:
        error = _foreign(provider, entry)
    else:
        fault = _provider_fault(provider)
        if not fault:
            return pointer
        error = _Unavailable("library_not_loadable", fault, [path])
    if provider.destroy:
        provider.destroy(pointer)
    raise error


def _provider_fault(provider):
    """Whether everything of version 1.0 is there; says what is not."""
    if provider.struct_size < ctypes.sizeof(_Provider):
        return f"create() returned a provider of {provider.struct_size} bytes"
    names = [name for name, _ in _Provider._fields_[5:]]
    if all(getattr(provider, name) for name in names):
        return ""
    return "create() returned a provider with a null function"


def _foreign(provider, entry):
    """The error of a provider of another major version."""
    try:
        info = json.loads(provider.info or b"null")
    except (ValueError, RecursionError):
        info = None
    for document in (info, info.get("error") if isinstance(info, dict) else None):
        if isinstance(document, dict) and isinstance(document.get("error"), str):
            error = _Unavailable("", "", [])
            error.document = document
            return error
    reason = "host_too_old" if entry.major_min > ABI_MAJOR else "host_too_new"
    return _Unavailable(reason, f"the plugin speaks major versions {entry.major_min} to "
                                f"{entry.major_max} of the interface, this host {ABI_MAJOR}", [])
