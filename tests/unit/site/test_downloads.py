import pytest

from gdbook.site.downloads import without_page_links


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("See [there](page.md).", "See there."),
        ("See [there](../why/minus.py#here).", "See there."),
        ("See [there](#here).", "See there."),
        ('See [there](page.md "A title").', "See there."),
        ("See [there](<my page.md>).", "See there."),
        ("See [there](page_(1).md).", "See there."),
        ("See [there](<my (page.md>).", "See there."),
        ("[there](page.md){a}", "there{a}"),
        ("See [a\nb](page.md).", "See a\nb."),
        ("See [a](b.md) and [c](d.md).", "See a and c."),
        ("See [*there*, `fs[0](x)`, $y$](page.md).", "See *there*, `fs[0](x)`, $y$."),
        ("See [[1]](page.md).", "See [1]."),
        (r"See [a \] b](page.md).", r"See a \] b."),
        ("[there](page.md){ .md-button }", "there"),
        ("[there](page.md){: #a }", "there"),
        ("[there](page.md) {a}", "there {a}"),
        ("[![alt](a.svg)](page.md)", "![alt](a.svg)"),
        ("It is [`=x`](page.md).", "It is `=x`."),
    ],
)
def test_a_link_to_a_page_becomes_its_words(text, words):
    assert without_page_links(text) == words


@pytest.mark.parametrize(
    "text",
    [
        r"$\mathbb E[X](\omega)$",
        r"$`=x` [a](b)$",
        "$$\n[a](b)\n$$",
        "`fs[0](x)`",
        "``a ` [b](c)``",
        "```python\nfs[0](x)\n```",
        r"\[ [a](b) \]",
        r"\[a](b)",
        "`[a`](b)",
    ],
)
def test_code_and_tex_are_not_taken_for_links(text):
    assert without_page_links(text) == text
    assert without_page_links(f"{text}\n\n[a](b.md)") == f"{text}\n\na"


@pytest.mark.parametrize(
    "text",
    [
        "[a](https://a.example/b_(c))",
        "[a](http://a.example)",
        "[a](<https://a.example>)",
        "[a](mailto:a@a.example)",
        "![alt](a.svg)",
        "![alt](a.svg){ width=3 }",
        "[a][b] and [c]",
        "A note[^1].\n\n[^1]: note",
        "a[0] (b)",
        "- [ ] a",
    ],
)
def test_what_works_away_from_the_site_stays(text):
    assert without_page_links(text) == text


def test_a_note_keeps_its_words_and_loses_its_margin():
    text = 'A. <span class="margin">An *aside*,\nsee [home](index.md).</span> B.'
    assert without_page_links(text) == "A. An *aside*,\nsee home. B."
