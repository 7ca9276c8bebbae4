"""Reads our C headers: declarations, and the comments above them."""

import dataclasses
import re

# What a piece of a header declares; the first pattern that finds something decides.
KINDS = [
    ("function", re.compile(r"^(?!typedef|extern|#|\s)[\w\s*]*?\b(\w+)\(", re.MULTILINE)),
    ("variable", re.compile(r"^extern (?!\"C\")[\w\s*]*?\b(mg_\w+);", re.MULTILINE)),
    ("type", re.compile(r"^(?:struct|union|enum) (\w+) \{", re.MULTILINE)),
    ("type", re.compile(r"^typedef .*\(\*(\w+)\)\(", re.MULTILINE)),
    ("constants", re.compile(r"^  (MG_\w+|MQTT_\w+)(?: = -?\d+)?,", re.MULTILINE)),
    ("constants", re.compile(r"^typedef struct \w+ (\w+);", re.MULTILINE)),
    ("macro", re.compile(r"^ *#define (\w+)", re.MULTILINE)),
]


@dataclasses.dataclass
class Entry:
    """Declarations that belong together: one function, or the constants under one comment."""
    kind: str
    names: list
    doc: str
    code: str


def pieces(text):
    """Runs of lines without a blank line between them; braces keep theirs together."""
    piece, depth = [], 0
    for line in text.splitlines() + [""]:
        code = line.split("//")[0]
        opens_language = re.match(r'\s*extern "C" \{', code)
        if not opens_language:
            depth += code.count("{") - code.count("}")
        depth = max(depth, 0)
        if line.strip() or depth > 0:
            piece.append(line)
        elif piece:
            yield piece
            piece = []


def entries(path):
    """All entries of the header at `path`, in its order."""
    found = []
    for piece in pieces(path.read_text()):
        comment = []
        while piece and piece[0].startswith("//"):
            comment.append(piece.pop(0)[2:].removeprefix(" "))
        code = "\n".join(piece)
        for kind, pattern in KINDS:
            names = [name for name in dict.fromkeys(pattern.findall(code)) if not name.endswith("_")]
            if names:
                found.append(Entry(kind, names, "\n".join(comment), code))
                break
    return found
