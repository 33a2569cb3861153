import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.spreadsheet import line


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "\0x"])
def test_no_spreadsheet_takes_a_cell_for_a_formula(text: str) -> None:
    """D34: a leading = + - @ tab CR or NUL gets a single quote."""
    assert line([text]).lstrip('"').startswith("'")


@given(st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])), min_size=1))
def test_a_line_reads_back_as_rfc_4180_but_for_the_quotes(cells: list[str]) -> None:
    written = line(cells)
    assert written.endswith("\r\n")
    read = next(csv.reader(io.StringIO(written, newline="")), [""])
    assert [each.removeprefix("'") for each in read] == [each.removeprefix("'") for each in cells]
