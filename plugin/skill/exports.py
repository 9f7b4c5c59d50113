"""Sign in to xAI with a subscription, and use Grok with it: the functions of the skill.

    from exports import start, poll
    start()["verification_url_with_code"]    # for the person to open and approve
    poll()["status"]                         # "connected", or "pending"

Each function does its work in the plugin beside this file, prints nothing, and returns a plain
dict: with "ok": True, or with "ok": False and "error", "detail", "hint" and "retry".  SKILL.md
says what to do with them.  If the plugin cannot work here, each returns the same document with
the error "xai_oauth_backend_unavailable".  No token and no device code is ever returned.

Settings come from the environment, such as WORKSPACE_DIR; SKILL.md names them.
"""

import importlib.util
import json
import os
import sys

__all__ = ["status", "start", "poll", "cancel", "logout", "refresh", "models"]

FOLDER = os.path.dirname(os.path.abspath(__file__))
HOST = ("xai-grok-onboarding", "1")
FLUSH_TIMEOUT_S = 2

# The words of the plugin's own document.
HINT = ("Do not retry. Update the platform image, or use an xAI API key from console.x.ai "
        "through the byok-custom-model skill: it works without this plugin and is billed per "
        "token, from a wallet of its own, instead of by the subscription.")


def status():
    """The account, its tier, the models and the expiry; never uses the network.

    `state` is signed_out, pending, connected, expiring, expired, reauth_required or
    credential_unreadable; `next_action` names the function that would help.
    """
    return _act("status")


def start(force=False):
    """Begins a sign-in: `verification_url_with_code`, `user_code`, `expires_in_seconds` ...

    A sign-in that is pending is returned again.  force: a new code all the same; with a stored
    sign-in that cannot be read, moves that aside.
    """
    return _act("start", force=force)


def poll(pending_id=None):
    """Asks once whether the person has approved: `status` is connected or pending.

    pending_id: that of start(), to be sure that it is this sign-in.  Connected comes with the
    account, the models, `default_model_id`, `next_step`, and `cache_flush`.
    """
    result = _act("poll") if pending_id is None else _act("poll", pending_id=pending_id)
    if result.get("status") == "connected":
        result["cache_flush"] = _flush_agent_cache()
    return result


def cancel():
    """Drops the sign-in that is pending: `status` is cancelled or no_pending_flow."""
    return _act("cancel")


def logout():
    """Revokes and deletes the sign-in: `status` is disconnected or not_connected.

    `revoked`: xAI confirmed it.  `cache_flush` as in poll().
    """
    result = _act("logout")
    if result.get("ok"):
        result["cache_flush"] = _flush_agent_cache()
    return result


def refresh():
    """A new access token now.  Normally nobody needs this: tokens are renewed by themselves."""
    return _act("refresh")


def models(force=False):
    """The models that the account may use.  force: ask xAI even if the list is fresh."""
    return _with_provider(lambda provider: provider.list_models(_plain(force)))


def _act(action, **members):
    members = {name: _plain(value) for name, value in members.items()}
    return _with_provider(lambda provider: provider.onboarding_action(action, **members))


def _plain(value):
    """The value, or what is of the wrong type everywhere: the plugin then names the member."""
    try:
        json.dumps(value, allow_nan=False, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):
        return []
    return value


def _with_provider(use):
    """In a provider of its own: each call works in a fresh interpreter."""
    try:
        provider = _binding().load(FOLDER, HOST)
    except Exception as error:  # pylint: disable=broad-except
        return _unavailable("platform_unsupported", f"{type(error).__name__}: {error}",
                            [os.path.join(FOLDER, "lib", "llm_provider.py")])
    with provider:
        result = use(provider)
    if result.get("error") == "backend_unavailable":
        return _unavailable(result["reason"], result["detail"], result["checked_paths"])
    return result


def _binding():
    """llm_provider.py of this folder, whatever else bears that name."""
    name = "xai_grok_onboarding_llm_provider"
    if name not in sys.modules:
        path = os.path.join(FOLDER, "lib", "llm_provider.py")
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        sys.modules[name] = module
    return sys.modules[name]


def _unavailable(reason, detail, checked_paths):
    return {"ok": False, "error": "xai_oauth_backend_unavailable", "reason": reason,
            "detail": detail, "checked_paths": checked_paths, "hint": HINT, "retry": False}


def _flush_agent_cache():
    """Has the running platform forget the models it knows: flushed, failed, or skipped."""
    port = os.environ.get("PORT", "")
    if not (port.isascii() and port.isdigit() and len(port) <= len("65535")):
        return "skipped"
    import http.client  # pylint: disable=import-outside-toplevel
    import socket  # pylint: disable=import-outside-toplevel

    for host in ("localhost", "127.0.0.1"):
        # Not through urllib: a proxy must never see this.
        connection = http.client.HTTPConnection(host, int(port), timeout=FLUSH_TIMEOUT_S)
        try:
            connection.request("POST", "/internal/runtime/flush_agent_cache")
            return "flushed" if connection.getresponse().status // 100 == 2 else "failed"
        except socket.gaierror:
            continue  # a small image may not know the name
        except (OSError, ValueError, OverflowError, http.client.HTTPException):
            break
        finally:
            connection.close()
    return "failed"
