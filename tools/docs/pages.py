"""The Markdown files that make up the documentation, and what is in them."""

import dataclasses
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
FENCE = re.compile(r"^( *)(```+|~~~+) *(.*)$")


def paths():
    """All pages: docs/ and what stands beside the sources, relative to the root of the project."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.md"],
                            cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    return [pathlib.PurePosixPath(name) for name in sorted(listed) if not name.startswith((".", "fuzz/corpus/"))]


@dataclasses.dataclass
class Block:
    """A fenced block: the words behind the fence, the line it begins on, and its lines."""
    words: list
    line: int
    text: str


def blocks(markdown):
    """All fenced blocks of a page."""
    found, fence = [], None
    for number, line in enumerate(markdown.splitlines(), 1):
        match = FENCE.match(line)
        if fence is None and match:
            indent, fence, words = match.groups()
            found.append(Block(words.split(), number, ""))
        elif fence and line.strip() == fence:
            fence = None
        elif fence:
            found[-1].text += line.removeprefix(indent) + "\n"
    return found


def indented(markdown):
    """Indented blocks, which are shell commands; what is indented below a list belongs to the list."""
    found, previous, inside = [], "", False
    fenced = {number for block in blocks(markdown)
              for number in range(block.line, block.line + block.text.count("\n") + 2)}
    for number, line in enumerate(markdown.splitlines(), 1):
        begins = not previous or (not previous.strip() and not inside)
        if line.startswith("    ") and number not in fenced:
            if inside:
                found[-1].text += line[4:] + "\n"
            elif begins and not belongs_to_list(markdown, number):
                found.append(Block(["sh"], number, line[4:] + "\n"))
                inside = True
        elif line.strip():
            inside = False
        previous = line
    return found


def belongs_to_list(markdown, number):
    """Whether the last paragraph in front of line `number` is part of a list."""
    before = "\n".join(markdown.splitlines()[:number - 1]).rstrip().split("\n\n")[-1]
    return bool(re.match(r"\s*([-*+]|\d+\.) ", before))
