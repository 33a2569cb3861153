"""Why a letter did not go. Which of the three it is decides what happens next.

NotSent
├── Refused      for good: business support is told, nobody retries
├── Unavailable  certainly not sent: tried again later
└── Uncertain    may have been sent: one marked repeat, then a person
"""


class NotSent(Exception):
    """A transport did not report that the letter was accepted."""


class Refused(NotSent):
    """The letter will never be accepted at this address, or must not go there."""


class Unavailable(NotSent):
    """The mail server was not there, or asked to try later; the letter has certainly not gone."""


class Uncertain(NotSent):
    """The hand-over began and its answer was lost; the letter may have gone."""
