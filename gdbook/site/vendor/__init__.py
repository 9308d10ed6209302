"""Files of another project, KaTeX, as its npm package has them, beside their licence.

`python -m gdbook.site.vendor.update` replaces them; nobody edits them. The version
stands in `package.json`.
"""

from pathlib import Path

KATEX = Path(__file__).parent / "katex"
