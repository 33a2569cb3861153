"""What each kind of letter is called in the record, at the desk and in letters: near to its subject, so that whoever
looks for it among their mail knows it again. Pure."""

from collections.abc import Mapping

LETTER_TITLES: Mapping[str, str] = {
    "acknowledged": "We have received your e-mail",
    "added": "We have added what you sent",
    "ask_sender": "Please tell us more",
    "ask_why": "A question before the next step",
    "audit": "What the daily check found",
    "chase": "Overdue: please answer",
    "clock_changed": "Please look at the computer’s clock",
    "closed": "This case is closed",
    "code": "Your six-digit code",
    "confirm": "Please confirm your e-mail address",
    "confirm_raised": "Please confirm what you sent",
    "confirm_sender": "Did you write to us?",
    "contact": "Please confirm your entry in the contact list",
    "digest": "The daily digest",
    "disputed": "The outcome is disputed",
    "divert": "Your decision is needed",
    "diverted": "What you need to do now",
    "echo": "We have recorded your answer",
    "ended": "This case has ended",
    "for_information": "For your information",
    "given": "Something that was asked for has come",
    "handed_over": "Somebody else takes your place",
    "held": "Letters are held back",
    "immediate_harm": "Urgent: please act now",
    "mailbox": "About the mailbox",
    "move_proposed": "Please decide: take it further or not yet",
    "news": "There is news",
    "not_ours": "We are not the right place for it",
    "on_file": "Please put this on file, and tell us",
    "other_side": "Please say how it ended",
    "outcome": "There is an answer: please say whether you agree",
    "paused": "This case is paused",
    "progress": "What is happening now",
    "proposed": "Did we understand your answer?",
    "received": "We have received what you sent",
    "reminder": "Reminder: your answer is due",
    "request": "Something is needed from you in writing",
    "resumed": "This case goes on",
    "shared": "How it ended",
    "sign_in": "Your link to sign in to the desk",
    "stage": "Your answer is needed",
    "task": "Business support: please act",
    "too_late": "Your answer came after this had ended",
    "tray": "A mail waits in the tray",
    "trial": "Test letter",
    "unclear": "We could not read your answer",
    "way": "How this will be settled",
}


def letter_title(purpose: str) -> str:
    """What a letter of this purpose is called."""
    return LETTER_TITLES.get(purpose, "A letter")
