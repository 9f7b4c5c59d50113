"""The shapes in which a secret could show up in what a program wrote."""

import base64
import json
import urllib.parse

# A part of a secret is one too: so much of it must not be seen anywhere.
SLICE, STEP = 32, 8


def forms(secret):
    """The byte strings that would give it away."""
    raw = secret.encode()
    found = {raw, urllib.parse.quote(secret, safe="").encode(), raw.hex().encode(),
             raw.hex().upper().encode(), json.dumps(secret)[1:-1].encode()}
    for shift in range(3):
        # Wherever it begins in a longer text; the ends depend on their neighbours.
        text = base64.b64encode(b"\0" * shift + raw)[4:-4]
        found |= {text, text.replace(b"+", b"-").replace(b"/", b"_")}
    found |= {raw[at:at + SLICE] for at in range(0, max(len(raw) - SLICE, 1), STEP)}
    return {form for form in found if len(form) >= 16}


def found_in(secrets, seen):
    """Where one of the secrets was seen, of {where: bytes}."""
    wanted = [form for secret in secrets for form in forms(secret)]
    return [where for where, data in seen.items() if any(form in data for form in wanted)]
