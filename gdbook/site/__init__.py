"""The build of the site, on documented extension points of MkDocs and Jupyter.

The science never imports it. In the order in which a page passes through:

source          the cells of a page and their options (jupytext)
source_quotes   the sources of what a page imports from gdbook, in place of the import
translation     the Chinese of its cells, from the file beside it
inline_values   the numbers in its prose; `spans` tells prose from code and TeX
execute         its code, run in a plain kernel (nbclient); `kernel` runs inside
outputs         what a kernel sent, as a page can show it
notebook        the page that has run
figure_svg      a figure as a drawing for both colour schemes
figure_csv      a figure's data as a table
downloads       the page as a notebook and a script, the data of its figures
picture         the picture of a page, for those who link it
widgets         interactive figures
words           the words of the build in Chinese; `glossary` has the terms
api             the reference of the science, and links to it; `api_source` beside it
markdown        cells and outputs as one Markdown text, which MkDocs renders
katex           formulas as HTML and MathML; `katex_text` and `katex_fonts` beside it
cache           outputs and formulas, kept between builds
progress        what is said while pages run
policy          which scripts a browser may run on a page
edition         the language of a build, and the builds in the other languages
build           one build: the steps, in order
hooks           which event of MkDocs calls which step
theme           our templates in place of Material's blocks and partials
vendor          files of other projects
"""
