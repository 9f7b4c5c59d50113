#!/usr/bin/env python3
"""vary_header.py HOW HEADER OUT: llm_provider.h as another version might have it.

next: the next minor, with one function appended to llmp_provider and one member to
llmp_host.  major:N: the same under another major.  The others break what is promised:
moved, inserted, retyped, removed, grown-event.
"""
import pathlib
import re
import sys

PAUSE = "   int32_t(LLMP_CALL *pause)(llmp_provider *p, uint64_t request);"
METERED = "   int32_t(LLMP_CALL *is_metered)(const llmp_host *host);"
WAKE = re.compile(r"   void\(LLMP_CALL \*queue_wake\)\(.*?\);\n", re.S)
OPEN = re.compile(r"   uint64_t\(LLMP_CALL \*queue_open\)\(.*?\);\n", re.S)
ACTION = re.compile(r"   int32_t\(LLMP_CALL \*onboarding_action\)\(.*?\);\n", re.S)


def replace(pattern, replacement, text):
    result, count = re.subn(pattern, replacement, text, count=1, flags=re.S)
    if count != 1:
        sys.exit(f"vary_header.py: the header has no {pattern}")
    return result


def append(struct, member, text):
    return replace(rf"(\nstruct {struct} \{{.*?)\n\}};", rf"\1\n{member}\n}};", text)


def next_minor(text):
    minor = int(re.search(r"#define LLMP_ABI_MINOR (\d+)", text).group(1))
    text = replace(r"(#define LLMP_ABI_MINOR )\d+", rf"\g<1>{minor + 1}\n#define LLMP_NEXT_MINOR",
                   text)
    return append("llmp_provider", PAUSE, append("llmp_host", METERED, text))


def moved(text):
    wake = WAKE.search(text).group()
    return replace(ACTION.pattern, lambda action: action.group() + wake, WAKE.sub("", text))


BROKEN = {
    "moved": moved,
    "inserted": lambda text: replace(OPEN.pattern, lambda o: PAUSE + "\n" + o.group(), text),
    "retyped": lambda text: text.replace("uint32_t cap)", "uint64_t cap)"),
    "removed": lambda text: WAKE.sub("", text),
    "grown-event": lambda text: text.replace("reserved[2]", "reserved[3]"),
}


def vary(how, text):
    if how == "next":
        return next_minor(text)
    if how.startswith("major:"):
        return replace(r"(#define LLMP_ABI_MAJOR )\d+", rf"\g<1>{int(how[6:])}", text)
    return BROKEN[how](text)


def main(how, header, out):
    before = pathlib.Path(header).read_text(encoding="utf-8")
    after = vary(how, before)
    if after == before:
        sys.exit(f"vary_header.py: {how} changes nothing")
    path = pathlib.Path(out)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(after, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
