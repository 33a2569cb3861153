"""What a message says, as plain values for JSON: for a person who wants to see what the program makes of a mail."""

from dataclasses import asdict
from datetime import date
from typing import Any

from intake.mail.absence import read_absence
from intake.mail.message import Understood
from intake.replies.new_text import new_text
from intake.rules import BOUNCE, Found, judge

AUTOMATIC = "automatic reply"


def outline(understood: Understood, today: date) -> dict[str, Any]:
    """`today` is the local date. No letter is known here, so what only leads to a case meets the rule "unknown"."""
    judged = judge(understood, Found(), ())
    automatic = judged.rule == AUTOMATIC
    absence = read_absence(understood, today) if automatic else None
    return {
        "rule": judged.rule,
        "becomes": judged.becomes,
        "why": judged.why,
        "from": understood.sender,
        "from_name": understood.sender_name,
        "sender_problems": understood.sender_problems,
        "warnings": understood.warnings,
        "subject": understood.subject,
        "date": understood.date.isoformat() if understood.date else None,
        "message_id": understood.message_id,
        "new_text": new_text(understood.text).words,
        "text": understood.text,
        "bounce": {
            "final": judged.rule == BOUNCE,
            "failed": understood.report.failed,
            "delayed": understood.report.delayed,
        },
        "automatic": automatic,
        "absence": {
            "back_on": absence.back_on.isoformat() if absence and absence.back_on else None,
            "deputies": [asdict(each) for each in absence.deputies] if absence else [],
        },
        "attachments": [asdict(each) for each in understood.attachments],
        "limits": understood.limits,
        "defects": understood.defects,
    }
