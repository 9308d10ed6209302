"""The parts of Markdown whose text is not prose: code, TeX, and inline values.

Code stands in code spans and in fences. An indented block of code is taken for prose.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

FENCED = r"""
^(?P<indent>[ \t>]*)(?P<fence>`{3,}|~{3,})[^\n]*\n
(?:.*\n)*?
(?P=indent)(?P=fence)[ \t]*$
"""  # a block of code
VALUE = re.compile(r"(?<!`)`=([^`\n]+)`(?!`)")
# Neither a code span nor a formula goes on behind a blank line.
ANY = r"(?:(?!\n[ \t]*\n)[\s\S])+?"
INSIDE = rf"(?:(?!\n[ \t]*\n)(?:\\.|{VALUE.pattern}|[^\\`$]))+?"
SPAN = re.compile(
    rf"""
      (?P<fenced>{FENCED})
    | (?P<tex>
        \$\${INSIDE}\$\$
      | \\\[{ANY}\\\]
      | \\\({ANY}\\\)
      | \\begin\{{(?P<name>[a-z]+\*?)\}}{ANY}\\end\{{(?P=name)\}}
      | \$(?!\s){INSIDE}(?<!\s)\$
      )
    | (?P<escape>\\[!-/:-@\[-`{{-~])
    | (?P<value>{VALUE.pattern})
    | (?P<code>(?<!`)(?P<ticks>`+)(?!`){ANY}(?<!`)(?P=ticks)(?!`))
    """,
    re.VERBOSE | re.MULTILINE,
)


@dataclass(frozen=True)
class Span:
    """A part of a text. `kind` is text, code, tex (values stand in it) or value."""

    kind: str
    text: str


@lru_cache(maxsize=4096)
def spans(text: str) -> tuple[Span, ...]:
    """Cut Markdown into spans; joined, they are the text again."""
    found, end = [], 0
    for match in SPAN.finditer(text):
        if match.lastgroup == "escape":  # a part of the text around it
            continue
        if before := text[end : match.start()]:
            found.append(Span("text", before))
        kind = "code" if match.lastgroup == "fenced" else str(match.lastgroup)
        found.append(Span(kind, match[0]))
        end = match.end()
    return (*found, Span("text", text[end:])) if text[end:] else tuple(found)
