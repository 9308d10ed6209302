"""The build: it knows pages and kernels. The science never imports it.

A page walks through these rooms, in this order:

pages       its source, as cells
values      the numbers that its prose names
quote       the source of what it imports from gdbook, in place of the import
execute     its cells, run in a kernel or remembered from last time
forked      a kernel that starts at once
kernel      (inside that kernel) figures become SVG for both colour schemes
series      (there too) what a figure draws, as a table
render      cells and outputs become Markdown, and Markdown becomes HTML
formulas    TeX becomes HTML and MathML
fonts       what these are set in
downloads   the page as a notebook and as a script

remember    (behind several) what has not changed is not worked out again
scripts     figures to play with get their scripts
slim        HTML without ballast
mend        what the theme leaves open for people who do not see the page
hooks       when MkDocs calls whom
"""
