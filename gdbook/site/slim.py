"""Pages without ballast: what no reader sees, none has to wait for."""

import re

# token classes that are coloured like plain code, in the theme or in book.css
PLAIN = re.compile(r'<span class="(?:w|n|p)">([^<]*)</span>')
PRE = re.compile(r"(<pre.*?</pre>|<script.*?</script>)", re.DOTALL)


def slim_code(page: str) -> str:
    """Take the marks off tokens of code that have no colour of their own."""
    return PLAIN.sub(r"\1", page)


def slim_space(page: str) -> str:
    """Take the indentation off a page, but never inside preformatted text."""
    parts = PRE.split(page)
    parts[::2] = [re.sub(r"\s*\n\s*", "\n", part) for part in parts[::2]]
    return "".join(parts)
