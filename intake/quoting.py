"""How mail programs mark the words that are not the sender's new ones: headers of quotations, banners, footers. Data.

Every pattern is matched against the beginning of one line, cut to a bounded length, so that reading stays linear.
"""

import re

_ANY = re.IGNORECASE

# Everything from such a line on is older mail.
SEPARATOR = re.compile(
    r"""[\s*_>-]*(?:
        (?:original|forwarded)\s(?:message|appointment)
        | forwarded\sby\s
        | begin\sforwarded\smessage:
        | (?:please\s)?(?:write|type)\syour\s(?:reply|answer)\sabove\sthis\sline
        | (?:ursprüngliche\snachricht|message\sd['’]origine|mensaje\soriginal|oorspronkelijk\sbericht)
    )[\s*:_-]*""",
    _ANY | re.VERBOSE,
)
SEPARATOR_DASHES = re.compile(r"-{2,}|_{5,}|begin |(?:please )?(?:write|type) ", _ANY)

# "On Thursday 3 December 2026 at 10:02, Jo Smith <jo@council.example> wrote:" may be wrapped over a few lines.
ATTRIBUTION_BEGINS = re.compile(r"(?:On|Ar|Am|Le|El|Op|Il)\s", _ANY)
ATTRIBUTION = re.compile(
    r"(?:on|ar|am|le|el|op|il)\s(?=.*(?:\d{4}|\d:\d\d|@)).{4,500}?"
    r"(?:wrote|writes|ysgrifennodd|schrieb|a écrit|escribió|schreef|ha scritto)\b[^:]{0,100}:",
    _ANY,
)
ATTRIBUTION_BY_ADDRESS = re.compile(r"\d{4}-\d\d-\d\d \d\d?:\d\d .{0,200}<[^<>\s@]+@[^<>\s]+>:", _ANY)
ATTRIBUTION_LINES = 4

# Outlook's block: From, then at least two of the others close below.
FROM_FIELD = re.compile(r"[\s*_]*(?:from|von|de|van|da|oddi wrth)[*_]*\s?:[*_]*\s*\S", _ANY)
OTHER_FIELD = re.compile(
    r"[\s*_]*(sent|date|to|cc|subject|importance|gesendet|an|betreff|envoyé|objet|à|verzonden|onderwerp|anfonwyd|pwnc|at)[*_]*\s?:",
    _ANY,
)
FIELD_LINES = 14
RULE = re.compile(r"[\s*]*[_-]{5,}[\s*]*")

# Lotus Notes: a line with the date alone, then To, cc and Subject, each above its value or before a tab.
NOTES_DATE = re.compile(
    r"(?:sent by:.{0,80})?\s*\d{1,2}[/.]\d{1,2}[/.]\d{4}\s+\d{1,2}:\d\d(?::\d\d)?(?:\s?[AP]M)?(?:\s[A-Z]{3,4})?", _ANY
)
NOTES_TO = re.compile(r"(?:please respond to|to)(?:\s.*|:.*)?", _ANY)
NOTES_SUBJECT = re.compile(r"subject(?:\s.*|:.*)?", _ANY)
NOTES_FOLDED = re.compile(r".{0,80}---\s?\d{1,2}[/.]\d{1,2}[/.]\d{4} \d{1,2}:\d\d(?::\d\d)?.{0,4}---")

# Put above the words by the mail systems on the way.
BANNER = re.compile(
    r"""[\s*\[(!⚠️_#-]*(?:
        (?:caution|warning|attention|beware|external|security\snotice|notice)\b[\s*:!.\])_-]*
            (?:$|external|e-?mail|this\s(?:e-?mail|message|mail|sender)|do\snot|the\ssender|sender|originated|from\soutside|think)
        | this\s(?:e-?mail|message|mail)\s(?:has\s)?(?:originated|comes?|came|was\ssent|is)\s(?:from|by)\s
            (?:an?\s)?(?:outside|external|sender\soutside|someone\soutside)
        | you\sdon['’]t\soften\s(?:get|receive)\semail\sfrom
        | some\speople\swho\sreceived\sthis\smessage\sdon['’]t\soften
        | (?:nhs\s)?(?:classification:\s*)?official(?:\s?[-–:]\s?sensitive)?(?:\s?[-–:]\s?\w+)?[\s*\])]*$
        | (?:\[?(?:secure|encrypted)\]?)[\s*]*$
    )""",
    _ANY | re.VERBOSE,
)

# Put below them by the sender's device.
DEVICE = re.compile(
    r"""[\s*]*(?:
        sent\s(?:securely\s)?from\s(?:(?:my|an?)\s)?(?:\w+\s)?
            (?:i?phone|i?pad|samsung|galaxy|android|mobile|blackberry|huawei|pixel|outlook|mail|yahoo|workspace|tablet)\b
        | get\soutlook\sfor\s(?:ios|android|mac)
        | sent\sfrom\soutlook
    ).{0,120}""",
    _ANY | re.VERBOSE,
)

# What stands below is a signature, a disclaimer, or thanks: never by itself the words that were asked for.
SIGNATURE = re.compile(r"--\s?")
SIGN_OFF = re.compile(
    r"""[\s*]*(?:(?:with\s)?(?:kind(?:est)?|best|warm(?:est)?|many)?\s?(?:regards|wishes)
        | (?:many\s|kind\s)?thanks(?:\sagain)?(?:\s(?:and|&)\s.{0,30})? | thank\syou
        | regards | sincerely | faithfully | cheers | kr | br
        | yours(?:\s(?:sincerely|faithfully|truly))? | cofion(?:\s.{0,20})? | diolch(?:\s.{0,20})?)[\s,.!*-]*""",
    _ANY | re.VERBOSE,
)
DISCLAIMER = re.compile(
    r"""[\s*_=#-]*(?:
        (?:this|the\sinformation\s(?:contained\s)?in\sthis)\s(?:e-?mail|message|communication|transmission)\b
            (?=.*(?:confidential|intended|addressee|privileged|attachment|virus|monitor|recipient|files\stransmitted|scanned))
        | (?:e-?mail\s)?disclaimer\b | confidentiality(?:\snotice|:) | legal\sdisclaimer
        | (?:if\syou\s(?:have\sreceived|are\snot\sthe))\b(?=.*(?:e-?mail|message|recipient|error|addressee))
        | please\s(?:consider|think\s(?:of|about))\sthe\senvironment | think\sbefore\syou\sprint
        | (?:this|the)\s(?:e-?mail|message)\s(?:has\sbeen|was)\s(?:scanned|swept|checked)\b
        | click\shere\sto\sreport\sthis\s(?:e-?mail|message) | report\sthis\smessage\sas\sspam
        | privacy\snotice:? | all\s(?:e-?mails?|messages|communications)\b.{0,60}\b(?:monitor|record)
    )|[\s]*(?:\*{8,}|={8,})\s*$""",
    _ANY | re.VERBOSE,
)
