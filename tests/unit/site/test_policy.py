"""The policy of a page allows the scripts that stand on it, by their hashes."""

import pytest

from gdbook.site.policy import META, inline_scripts, with_hashes

PAGE = META + "default-src 'none'; script-src 'self'\"><p>{}</p>"
# SHA-256 of "alert(1)", in Base64, as browsers compute it
ALERT = "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='"


def allowed(body: str, serving: bool = False) -> list[str]:
    """The sources of scripts in the policy of a page."""
    page = with_hashes(PAGE.format(body), serving)
    assert page.endswith(f"<p>{body}</p>")
    return page.partition("script-src ")[2].partition('"')[0].split()


def test_a_script_on_the_page_is_allowed_once():
    assert allowed("<script>alert(1)</script>" * 2) == [ALERT, "'self'"]
    assert allowed('<script type="text/javascript">alert(1)</script>')[0] == ALERT
    for more in (
        " type=module",
        " type=''",
        " data-src='>'",
        "\n",
        " TYPE = 'module' id=a",
    ):
        assert allowed(f"<script{more}>alert(1)</script>") == [ALERT, "'self'"]
    assert allowed("<p title='\">\"'><Script>alert(1)</SCRIPT >")[0] == ALERT


@pytest.mark.parametrize(
    "body",
    [
        "",
        '<script src="x.js"></script>',
        '<script type="application/json">{"a": 1}</script>',
        "<script type='application/json' id=data>{}</script>",
        "<script id=x type=application/json>{}</script>",
        "<SCRIPT\nSRC=x.js></SCRIPT>",
        "<scripts>alert(1)</scripts>",
        "&lt;script>alert(1)&lt;/script>",
        '<a title="<script>alert(1)</script>">',
        "<!-- <script>alert(1)</script> -->",
    ],
)
def test_what_is_no_script_on_the_page_adds_nothing(body):
    assert allowed(body) == ["'self'"]


def test_a_script_is_read_as_a_browser_reads_it():
    text = 'if (1 < 2 && "<p>&lt;") "é"; // </p>\n'
    assert inline_scripts(f"<script>{text}</script><p>x") == [text]
    assert allowed("<script>a\r\nb</script>") == allowed("<script>a\nb</script>")
    assert allowed("<script>a\nb</script>") != allowed("<script>a b</script>")


def test_mkdocs_serve_may_add_its_own_script():
    assert allowed("<script>alert(1)</script>", serving=True) == [
        "'unsafe-inline'", "'self'"
    ]  # fmt: skip


def test_a_file_without_a_policy_stays_as_it_is():
    page = "<p>script-src</p><script>alert(1)</script>"
    assert with_hashes(page) == page
