"""Messages are understood in a child process that the kernel limits, so that nothing in a mail can stop or bloat the
service (guarantees D20): one second of processor time, 256 MiB of memory, and a back-stop in wall-clock time.

The child is started when the first message comes and kept. A message that meets a limit ends at most the child; it is
then known by its headers alone, says so in its `limits`, and the next message has a new child.
"""

import contextlib
import os
import pickle
import resource
import signal
import struct
import subprocess
import sys
import threading
import weakref
from typing import IO

from intake.mail.message import MESSAGE_BYTES, Understood, not_understood, understand

CPU_SECONDS = 1.0
WALL_SECONDS = 20.0  # only where the machine is too busy to grant the processor time
MEMORY_BYTES = 256 * 1024 * 1024
_SIZE = struct.Struct(">Q")
_CHILD = "from intake.mail.limits import serve; serve({cpu!r}, {memory!r})"
_ENDED = "It could not be read within the limits of time and memory; only its headers were read."


class Reader:
    """Understands messages, one at a time, from any thread. Call it as `message.understand`; close it at the end."""

    def __init__(self, cpu: float = CPU_SECONDS, memory: int = MEMORY_BYTES, wall: float = WALL_SECONDS) -> None:
        self._command = [sys.executable, "-c", _CHILD.format(cpu=cpu, memory=memory)]
        self._wall = wall
        self._one_at_a_time = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._end: weakref.finalize[..., Reader] | None = None

    def __call__(self, raw: bytes) -> Understood:
        """Never raises for what is in a message; OSError where no child process can be started."""
        within = raw[: MESSAGE_BYTES + 1]  # one byte too many shows that it is too large
        with self._one_at_a_time:
            return self._asked(within) or self._asked(_heads_only(within)) or not_understood(b"", _ENDED)

    def close(self) -> None:
        with self._one_at_a_time:
            self._stop()

    def _asked(self, frame: bytes | tuple[bytes, str]) -> Understood | None:
        """What the child makes of it, or nothing where that ended the child."""
        child = self._running()
        assert child.stdin is not None
        assert child.stdout is not None
        # From before the first byte is written: a child that stands still does not even read what it is handed.
        too_late = threading.Timer(self._wall, child.kill)
        too_late.daemon = True
        too_late.start()
        try:
            _write(child.stdin, pickle.dumps(frame, pickle.HIGHEST_PROTOCOL))
            answer = _read(child.stdout)
        except BrokenPipeError:
            answer = b""
        finally:
            too_late.cancel()
        if not answer:
            self._stop()
            return None
        understood = pickle.loads(answer)
        return understood if isinstance(understood, Understood) else None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._stop()
            # What it might say on standard error could hold words of a message (guarantees D35).
            self._child = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
            self._end = weakref.finalize(self, _ended, self._child)
        return self._child

    def _stop(self) -> None:
        if self._end is not None:
            self._end()
        self._child = self._end = None


def serve(cpu: float, memory: int) -> None:
    """What the child does: understand what it is handed, under its limits, until nobody hands it anything any more."""
    understand(b"From: a@b.example\r\nContent-Type: text/html\r\n\r\n<p>x")  # loads all that reading needs
    _limit_memory(memory)
    while frame := _read(sys.stdin.buffer):
        # The signal's own action ends the process; a handler in Python would wait for a library's loop to end.
        signal.setitimer(signal.ITIMER_PROF, cpu)
        answer = _answer(frame)
        signal.setitimer(signal.ITIMER_PROF, 0)
        _write(sys.stdout.buffer, answer)


def _answer(frame: bytes) -> bytes:
    """Ends the child where memory runs out: nothing that met that limit is used again."""
    try:
        asked = pickle.loads(frame)
        understood = understand(asked) if isinstance(asked, bytes) else not_understood(*asked)
        return pickle.dumps(understood, pickle.HIGHEST_PROTOCOL)
    except MemoryError:
        os._exit(1)


def _heads_only(raw: bytes) -> tuple[bytes, str]:
    return raw[: 512 * 1024], _ENDED


def _limit_memory(more: int) -> None:
    """Of address space, above what the child has taken when it is ready."""
    with open("/proc/self/statm", encoding="ascii") as statm:
        taken = int(statm.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + more, taken + more))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it has nothing to write


def _environment() -> dict[str, str]:
    """The child gets no setting and no secret of ours, and finds the same modules as we do."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "LC_ALL": "C.UTF-8",
    }


def _ended(child: subprocess.Popen[bytes]) -> None:
    child.kill()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            with contextlib.suppress(BrokenPipeError):
                pipe.close()
    child.wait()


def _write(pipe: IO[bytes], data: bytes) -> None:
    pipe.write(_SIZE.pack(len(data)) + data)
    pipe.flush()


def _read(pipe: IO[bytes]) -> bytes:
    """One frame; nothing where the other side has gone."""
    head = pipe.read(_SIZE.size)
    size = _SIZE.unpack(head)[0] if len(head) == _SIZE.size else 0
    data = pipe.read(size)
    return data if len(data) == size else b""
