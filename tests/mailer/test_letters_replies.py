"""The replies that a letter's links open: ready to send, alike in every mail program, and with our mark."""

import re
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from planted_letters import OFFERS, PURPOSES, TOKEN, VALUES, Tags, body, letter


@pytest.mark.parametrize("purpose", [each for each in PURPOSES if "RESOLVED" in body(letter(each), "plain")])
def test_each_offered_answer_is_in_both_parts_with_a_reply_that_is_ready(purpose: str) -> None:
    message = letter(purpose)
    ready = [link for link in Tags(body(message, "html")).links if "subject=" in link]
    for offer in OFFERS:
        assert f"\n{offer.word}\n    {offer.title}" in body(message, "plain").replace("\r\n", "\n")
        reply = next(link for link in ready if f"&body={offer.word}%0D%0A" in link)
        assert reply.startswith(f"mailto:escalations%2B{TOKEN}@chscp.example?subject=Re%3A%20%5BCHSCP-2026-0042%5D%20")
        assert "+" not in reply
        fields = parse_qs(urlsplit(reply).query)
        assert fields["subject"] == [f"Re: {message['Subject']}"]
        assert fields["body"][0].splitlines()[0] == offer.word
        assert fields["body"][0].endswith(f"Our mark: {TOKEN}")


def test_a_reply_with_what_is_missing_opens_with_its_lines() -> None:
    links = Tags(body(letter("received", offers=()), "html")).links
    reply = next(link for link in links if "body=The" in link)
    assert unquote(reply).partition("body=")[2].startswith("The child's initials:\r\nWhy?\r\n")


def reply_link(missing: list[str]) -> tuple[str, str]:
    """The link that opens a reply with the missing lines, as the page's source has it and as a browser reads it."""
    html = body(letter("received", VALUES | {"missing": missing}, offers=()), "html")
    [source] = [each for each in re.findall(r'href="([^"]+)"', html) if "subject=" in each]
    [read] = [each for each in Tags(html).links if "subject=" in each]
    return source, read


def test_a_ready_reply_opens_alike_in_outlook_on_an_iphone_and_in_gmail() -> None:
    """RFC 6068: lines end in %0D%0A, a space is %20, and the page's source writes the ampersand as &amp;."""
    source, link = reply_link(["Is it “urgent” & why – 100 % sure?", "Café"])
    assert "&amp;body=" in source
    assert source.replace("&amp;", "&") == link
    assert re.fullmatch(r"mailto:[!-~]+", link)
    assert not re.search(r"[+\"'<> ]|%22|%0A(?<!%0D%0A)|%0D(?!%0A)", link)
    written = unquote(link.partition("body=")[2])
    assert written.startswith("Is it 'urgent' & why - 100 % sure?\r\nCafé:\r\n")
    assert "&" not in link.partition("body=")[2]


def test_a_ready_reply_is_never_longer_than_outlook_takes_and_keeps_our_mark() -> None:
    labels = [f"A long question with the number {number}, asked in many words" for number in range(60)]
    source, link = reply_link(labels)
    assert len(source) < 2_000
    written = unquote(link.partition("body=")[2])
    assert written.endswith(f"Our mark: {TOKEN}")
    kept = [line for line in written.split("\r\n") if line.startswith("A long")]
    assert kept == [f"{label}:" for label in labels[: len(kept)]]
    assert len(kept) > 10
