"""A notebook page to take away: as an executed notebook and as a script.

Both hold what readers see, with gdbook's functions quoted: they run without gdbook.
"""

import re

from gdbook.site.notebook import Finished
from gdbook.site.render import merged

LINK = re.compile(r"(?<!!)\[([^\]]+)\]\((?!https?://)[^)]*\)(?:\{[^}]*\})?")


def notebook(page: list[Finished]) -> str:
    """The page as an executed notebook."""
    import nbformat

    cells = []
    for done in page:
        if done.cell.kind == "markdown":
            cells.append(nbformat.v4.new_markdown_cell(away(done.cell.source)))
        elif done.cell.shown:
            count = sum(cell.cell_type == "code" for cell in cells) + 1
            outputs = [numbered(output, count) for output in merged(done.outputs)]
            cell = nbformat.v4.new_code_cell(
                done.cell.source, outputs=outputs, execution_count=count
            )
            cells.append(cell)
        if caption := done.cell.options.get("fig-cap"):
            cells.append(nbformat.v4.new_markdown_cell(away(caption)))
    for number, cell in enumerate(cells, 1):
        cell["id"] = f"cell-{number}"  # nbformat's own are random
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    return nbformat.v4.writes_json(book) + "\n"  # the tests validate it


def script(page: list[Finished]) -> str:
    """The page as a script in percent format, prose as comments."""
    parts = []
    for done in page:
        if done.cell.kind == "markdown":
            lines = away(done.cell.source).splitlines()
            prose = "\n".join(f"# {line}".rstrip() for line in lines)
            parts.append(f"# %% [markdown]\n{prose}")
        elif done.cell.shown:
            parts.append(f"# %%\n{done.cell.source}")
    return "\n\n".join(parts) + "\n"


def away(text: str) -> str:
    """Prose without its links to other pages, which stay behind."""
    return LINK.sub(r"\1", text)


def numbered(output: dict, count: int) -> dict:
    """An output with the number of its cell, where notebooks want one."""
    import nbformat

    number = {"execution_count": count} if "execution_count" in output else {}
    return nbformat.from_dict(output | number)


FORMS = {".ipynb": notebook, ".py": script}
