"""What a kernel sent becomes what a page can show, or an error with page and cell."""

import pytest
from mkdocs.exceptions import PluginError

from gdbook.site.outputs import CHARACTERS, LINES, OUTPUTS, cut, normalise, printable

PLACE = "page.py, cell 3"


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def shown(**forms):
    data = {form.replace("_", "/", 1): text for form, text in forms.items()}
    return {"output_type": "display_data", "metadata": {}, "data": data}


def refusal(*outputs):
    with pytest.raises(PluginError) as refused:
        normalise(outputs, PLACE)
    assert str(refused.value).startswith(PLACE)
    return str(refused.value)


@pytest.mark.parametrize(
    ("sent", "seen"),
    [
        ("10%\r 50%\r100%\n", "100%"),
        ("long line\rshort\n", "shortline"),
        ("abc\b\bX\n", "aXc"),
        ("\b\ba\n", "a"),
        ("one\r\ntwo\r\n", "one\ntwo"),
        ("\x1b[1;31mred\x1b[0m and \x1b]8;;u\x07link\x1b]8;;\x07\n", "red and link"),
        ("a\tb  \n", "a\tb  "),
        ("Schrödinger → 中文\n", "Schrödinger → 中文"),
    ],
)
def test_control_characters_act_as_in_a_terminal(sent, seen):
    (output,) = normalise([stream(sent)], PLACE)
    assert output["text"] == f"{seen}\n"
    (output,) = normalise([shown(text_plain=sent.rstrip("\n"))], PLACE)
    assert output["data"]["text/plain"] == seen


@pytest.mark.parametrize("character", ["\0", "\a", "\f", "\x1b", "\x7f"])
def test_a_control_character_without_a_meaning_on_a_page_is_refused(character):
    assert repr(character) in refusal(stream(f"a{character}b"))
    assert repr(character) in refusal(shown(text_plain=f"a{character}b"))


def test_neighbouring_pieces_of_a_stream_are_one_output():
    outputs = [stream("a"), stream("b\n"), shown(text_plain="1"), stream("c\n")]
    found = normalise(outputs, PLACE)
    assert [output.get("text") for output in found] == ["ab\n", None, "c\n"]


@pytest.mark.parametrize("nothing", ["", "\n", " \n\n", "\r\n"])
def test_an_output_of_nothing_is_no_output(nothing):
    assert normalise([stream(nothing)], PLACE) == []


def test_an_output_without_end_is_cut_and_says_so():
    (output,) = normalise([stream("x\n" * 10**6)], PLACE)
    lines = output["text"].splitlines()
    assert lines[:LINES] == ["x"] * LINES
    assert lines[LINES:] == [
        "… cut here: 1,000,000 lines and 2,000,000 characters in all"
    ]


def test_a_line_without_end_is_cut_and_says_so():
    lines = cut(printable("y" * 10**6, PLACE)).splitlines()
    assert lines[0] == "y" * CHARACTERS
    assert lines[1:] == ["… cut here: 1 lines and 1,000,000 characters in all"]


def test_an_output_at_the_limit_is_whole():
    text = "x\n" * LINES
    (output,) = normalise([stream(text)], PLACE)
    assert output["text"] == text


@pytest.mark.parametrize(
    "text",
    [
        "<Popen object at 0x7f12ab34cd56>",
        "x <f at 0x1F00>",
        "&lt;f at 0x7f12ab34&gt;",
        "<function <lambda> at 0x7f12ab34>",
        "a\n<generator object <genexpr> at 0x1F00>",
        "<b>1</b> <function f.<locals>.g at 0x7f12ab34cd56>",
    ],
)
def test_an_address_in_memory_is_refused(text):
    assert "differs from run to run" in refusal(stream(text))
    assert "differs from run to run" in refusal(shown(text_plain=text))
    assert "differs from run to run" in refusal(shown(text_html=text))


def test_a_hexadecimal_number_is_no_address():
    (output,) = normalise([stream("a < b\nflags at 0x7f12ab34, mask 0xff\n")], PLACE)
    assert "0x7f12ab34" in output["text"]


def test_html_without_an_address_is_looked_through_at_once():
    rows = "<b>1</b>" * (CHARACTERS // 8)  # ten thousand < on a line
    (output,) = normalise([shown(text_html=rows)], PLACE)
    assert output["data"]["text/html"] == rows


@pytest.mark.parametrize("form", ["text/html", "text/markdown", "text/latex"])
def test_what_would_break_when_cut_is_refused(form):
    long = shown(**{form.replace("/", "_"): "<p>x</p>\n" * (LINES + 1)})
    assert f"wanted at most 1,000 lines and 100,000 characters of {form}" in refusal(
        long
    )


def test_outputs_without_end_are_cut_and_the_page_says_so():
    outputs = [shown(text_plain=str(n)) for n in range(5000)]
    *kept, note = normalise(outputs, PLACE)
    assert kept == outputs[:OUTPUTS]
    assert note["text"] == "… cut here: 5,000 outputs in all\n"
    assert normalise(outputs[:OUTPUTS], PLACE) == outputs[:OUTPUTS]


@pytest.mark.parametrize(
    "form", ["image_jpeg", "application_javascript", "application_json"]
)
def test_the_name_of_an_object_is_not_shown_in_place_of_what_it_shows(form):
    message = refusal(shown(**{form: "x"}, text_plain="<Image object>"))
    assert form.replace("_", "/") in message


def test_a_form_that_is_not_shown_is_left_out():
    both = shown(text_html="<b>table</b>", text_plain="<Table at 0x7f12ab34cd56>")
    assert normalise([both], PLACE)[0]["data"] == {"text/html": "<b>table</b>"}


def test_what_fails_while_it_is_shown_is_refused_with_its_cause():
    error = {"output_type": "error", "ename": "KeyError", "evalue": "'x'"}
    assert "KeyError: 'x'" in refusal(error, shown(text_plain="1"))


def test_a_text_on_stderr_is_refused():
    assert "careful" in refusal(stream("careful", "stderr"))


def test_a_form_that_no_page_shows_is_refused_with_those_that_it_does():
    message = refusal(shown(application_json="{}"))
    assert "application/json" in message
    assert "text/plain" in message
