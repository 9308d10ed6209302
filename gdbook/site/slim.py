"""Pages without ballast: what no reader sees, none has to wait for."""

import re

# token classes that are coloured like plain code, in the theme or in book.css
PLAIN = re.compile(r'<span class="(?:w|n|p|o)">([^<]*)</span>')
OPENING = '<div class="language-python highlight"'
CODE = re.compile(OPENING + ">(.*?)</div>", re.DOTALL)
PRE = re.compile(r"(<pre.*?</pre>|<script.*?</script>)", re.DOTALL)


def set_code_aside(page: str, waiting: list[str], first: int = 0) -> str:
    """Leave the bare text of each block of code; the coloured one waits.

    Search reads the page in between, and reads text ten times faster than colours.
    """

    def bare(match: re.Match) -> str:
        waiting.append(PLAIN.sub(r"\1", match[1]))
        text = re.sub(r"<[^>]*>", "", match[1])
        return f'{OPENING} data-wait="{first + len(waiting) - 1}">{text}</div>'

    return CODE.sub(bare, page)


def slim_space(page: str) -> str:
    """Take the indentation off a page, but never inside preformatted text."""
    parts = PRE.split(page)
    parts[::2] = [re.sub(r"\s*\n\s*", "\n", part) for part in parts[::2]]
    return "".join(parts)
