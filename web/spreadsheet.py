"""Lines of a CSV file (RFC 4180) that no spreadsheet takes for a formula (guarantees, D34)."""

import csv
import io
from collections.abc import Iterable

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")


def line(cells: Iterable[object]) -> str:
    """One line with CRLF. A text that a spreadsheet would run gets a single quotation mark before it."""
    written = io.StringIO()
    csv.writer(written, lineterminator="\r\n").writerow(_harmless(cell) for cell in cells)
    return written.getvalue()


def _harmless(cell: object) -> str:
    text = str(cell)
    return f"'{text}" if text.startswith(_FORMULA) else text
