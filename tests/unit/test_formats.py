"""Numbers and tables as text."""

from gdbook.formats import markdown_table, power_of_ten, power_of_ten_tex


def test_a_number_is_written_with_the_power_of_ten_of_its_rounded_digit() -> None:
    assert power_of_ten(6.008e-14) == "6 × 10⁻¹⁴"
    assert power_of_ten(9.6e21) == "1 × 10²²"
    assert power_of_ten_tex(6.008e-14) == r"6 \cdot 10^{-14}"
    assert power_of_ten_tex(9.6e21) == r"1 \cdot 10^{22}"


def test_a_table_has_a_head_a_rule_and_a_line_for_each_row() -> None:
    assert markdown_table(["a", "b"], [["1", "2"], ["3", "4"]]) == (
        "| a | b |\n| --: | --: |\n| 1 | 2 |\n| 3 | 4 |"
    )
