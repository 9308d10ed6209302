"""Numbers and tables as text. The build of the site uses it, so it needs no torch."""

from collections.abc import Sequence

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def power_of_ten(number: float) -> str:
    """A number rounded to one digit, with its power of ten: 6 × 10⁻¹⁴."""
    digit, exponent = f"{number:.0e}".split("e")
    return f"{digit} × 10{str(int(exponent)).translate(RAISED)}"


def power_of_ten_tex(number: float) -> str:
    r"""As `power_of_ten`, in TeX: 6 \cdot 10^{-14}."""
    digit, exponent = f"{number:.0e}".split("e")
    return rf"{digit} \cdot 10^{{{int(exponent)}}}"


def markdown_table(
    head: Sequence[str], rows: Sequence[Sequence[str]], align: str = "--:"
) -> str:
    """A Markdown table, its columns aligned to the right, or as `align` says."""
    lines = [head, [align] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
