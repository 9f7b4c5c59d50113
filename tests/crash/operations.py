"""The operations on the store that the matrices interrupt, and what must hold afterwards.

To add an operation: an entry in OPERATIONS, with the copy that it begins from, its request,
and a check that runs after the interruption.
"""

from dataclasses import dataclass
from typing import Callable

from crash_harness import FORCED, LOGOUT, POLL, REFRESH, START, STATUS

CANCEL = {"action": "cancel"}
MODELS = {"action": "models", "force": True}
# Paths below the stage's folder: see in_folder().
NEXT_KEY = {"action": "rekey", "key_source": "key_file", "key_file": "keys/next"}
PASSPHRASE = {"action": "rekey", "key_source": "passphrase",
              "passphrase_file": "keys/passphrase"}
# What a poll may say of a flow whose one answer got lost, or that was never begun.
FLOW_IS_OVER = ("expired", "no_pending_flow", "access_denied")


class Wrong(AssertionError):
    """What must hold did not."""


def expect(condition, what):
    if not condition:
        raise Wrong(what)


def expect_good(document):
    expect(document.get("ok", True) is not False, f"{document}")


@dataclass
class After:
    """The state of things after the interruption."""

    bench: object
    before: dict  # the simulator's counters before
    run: object  # a Run of fault_bench.py: it was killed, or a call of it was refused

    @property
    def stage(self):
        return self.bench.stage

    @property
    def killed(self):
        return self.run.killed

    @property
    def succeeded(self):
        return not self.killed and self.run.document.get("ok", True) is not False

    def delta(self, name):
        return self.bench.sim.stats()[name] - self.before[name]

    def credential(self):
        path = self.stage.credential()
        return path.read_bytes() if path else None


def in_folder(stage, members):
    """The same with full paths."""
    return {name: str(stage.root / value) if name.endswith("_file") else value
            for name, value in members.items()}


def check_credential_is_untouched(after):
    expect(after.credential() == after.bench.begun_with, "the credential was touched")


def check_signed_in(after):
    """The credential that is stored works, if it was stored before or has a newer one."""
    old = after.bench.begun_generation
    expect(after.stage.generation() in (old, old + 1),
           f"generation {old} became {after.stage.generation()}")
    status, refreshed, last = after.stage.ask(STATUS, REFRESH, STATUS)
    expect(status["state"] == "connected", f"{status}")
    reuse = after.delta("reuse_detected")
    if refreshed.get("ok") is not False:
        expect(last["state"] == "connected" and reuse == 0, f"{last}, reuse {reuse}")
        return
    # Legal only if the answer with the new token got lost with its process.
    expect(after.killed, f"lost without a kill: {refreshed}")
    expect((refreshed["error"], refreshed["reason"])
           == ("reauth_required", "refresh_interrupted"), f"{refreshed}")
    expect(last["state"] == "reauth_required", f"{last}")
    expect((reuse, after.delta("refreshes")) == (1, 1), "a token that was not spent was given up")


def check_start_works(after):
    expect_good(after.stage.ask(FORCED)[0])


def after_start(after):
    expect(after.stage.credential() is None, "a start made a credential")
    status, started = after.stage.ask(STATUS, START)
    expect(status["state"] in ("signed_out", "pending"), f"{status}")
    expect(started.get("status") == "pending", f"{started}")
    expect(len(after.stage.key.read_bytes()) == 32, "not a key")


def after_start_again(after):
    check_credential_is_untouched(after)
    check_signed_in(after)
    check_start_works(after)


def after_first_poll(after):
    if after.stage.credential():
        expect(after.stage.generation() in (1, 2), "the generation of a first credential")
        expect_good(after.stage.ask(REFRESH)[0])
        return
    expect(after.killed or after.delta("tokens_issued") == 0, "lost without a kill")
    status, polled = after.stage.ask(STATUS, POLL)
    expect(status["state"] in ("pending", "signed_out", "expired"), f"{status}")
    expect(polled.get("status") in ("pending", "connected")
           or polled.get("error") in FLOW_IS_OVER, f"{polled}")
    check_start_works(after)


def after_second_poll(after):
    expect(after.credential() is not None, "the old sign-in is gone")
    old = after.bench.begun_generation
    # The name of the owner may be written a moment later.
    expect(old <= after.stage.generation() <= old + 2, f"{after.stage.generation()}")
    status, refreshed = after.stage.ask(STATUS, REFRESH)
    expect(status["state"] == "connected", f"{status}")
    expect_good(refreshed)


def after_refresh(after):
    check_signed_in(after)


def after_logout(after):
    if after.credential() is not None:
        check_credential_is_untouched(after)
        expect(after.stage.ask(STATUS)[0]["state"] == "connected", "half a credential")
    gone, status = after.stage.ask(LOGOUT, STATUS)
    expect(gone.get("status") in ("disconnected", "not_connected"), f"{gone}")
    expect(status["state"] == "signed_out", f"{status}")
    expect(after.stage.credential() is None, "the credential is still there")


def after_quarantine(after):
    def kept():
        return any(path.read_bytes() == after.bench.begun_with
                   for path in after.stage.state.glob("cred-*"))
    expect(kept(), "the damaged bytes are gone")
    status, started = after.stage.ask(STATUS, FORCED)
    expect(status["state"] in ("credential_unreadable", "signed_out", "pending"), f"{status}")
    expect(started.get("status") == "pending", f"{started}")
    expect(kept(), "the damaged bytes are gone after the next start")


def after_cancel(after):
    check_credential_is_untouched(after)
    cancelled, status = after.stage.ask(CANCEL, STATUS)
    expect(cancelled.get("status") in ("cancelled", "no_pending_flow"), f"{cancelled}")
    expect(status["state"] == "connected", f"{status}")


def after_models(after):
    check_credential_is_untouched(after)
    expect_good(after.stage.ask(MODELS)[0])


def after_rekey(request):
    """One of the two keys opens it, and whoever is configured for that one can go on."""
    new_key = {name: value for name, value in request.items() if name != "action"}

    def check(after):
        stage = after.stage
        old, = stage.ask(STATUS)
        new, = stage.ask(STATUS, config=in_folder(stage, new_key))
        fits, other = (old, new) if old["state"] == "connected" else (new, old)
        expect(fits["state"] == "connected", f"neither opens it: {old}, {new}")
        expect((other["state"], other["reason"]) == ("credential_unreadable", "store_key"),
               f"{other}")
        if fits is old:
            expect(not after.succeeded, "it said that it is done")
            check_credential_is_untouched(after)
            rekeyed, = stage.ask(in_folder(stage, request))
            expect(rekeyed.get("status") == "rekeyed", f"{rekeyed}")
        refreshed, status = stage.ask(REFRESH, STATUS, config=in_folder(stage, new_key))
        expect(refreshed.get("status") == "refreshed", f"{refreshed}")
        expect(status["state"] == "connected", f"{status}")
        expect(after.delta("reuse_detected") == 0, "a token was presented twice")
    return check


@dataclass(frozen=True)
class Operation:
    begins_from: str  # one of the copies of fault_bench.py
    requests: tuple
    check: Callable[[After], None]


OPERATIONS = {
    "start": Operation("nothing", (START,), after_start),
    "start again": Operation("signed in", (FORCED,), after_start_again),
    "first poll": Operation("pending", (POLL,), after_first_poll),
    "second poll": Operation("signed in and pending", (POLL,), after_second_poll),
    "refresh": Operation("signed in", (REFRESH,), after_refresh),
    "logout": Operation("signed in", (LOGOUT,), after_logout),
    "quarantine": Operation("damaged", (FORCED,), after_quarantine),
    "cancel": Operation("signed in and pending", (CANCEL,), after_cancel),
    # The list is written behind the answer; what comes next waits for that.
    "models": Operation("signed in", (MODELS, CANCEL), after_models),
    # A flow under way and the list of models are there to be dropped.
    "rekey": Operation("signed in and pending", (NEXT_KEY,), after_rekey(NEXT_KEY)),
    "rekey to a passphrase": Operation("signed in and pending", (PASSPHRASE,),
                                       after_rekey(PASSPHRASE)),
}
