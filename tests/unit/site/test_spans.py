import pytest

from gdbook.site.spans import Span, spans


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a `b` c", "`b`"),
        ("a ``b ` c`` d", "``b ` c``"),
        ("a `b\nc` d", "`b\nc`"),
        ("a `$b$` d", "`$b$`"),
        ("a `` `=b` `` d", "`` `=b` ``"),
        ("a\n\n```python\n$b$\n\n`c\n```\n\nd", "```python\n$b$\n\n`c\n```"),
        ("a\n~~~~\n~~~\n~~~~\nd", "~~~~\n~~~\n~~~~"),
        ("> ```\n> $b$\n> ```\n", "> ```\n> $b$\n> ```"),
    ],
)
def test_code_is_one_span(text, code):
    assert [span.text for span in spans(text) if span.kind != "text"] == [code]
    assert Span("code", code) in spans(text)


@pytest.mark.parametrize(
    "tex",
    [
        r"$x$",
        r"$\mathbb E[X](\omega)$",
        "$x\n+ y$",
        r"$a\$b$",
        "$w = `=x`/3$",
        "$`=d['$']`$",
        "$$\nx\n$$",
        r"\(x\)",
        r"\[ x [a](b) \]",
        "\\begin{align}\nx\n\\end{align}",
    ],
)
def test_tex_is_one_span_with_its_values(tex):
    assert [*spans(f"a {tex} b")] == [
        Span("text", "a "),
        Span("tex", tex),
        Span("text", " b"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "It costs $5 and $6 here.",
        r"It costs \$5, not 6$.",
        "a `b\n\nc` d",
        "a $b\n\nc$ d",
        r"a \`b` c",
        "a ``b` c",
        "```\nopen for ever",
        "- a\n\n    b",
    ],
)
def test_prose_is_text(text):
    assert [*spans(text)] == [Span("text", text)]


def test_values_stand_between_texts():
    assert [*spans("a `=x:.2f`, `=y`")] == [
        Span("text", "a "),
        Span("value", "`=x:.2f`"),
        Span("text", ", "),
        Span("value", "`=y`"),
    ]


def test_a_price_before_code_begins_no_formula():
    assert spans("costs $5, `a$b`")[1] == Span("code", "`a$b`")


def test_the_spans_of_a_text_are_the_text():
    text = "a `c\n\nd `e` $f$ `=g` \\$ ```\nh\n```\n$$i$$\n- j\n\n    `k`"
    assert "".join(span.text for span in spans(text)) == text
    assert spans("") == ()
