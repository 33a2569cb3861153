"""Why a letter did not go. Which of the three it is decides what happens next.

NotSent
├── Refused            for good: business support is told, nobody retries
├── Unavailable        certainly not sent: tried again later
│   ├── Unreachable    no letter can be handed over at all just now: the rest of the round waits as well
│   └── Misconfigured  the mail server will not take letters of ours: whoever keeps the service must see to it
└── Uncertain          may have been sent: one marked repeat, then a person
"""


class NotSent(Exception):
    """A transport did not report that the letter was accepted. The words name nobody and quote no mail server."""


class Refused(NotSent):
    """The letter will never be accepted at this address, or must not go there.

    `why` are plain words for the record and for business support's task, empty where there is nothing to add.
    `address_fails` says that it is the address itself that does not work.
    """

    def __init__(self, words: str, why: str = "", *, address_fails: bool = False) -> None:
        super().__init__(words)
        self.why = why
        self.address_fails = address_fails


class Unavailable(NotSent):
    """The mail server was not there, or asked to try later; the letter has certainly not gone."""


class Unreachable(Unavailable):
    """No connection that may be used: nobody there, no verified encryption, or no log-in."""


class Misconfigured(Unavailable):
    """The mail server refuses us, whomever the letter is for: our sender, our rights or our domain's records."""


class Uncertain(NotSent):
    """The hand-over began and its answer was lost; the letter may have gone."""
