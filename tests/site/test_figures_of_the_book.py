"""The data of the book's figures."""


def test_every_line_and_area_of_the_book_is_in_its_table(site):
    """A figure with nothing in its table draws with something that is not read."""
    tables = sorted(site.rglob("*-figure-*.csv"))
    assert len(tables) > 20
    empty = [path.name for path in tables if path.read_text("utf-8").count("\n") < 3]
    assert empty == []
