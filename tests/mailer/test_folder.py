"""The folder that the post room shows: whole letters, in order, or none."""

import os
from pathlib import Path

import pytest

from mailer.errors import Unavailable
from mailer.transports.folder import Folder
from mailer.transports.transport import Envelope

LETTER = b"Subject: Please answer\r\n\r\nDear Dan\n\xff\x00\r\n"


def post(folder: Folder, to: str, message: bytes = LETTER) -> None:
    folder.send(Envelope("escalations@chscp.example", to), message)


def test_letters_come_back_byte_for_byte_in_the_order_of_hand_over(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "deep/post-room")
    for number in range(12):
        post(folder, f"dan{number}@hackney.example", LETTER + bytes([number]))
    assert [each.recipient for each in folder.letters()] == [f"dan{number}@hackney.example" for number in range(12)]
    assert [each.message for each in folder.letters()] == [LETTER + bytes([number]) for number in range(12)]


def test_the_same_bytes_handed_over_twice_are_two_letters(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    post(folder, "dan@hackney.example")
    post(folder, "dan@hackney.example")
    first, second = folder.letters()
    assert first.id != second.id
    assert first.message == second.message


def test_a_letter_is_found_by_its_id_and_a_path_is_no_id(tmp_path: Path) -> None:
    (tmp_path / "secret.eml").write_bytes(b"x\ny")
    folder = Folder(tmp_path / "post-room")
    post(folder, "dan@hackney.example")
    [posted] = folder.letters()
    assert folder.letter(posted.id) == posted
    assert folder.letter("000009-00000000") is None
    assert folder.letter("../secret") is None


def test_a_letter_half_written_is_not_a_letter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(tmp_path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Unavailable, match="No space left"):
        post(folder, "dan@hackney.example")
    assert folder.letters() == []


def test_a_folder_that_is_gone_is_a_mail_server_that_is_away(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "post-room")
    (tmp_path / "post-room").rmdir()
    with pytest.raises(Unavailable):
        post(folder, "dan@hackney.example")
