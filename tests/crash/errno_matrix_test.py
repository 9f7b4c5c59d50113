"""Each system call with which an operation touches the store, refused with each errno that
it may have, and writes that lie (B04 to B10, B30).

Afterwards the credential is the old one or the new one.  One call that fails once never
costs the sign-in, and what is said of it is an error of the store or success.
"""

import collections
import os
import sys
import unittest

import fault_bench
import harness
from crash_harness import in_parallel
from operations import OPERATIONS, After

EVERYTHING = bool(os.environ.get("XAI_ALL_ERRNOS"))  # takes minutes more
WORKERS = 2
POINTS_MIN = 300
STORE_ERRORS = ("store_io", "store_permission", "store_key", "store_corrupt", "store_locked",
                "no_memory")
# Which errno a call may have; EINTR only where signal(7) lets it happen.  Each call has two
# of them, in turn.  Of the calls that change nothing there are so many that every third is
# refused, with one errno.
ERRNOS = {
    "openat": ("EACCES", "EIO", "EMFILE", "ENOSPC", "EROFS", "EDQUOT", "EINTR"),
    "mkdir": ("EACCES", "EIO", "ENOSPC", "EROFS", "EDQUOT"),
    "unlinkat": ("EACCES", "EIO", "EROFS"),
    "fchmod": ("EIO", "EROFS", "EACCES"),
    "chmod": ("EIO", "EROFS", "EACCES", "EINTR"),
    "fallocate": ("ENOSPC", "EIO", "EDQUOT", "EROFS", "EINTR"),
    "fsync": ("EIO", "ENOSPC", "EDQUOT", "EROFS", "EINTR"),
    "fdatasync": ("EIO", "ENOSPC", "EDQUOT", "EROFS", "EINTR"),
    "pwrite64": ("ENOSPC", "EIO", "EDQUOT", "EINTR"),
    "pread64": ("EIO", "EINTR"),
    "ftruncate": ("EIO", "EROFS", "EINTR"),
    "renameat": ("ENOSPC", "EIO", "EROFS", "EACCES", "EDQUOT"),
    "renameat2": ("ENOSPC", "EIO", "EROFS", "EACCES", "EDQUOT"),
    "flock": ("ENOLCK", "EOPNOTSUPP", "EIO", "EINTR"),
    "newfstatat": ("EIO", "EACCES"),
    "fcntl": ("EMFILE",),
    "getdents64": ("EIO",),
}
# A call that a signal interrupts is made again.
RETRIED = ("openat", "fallocate", "fsync", "fdatasync", "pwrite64", "pread64", "flock")


CHANGES_NOTHING = ("openat", "mkdir", "newfstatat", "pread64", "fcntl", "getdents64")


def some_of(errnos, turn, call):
    """Those that this call has, so that in the end all were used."""
    if EVERYTHING or not errnos:
        return errnos
    if call in CHANGES_NOTHING:
        return (errnos[turn // 3 % len(errnos)],) if turn % 3 == 0 else ()
    return tuple({errnos[2 * turn % len(errnos)], errnos[(2 * turn + 1) % len(errnos)]})


def points_of(name, calls, turns):
    for call, number, returned in calls:
        kind = "reading" if call in CHANGES_NOTHING else call
        for errno in some_of(ERRNOS.get(call, ()), turns[kind], call):
            yield name, call, number, f"error={errno}"
        if call == "pwrite64":
            yield name, call, number, f"retval={returned}"  # a disk that loses the bytes
        turns[kind] += 1


def check(point, run, after):
    name, call, number, what = point
    document = run.document
    error = document.get("error")
    assert error is None or error in STORE_ERRORS, f"{document}"
    if what == "error=EINTR" and call in RETRIED:
        assert error is None, f"not tried again: {document}"
    if what == "error=EOPNOTSUPP":
        assert error is None, f"the other kind of lock was not tried: {document}"
    if what == "error=ENOLCK" and number == 1 and name != "models":  # B30
        assert (error, document.get("reason")) == ("store_io", "no_locking"), f"{document}"
    if name == "refresh" and error:  # B04
        posts = after.delta("refreshes") + after.delta("refresh_failures")
        assert posts == 0, f"the token was presented all the same: {document}"
    OPERATIONS[name].check(after)


class ErrnoMatrixTest(unittest.TestCase):
    def benches(self, count):
        benches = [fault_bench.Bench() for _ in range(count)]
        for bench in benches:
            self.addCleanup(bench.close)
        return benches

    def test_every_errno_of_every_call(self):  # B04, B06, B07, B09, B10, B30
        benches = self.benches(WORKERS)
        turns = collections.Counter()
        points = [point for name in OPERATIONS
                  for point in points_of(name, benches[0].calls(name), turns)]
        failures = []

        def refuse(point):
            def at(worker):
                name, call, number, what = point
                try:
                    check(point, *benches[worker].inject(name, call, number, what))
                except AssertionError as error:
                    failures.append(f"{name}, {call} number {number}, {what}: {error}")
            return at

        in_parallel([refuse(point) for point in points], WORKERS)
        print(f"{len(points)} points, {len(failures)} failures", flush=True)
        self.assertEqual(failures, [], "\n".join(failures))
        self.assertGreaterEqual(len(points), POINTS_MIN)

    def test_without_any_kind_of_lock_nothing_is_done(self):  # B30
        bench, = self.benches(1)
        for name in ("refresh", "logout", "rekey"):
            with self.subTest(operation=name):
                operation = OPERATIONS[name]
                bench.rewind(operation)
                before = bench.sim.stats()
                lock = next(bench.stage.state.glob("lock-*"))
                run = bench.strace(["flock", "fcntl"], operation.requests, "-P", str(lock),
                                   "-e", "inject=flock,fcntl:error=EOPNOTSUPP")
                self.assertEqual((run.document.get("error"), run.document.get("reason")),
                                 ("store_io", "no_locking"), run.document)
                after = After(bench, before, run)
                self.assertEqual(after.delta("refreshes"), 0)
                operation.check(after)

    def test_a_folder_that_does_not_flush_is_a_warning(self):  # B07
        bench, = self.benches(1)
        bench.rewind(OPERATIONS["refresh"])
        flushes = bench.strace(["fsync"], OPERATIONS["refresh"].requests, "-y").log.splitlines()
        folder = [f"<{bench.stage.state}>" in line for line in flushes].index(True)
        run, after = bench.inject("refresh", "fsync", folder + 1, "error=EIO")
        self.assertEqual(run.document.get("status"), "refreshed")
        # Going back to the old token would present it twice.
        self.assertEqual(bench.stage.generation(), bench.begun_generation + 1)
        OPERATIONS["refresh"].check(after)


if __name__ == "__main__":
    reason = fault_bench.why_not()
    if reason:
        print(f"SKIPPED: system calls that fail were not tested: {reason}")
        sys.exit(harness.SKIPPED)
    harness.main()
