"""What a reply says in plain sentences, if that can be but one thing: an outcome, a date, somebody else, a question.

Pure, linear, and the same each time: fixed phrases (`intake.replies.phrases`), no guessing. What is doubtful,
conditional, quoted, asked or said twice over is for a person. An outcome is only ever proposed (decisions,
"Confirmation" b).
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from itertools import pairwise

from cases.submission import Answer, Evidence
from cases.verbs.decision import Offer
from intake.replies import footers, phrases
from intake.replies.days import Day, days_in, time_in

LONGEST = 3000  # letters: whoever writes more than this says more than one thing
_LINE = 1000  # letters of a line that patterns see
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\ufeff\u00ad]")
_SENTENCE_ENDS = re.compile(r"(?<=[.!?;])\s+")
_PARAGRAPH_ENDS = re.compile(r"\n\s{0,200}\n")

HOW_IT_ENDED = "It may say how this ended, but not in words that can be taken for one answer."
WHICH_DATE = "It may give a date, but not one that can be read for certain, such as 4 December 2026."
FOR_ANOTHER = "It may be written for somebody else."
MORE_THAN_ONE = "It can be read as more than one answer."


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a reply means. `words` are the very sentences that say so; `text` is all that was written."""

    offer: Offer
    words: str
    text: str
    day: date | None = None
    at: time | None = None  # local time of a meeting, where one is named


@dataclass(frozen=True, slots=True)
class Prose:
    """Either a meaning, or nothing. `unclear` says in plain words what stood in the way, where something did."""

    meaning: Meaning | None
    unclear: str = ""


@dataclass(frozen=True, slots=True)
class _Sentence:
    words: str  # as written
    plain: str  # in lower case, with straight apostrophes, without greeting


@dataclass(frozen=True, slots=True)
class _Asked:
    """The offers of a letter, and the day on which the reply was written and read."""

    offers: Sequence[Offer]
    today: date
    written_today: bool

    def offer(self, does: str) -> Offer | None:
        return next((offer for offer in self.offers if offer.does == does), None)


class _Unclear(Exception):
    """A sentence says something that cannot be read for certain; in plain words."""


def read(words: str, offers: Sequence[Offer], today: date, *, written_today: bool = True) -> Prose:
    """What the new words of a reply mean, of what a letter offered. `today` is the local date.

    A reply that was not `written_today` may give dates, but no names of days.
    """
    text = _own_words(words)
    if text is None or len(text) > LONGEST:
        return Prose(None)
    asked, sentences = _Asked(offers, today, written_today), _sentences(text)
    if any(phrases.FOR_ANOTHER.search(sentence.plain) for sentence in sentences):
        return Prose(None, FOR_ANOTHER)
    try:
        found = [(sentence, _meaning(sentence, asked)) for sentence in sentences]
        meanings = [meaning for _, meaning in found if meaning]
        if not meanings:
            return Prose(None, HOW_IT_ENDED if any(map(_doubtful, sentences)) else "")
        meant = _one_of(meanings)
        _none_takes_back(meant, [sentence for sentence, meaning in found if not meaning])
        return Prose(replace(meant, text=text))
    except _Unclear as unclear:
        return Prose(None, str(unclear))


def answer_of(meaning: Meaning, message: str) -> Answer:
    """The answer that a stored message gives, with the very words as evidence."""
    evidence = Evidence(via="reply", message=message, read="prose", words=meaning.words)
    return Answer(meaning.offer.does, meaning.offer.about, meaning.text, meaning.day, evidence, meaning.at)


def _own_words(words: str) -> str | None:
    """What stands above the signature; None where something was added below it, which only a person can weigh."""
    lines = words.split("\n")
    for at, line in enumerate(lines):
        seen = line[:_LINE]
        if footers.SIGNATURE.fullmatch(seen) or footers.DISCLAIMER.match(seen):
            return "\n".join(lines[:at]).strip()
        if footers.SIGN_OFF.fullmatch(seen) and any(each.strip() for each in lines[:at]):
            added = any(phrases.AFTERTHOUGHT.match(each[:_LINE]) for each in lines[at + 1 :])
            return None if added else "\n".join(lines[:at]).strip()
    return words.strip()


def _sentences(text: str) -> list[_Sentence]:
    """The sentences, in order; a line break within a paragraph ends none, since mail programs wrap."""
    paragraphs = (" ".join(_INVISIBLE.sub("", each).split()) for each in _PARAGRAPH_ENDS.split(text))
    return [
        _Sentence(sentence, plain)
        for paragraph in paragraphs
        for sentence in _SENTENCE_ENDS.split(paragraph)
        if (plain := _plain(sentence))
    ]


def _plain(sentence: str) -> str:
    words = sentence.lower().replace("’", "'").replace("*", "").strip(" _")
    words = phrases.GREETING.sub("", words, count=1)
    return phrases.OPENING_WORD.sub("", words, count=1)


def _one_of(found: list[Meaning]) -> Meaning:
    """The one thing that is meant. The same thing said twice is said once."""
    for one, other in pairwise(found):
        if (one.offer, one.day) != (other.offer, other.day):
            raise _Unclear(MORE_THAN_ONE)
    times = {meaning.at for meaning in found if meaning.at}
    return replace(found[0], words=" ".join(each.words for each in found), at=times.pop() if len(times) == 1 else None)


def _meaning(sentence: _Sentence, asked: _Asked) -> Meaning | None:
    """What one sentence means, of all that could be meant. Raises _Unclear."""
    readings = [meaning for reader in _READERS if (meaning := reader(sentence, asked))]
    if len(readings) > 1:
        raise _Unclear(MORE_THAN_ONE)
    return readings[0] if readings else None


def _none_takes_back(meant: Meaning, others: list[_Sentence]) -> None:
    """Raises _Unclear where another sentence may take back what is meant."""
    weighed = [sentence for sentence in others if not phrases.COURTESY.match(sentence.plain)]
    if meant.offer.effect and any(map(_doubtful, others)):
        raise _Unclear(HOW_IT_ENDED)
    if meant.offer.effect not in ("", "unresolved") and any(not _is_name(each, others) for each in weighed):
        raise _Unclear(HOW_IT_ENDED)  # "It is resolved. Nobody has seen the child since."
    if meant.day and any(phrases.TAKES_BACK.match(each.plain) for each in weighed):
        raise _Unclear(WHICH_DATE)


def _is_name(sentence: _Sentence, others: list[_Sentence]) -> bool:
    """Whether the last words are a name, written below the others without any farewell."""
    return sentence is others[-1] and bool(phrases.NAME_ALONE.fullmatch(sentence.words))


def _doubtful(sentence: _Sentence) -> bool:
    """Whether a sentence is about how it ended, without being one that says it."""
    denied = phrases.AGREEING.search(sentence.plain) and phrases.DENIED.search(sentence.plain)
    return bool(denied or phrases.ABOUT_THE_END.search(sentence.plain))


def _ended(sentence: _Sentence, asked: _Asked) -> Meaning | None:
    """How the stage ended. Raises _Unclear where the sentence names an outcome and does not say it outright."""
    said = _endings(sentence, asked)
    offers = {offer.does: offer for offer, _ in said if offer}
    if len(offers) > 1 or any(offer is None or not _outright(sentence, offer, rest) for offer, rest in said):
        raise _Unclear(HOW_IT_ENDED)
    return Meaning(next(iter(offers.values())), sentence.words, "") if offers else None


def _endings(sentence: _Sentence, asked: _Asked) -> list[tuple[Offer | None, str]]:
    """The outcomes that a sentence names, each with the rest of the sentence; None for one that is not on offer."""
    return [*_by_effect(sentence, asked), *_by_own_words(sentence, asked)]


def _by_effect(sentence: _Sentence, asked: _Asked) -> list[tuple[Offer | None, str]]:
    found: list[tuple[Offer | None, str]] = []
    plain = _without_quoted(sentence.plain)
    for effect, pattern in phrases.ENDS.items():
        rest = pattern.sub(" ", plain)
        if rest != plain:
            having = [offer for offer in asked.offers if offer.effect == effect]
            found.append((having[0] if len(having) == 1 else None, rest))
            plain = rest  # what denies an end may hold the words that state one
    return found


def _by_own_words(sentence: _Sentence, asked: _Asked) -> list[tuple[Offer | None, str]]:
    """The outcomes whose title stands in a sentence, or whose word does in capitals, as the letter has it."""
    found: list[tuple[Offer | None, str]] = []
    words, plain = _without_quoted(sentence.words), _without_quoted(sentence.plain)
    for offer in sorted(asked.offers, key=lambda offer: -len(offer.word)):
        if not offer.effect:
            continue
        if offer.title.lower() in plain:
            found.append((offer, plain.replace(offer.title.lower(), " ")))
        elif offer.word in words and re.search(rf"(?<!\w){re.escape(offer.word)}(?!\w)", words):
            words = words.replace(offer.word, " ")  # a longer word may hold a shorter one
            found.append((offer, words.lower()))
    return found


def _outright(sentence: _Sentence, offer: Offer, rest: str) -> bool:
    """Whether nothing else in the sentence takes back what it says."""
    rest = phrases.SAYING.sub(" ", rest)
    if "?" in rest or phrases.UNSURE.search(rest) or phrases.ABOUT_THE_END.search(rest):
        return False
    if offer.effect == "unresolved":
        return bool(phrases.HOLDS.search(sentence.plain)) or not phrases.DENIED.search(rest)
    if phrases.ANOTHER_MATTER.search(sentence.plain):
        return False
    return not phrases.BUT.search(rest) and not phrases.DENIED.search(phrases.NOT_A_DENIAL.sub(" ", rest))


def _without_quoted(words: str) -> str:
    """The words that are the writer's own."""
    return phrases.QUOTED_WORDS.sub(" ", words)


def _dated(does: str, says: re.Pattern[str]) -> Callable[[_Sentence, _Asked], Meaning | None]:
    def read_in(sentence: _Sentence, asked: _Asked) -> Meaning | None:
        offer, plain = asked.offer(does), _without_quoted(sentence.plain)
        if not offer or not says.search(plain):
            return None
        days = days_in(plain, asked.today, written_today=asked.written_today)
        rest = _without(plain, days)
        unsure = phrases.NO_PROMISE.search(phrases.NOT_UNSURE.sub(" ", rest)) or "?" in rest
        others = does == "meeting" and (phrases.WITH_OTHERS.search(rest) or _by(plain, days))
        if len(days) != 1 or days[0].day is None or unsure or others:
            raise _Unclear(WHICH_DATE)
        return Meaning(offer, sentence.words, "", days[0].day, time_in(rest) if does == "meeting" else None)

    return read_in


def _by(sentence: str, days: list[Day]) -> bool:
    """Whether a day is only the last one possible."""
    return any(phrases.BY.search(sentence[: day.start]) for day in days)


def _without(sentence: str, days: list[Day]) -> str:
    for day in reversed(days):
        sentence = f"{sentence[: day.start]} {sentence[day.end :]}"
    return sentence


def _somebody_else(sentence: _Sentence, asked: _Asked) -> Meaning | None:
    offer, plain = asked.offer("hand_over"), _without_quoted(sentence.plain)
    rest = phrases.HANDED_OVER.sub(" ", plain)
    if not offer or rest == plain:
        return None
    if "?" in plain or phrases.MAYBE_HANDED_OVER.search(plain) or phrases.DENIED.search(rest):
        raise _Unclear(MORE_THAN_ONE)
    return Meaning(offer, sentence.words, "")


def _question(sentence: _Sentence, asked: _Asked) -> Meaning | None:
    """A question that can be passed on. Raises _Unclear for any other question mark: it may take back what was said."""
    if "?" not in sentence.plain or phrases.COURTESY.match(sentence.plain):
        return None
    offer = asked.offer("question")
    if _doubtful(sentence):
        raise _Unclear(HOW_IT_ENDED)
    if not offer or not phrases.ASKS.match(sentence.plain):
        raise _Unclear("It asks rather than answers.")
    return Meaning(offer, sentence.words, "")


_READERS: Sequence[Callable[[_Sentence, _Asked], Meaning | None]] = (
    _ended,
    _dated("by", phrases.ANSWERS_BY),
    _dated("meeting", phrases.MEETS),
    _somebody_else,
    _question,
)
