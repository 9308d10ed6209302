"""What a text has in both languages: all but its words."""

import re
from collections import Counter

from gdbook.site.spans import FENCED, VALUE, spans

NUMBER = re.compile(r"(?<![A-Za-z\d])\d+(?:[.,]\d+)*")
LINK = re.compile(r"\]\(\s*([^)\s]+)\s*\)|<(?:a|img)\s[^>]*(?:href|src)=\"([^\"]*)\"")
BLOCK = re.compile(
    r"^[ \t]*(#{1,6}(?= )|[-*+](?= )|\d+\.(?= )|\|(?=[^-:])|///(?: \w+)?|\[\^\w+\]:)",
    re.MULTILINE,
)
FENCE = re.compile(FENCED, re.VERBOSE | re.MULTILINE)


def differences(english: str, chinese: str) -> list[str]:
    """What two texts do not have in common and should: all but their words."""
    found = []
    for (kind, ours), theirs in zip(
        features(english).items(), features(chinese).values(), strict=True
    ):
        lacks, more = Counter(ours) - Counter(theirs), Counter(theirs) - Counter(ours)
        if lacks or more:
            found.append(
                f"{kind}: lacks {[*lacks.elements()]}, has {[*more.elements()]}"
            )
        elif kind == "blocks" and ours != theirs:
            found.append("blocks: another order")
    return found


def features(text: str) -> dict[str, list[str]]:
    """What both languages have: values, formulas, code, links, blocks, numbers."""
    cut = spans(text)
    tex = [span.text for span in cut if span.kind == "tex"]
    prose = "".join(span.text if span.kind == "text" else "\1" for span in cut)
    return {
        "values": VALUE.findall(text),
        "formulas": [re.sub(r"\\text\{[^{}]*\}|\s|\$", "", one) for one in tex],
        "code": [span.text for span in cut if span.kind == "code"],
        "links": [a or b for a, b in LINK.findall(prose)],
        "blocks": BLOCK.findall(FENCE.sub("", text)),
        "numbers": NUMBER.findall(re.sub(r"\]\([^)]*\)|<[^>]*>|\{[^}]*\}", "]", prose)),
        "tags": re.findall(r"</?[a-z]+", prose),
    }
