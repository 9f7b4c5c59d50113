#!/usr/bin/env python3
"""Looks for secrets in what a test run has written.

    search-secrets.py SECRETS FILE...

SECRETS has one in each line, as `xai-sim --secrets-log` writes them.  Any 31 bytes of one are
found, wherever they begin; the other shapes of a secret are the business of e2e.secrets.
Exit code 1 if one was found, or if there was nothing to look for.
"""
import pathlib
import sys

BLOCK = 16


def blocks_of(secret):
    # The first part of a JWT says only how it is signed.
    body = secret.split(b".", 1)[-1]
    return (body[at:at + BLOCK] for at in range(0, len(body) - BLOCK + 1, BLOCK))


def holds(line, blocks):
    return any(line[at:at + BLOCK] in blocks and line[at + BLOCK:at + 2 * BLOCK - 1]
               for at in range(len(line) - BLOCK + 1))


def main(secrets_path, *paths):
    secrets = set(pathlib.Path(secrets_path).read_bytes().splitlines())
    blocks = {block for secret in secrets for block in blocks_of(secret)}
    found = 0
    for path in paths:
        for number, line in enumerate(pathlib.Path(path).read_bytes().splitlines(), 1):
            if holds(line, blocks):
                found += 1
                print(f"SECRET in line {number} of {path}")
    print(f"{len(secrets)} secrets were handed out; {found} lines of {len(paths)} files show one")
    return 1 if found or not secrets else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
