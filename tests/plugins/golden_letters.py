"""One letter of each purpose at least, with the values of one made-up case, as people would get it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from digests import BUSY, QUIET

from cases.digest.composing import compose
from cases.digest.daily import values_of
from cases.directory.requests import OFFERS as CONTACT_OFFERS
from cases.verbs.decision import Offer
from mailer.letters import Frame, Letters

TOKEN = "0f7k2m9qx4wz8r3tvb6hcdjn5p"
FRAME = Frame(
    message_id="<5d0c1f7a93be4e6f8a2b7c9d0e1f2a3b@chscp.example>",
    sender_name="CHSCP escalations",
    sender="escalations@chscp.example",
    reply_to=f"escalations+{TOKEN}@chscp.example",
    token=TOKEN,
    page_url=f"https://answerable.chscp.example/answer/{TOKEN}",
    status_url=None,
    site_url="https://answerable.example",
    date=datetime(2026, 11, 27, 10, 0, tzinfo=UTC),
    references=(),
    automatic="auto-generated",
    suppress="DR, RN, NRN",
    loop_mark="answerable.chscp.example",
)

DANA = {"name": "Dana Whitlock", "title": "practitioner", "email": "dana.whitlock@homerton.example",
        "agency": "Homerton Healthcare"}  # fmt: skip
MARCUS = {"name": "Marcus Lee", "title": "practitioner", "email": "marcus.lee@hackney.example",
          "agency": "Hackney Children's Services"}  # fmt: skip
RUTH = {"name": "Ruth Okafor", "title": "line manager", "email": "ruth.okafor@homerton.example",
        "agency": "Homerton Healthcare"}  # fmt: skip
TOM = {"name": "Tom Reed", "title": "line manager", "email": "tom.reed@hackney.example",
       "agency": "Hackney Children's Services"}  # fmt: skip
LENA = {"name": "Lena Fox", "title": "designated safeguarding lead", "email": "lena.fox@homerton.example",
        "agency": "Homerton Healthcare"}  # fmt: skip
FIRST = {"label": "Stage 1", "title": "Practitioners talk", "cited": "policy 2.1-2.2"}
SECOND = {"label": "Stage 2", "title": "Line managers", "cited": "policy 2.3-2.5"}
THIRD = {"label": "Stage 3", "title": "Senior managers", "cited": "policy 2.7-2.10"}
FOURTH = {"label": "Stage 4", "title": "The Independent Child Safeguarding Commissioner", "cited": "policy 2.13-2.16"}
DUE = "Friday 4 December 2026: 5 working days from Friday 27 November; 28–29 November are a weekend"
LATER = "Friday 11 December 2026: 10 working days from Friday 27 November; 28–29 November and 5–6 December are weekends"
UNNUMBERED = "The policy gives no number of days for this stage. This date is CHSCP's own setting in this service: {}."
TALK = (
    "Talk to the other practitioner as soon as you can, by telephone or face to face, and try to settle it between you."
)
TALK_AS_MANAGERS = "Talk to the line manager on the other side and try to settle it between you."
DECIDE = (
    "The matter is referred to you. You may settle it directly with the senior managers concerned, or convene a "
    "Resolution Panel."
)
HARM = "Tell your agency's designated safeguarding lead now. In an emergency call 999. Do not wait for this form."
ALONE = {"says": "A difference in status or experience can make it hard to do this alone.", "cited": "policy 2.2"}
MEET = {"says": "Consider together whether a professionals' meeting would help.", "cited": "policy 2.5"}
NOBODY = (
    "Nobody is known as line manager of Hackney Children's Services. Please find out who it is and enter them in the "
    "directory."
)
COMMON: Mapping[str, Any] = {
    "reference": "CHSCP-2026-0042",
    "partnership": "City and Hackney Safeguarding Children Partnership",
    "short_name": "CHSCP",
    "policy_title": "Dispute Resolution Policy",
    "policy_dated": "July 2024",
    "advice": [{"says": "Talk it through with your own supervisor or manager at any time.", "cited": "policy 1.8"}],
    "to_title": "practitioner",
    "child": "A.B.",
    "child_numbers": "Homerton 99812; Hackney 55012",
    "raising_agency": "Homerton Healthcare",
    "receiving_agency": "Hackney Children's Services",
    "concern": "The plan was closed on 20 November without a visit.\nNew bruises were seen on 24 November.",
    "wanted": "A visit this week, and a strategy discussion.",
    "raiser": "Dana Whitlock",
    "path": "/desk/chscp/cases/CHSCP-2026-0042",
}
OUTCOMES = (
    Offer("outcome:resolved", "RESOLVED", "It is resolved", "s1", ("remark",)),
    Offer("outcome:not_resolved", "NOT RESOLVED", "It is not resolved, and has to go further", "s1", ("remark",)),
)
PROSE = "Hi, spoke to Ruth this morning and we've agreed the visit will go ahead\nso happy to close this"
YES = Offer("outcome:resolved", "YES", "Yes, record it as: It is resolved", "s2", words=PROSE)
ALWAYS = (
    Offer("meeting", "MEETING", "We will meet or talk on this date", "s1", ("date",)),
    Offer("by", "BY", "I will answer by this date", "s1", ("date",)),
    Offer("hand_over", "NOT ME", "I am not the right person: it should go to", "s1", ("text",)),
    Offer("question", "QUESTION", "I have a question", "s1", ("text",)),
)
WAYS = (
    Offer("way:directly", "DIRECTLY", "I will settle it directly with the senior managers", "s4"),
    Offer("way:panel", "PANEL", "I convene a Resolution Panel", "s4"),
)
MOVES = (
    Offer("move", "MOVE ON", "Take it to Stage 2: Line managers", "s1"),
    Offer("stay", "NOT YET", "Leave it at this stage for now", "s1"),
)
OBJECT = (
    Offer("object", "OBJECT", "I do not agree that it is settled, because", "s2", ("remark",)),
    Offer("agree", "AGREE", "I agree", "s2"),
)
ASKED: Mapping[str, Any] = {"told": [], "unknown": [], "history": [], "incomplete": [], "outside": None,
                            "encloses_record": False, "deciding": False, "considers": []}  # fmt: skip
RESOLVED = [
    {"who": "Tom Reed, line manager", "outcome": "It is resolved", "text": "Visited on 1 December. Plan reopened."}
]

CONFIRMS = (
    Offer("confirm", "CONFIRM", "Yes, this is from me, and it is an escalation: go on", "case"),
    Offer("withdraw", "NOT AN ESCALATION", "I did not mean it as an escalation", "case", ("remark",)),
)
DATE = "Is there a date by which this must be settled to protect the child?"
OPEN = ["The child's initials", "The other agency", "What does your concern rest on?"]

RAN_OUT = [{"who": "Marcus Lee, practitioner", "outcome": "It is not resolved, and has to go further",
            "text": "We do not agree on the risk."}]  # fmt: skip
PROCEDURE = (
    "Contact the Local Authority Designated Officer (LADO) as your local guidance says. Where it is needed, the LADO "
    "procedure comes before this policy."
)
CONFIDENTIAL = (
    "This stays confidential: only you and a named person at the partnership see it, and this service writes to nobody "
    "on the other side. The named person decides whether it waits, goes on, or what part of it can go on."
)
DIVERT = (
    Offer("divert:pause", "KEEP PAUSED", "Keep this escalation paused", "case"),
    Offer("divert:go_on", "GO ON", "Go on with this escalation", "case"),
    Offer("divert:split", "SPLIT", "Go on with this part only, in these words", "case", ("text",)),
)
GO_ON = (
    Offer("move:board_members", "BOARD MEMBERS", "Take it to Stage 3, Board members: The agencies' CHSCP Board members",
          "s3"),
    Offer("go_on:commissioner", "GO ON", "Go on to Stage 4 all the same, for this reason", "s3", ("text",)),
)  # fmt: skip
GIVE = (Offer("give:actions_so_far", "HERE IT IS", "This is what you asked for: the actions taken so far", "a1",
              ("text",)),)  # fmt: skip
TOLD = (Offer("told:p1", "TOLD", "I have told Dana Whitlock, by telephone or in person", "case"),)
ON_FILE = (Offer("on_file", "ON FILE", "It is on the child's file", "case"),)
RECORDS = [
    {"says": "what was decided and why", "cited": "policy 3.1"},
    {"says": "what was done, or will be done, by whom", "cited": "policy 3.1"},
]
MEETING = {"uid": "c1-s2", "sequence": 7, "day": "2026-12-01", "start": "2026-12-01T10:30:00+00:00"}
SIGNPOST = {"says": "This policy is for differences between agencies. Your agency's own policies are the place for a "
            "difference within it.", "cited": "as we read 1.2"}  # fmt: skip
SUPPORT = {"email": "support@chscp.example"}
OFFICE_OF = {"name": "City and Hackney Safeguarding Children Partnership", "key": "chscp"}
OFFICE = {"partnership": "City and Hackney Safeguarding Children Partnership"}

Golden = tuple[str, str, Mapping[str, Any], Sequence[Offer], Mapping[str, str]]
LETTERS: dict[str, Golden] = {
    "stage-1-to-the-raiser": ("stage", "Dana Whitlock", {
        **ASKED, "stage": FIRST, "due": DUE, "kind": "guide", "time_words": "one working week (policy 1.5)",
        "asks": TALK,
        "deliverable": "talk it through and say how it ended", "others": [MARCUS],
        "considers": [ALONE],
    }, OUTCOMES + ALWAYS, DANA),
    "stage-2-to-a-line-manager": ("stage", "Tom Reed", {
        **ASKED, "stage": SECOND, "due": DUE, "kind": "chosen", "time_words": UNNUMBERED.format("5 working days"),
        "asks": TALK_AS_MANAGERS,
        "deliverable": "talk it through and say how it ended", "others": [RUTH],
        "told": ["Anna Bell, Child Protection Chair"],
        "history": [FIRST | {"ended": "It is not resolved, and has to go further"}, SECOND | {"ended": "under way"}],
        "considers": [MEET],
    }, OUTCOMES + ALWAYS, TOM),
    "stage-2-to-a-delegate": ("stage", "Ines Marsh", {
        **ASKED, "stage": SECOND, "due": DUE, "kind": "chosen", "time_words": UNNUMBERED.format("5 working days"),
        "asks": TALK_AS_MANAGERS,
        "deliverable": "talk it through and say how it ended", "others": [RUTH],
        "acting_for": {"name": "Tom Reed", "until": "Friday 11 December 2026"},
    }, OUTCOMES + ALWAYS, {"email": "ines.marsh@hackney.example"}),
    "stage-4-to-the-decider": ("stage", "Jim Gold", {
        **ASKED, "stage": FOURTH, "kind": "chosen", "deciding": True, "others": [],
        "time_words": UNNUMBERED.format("10 working days"),
        "due": LATER,
        "asks": DECIDE,
        "deliverable": "choose a way and say how it ended", "incomplete": ["the actions taken so far"],
        "encloses_record": True,
        "history": [each | {"ended": "It is not resolved, and has to go further"} for each in (FIRST, SECOND, THIRD)],
    }, WAYS + OUTCOMES + ALWAYS, {"email": "jim.gold@commissioner.example"}),
    "confirm-with-immediate-harm": ("confirm", "Dana Whitlock", {
        "code": "482913", "harm_cited": "policy 1.6",
        "harm_advice": HARM,
    }, (), DANA),
    "immediate-harm": ("immediate_harm", "Lena Fox", {
        "raised_by": DANA, "phone": "020 7946 0011", "harm_cited": "policy 1.6", "leads": [LENA],
        "found": [], "confirmed": False,
        "harm_advice": HARM,
    }, (), LENA),
    "immediate-harm-found-in-an-e-mail": ("immediate_harm", "colleague", {
        "raised_by": DANA, "phone": "", "harm_cited": "policy 1.6", "leads": [],
        "found": ["not safe tonight"], "confirmed": False, "harm_advice": HARM, "receiving_agency": "",
    }, (), {"email": "support@chscp.example"}),
    "confirm-own-words": ("confirm_raised", "Dana Whitlock", {
        "code": "482913", "in_words": True, "missing": OPEN, "harm_advice": "", "harm_cited": "policy 1.6",
        "child": "", "child_numbers": "", "receiving_agency": "", "wanted": "",
    }, CONFIRMS, DANA),
    "confirm-lines-with-immediate-harm": ("confirm_raised", "Dana Whitlock", {
        "code": "482913", "in_words": False, "missing": [], "harm_advice": HARM, "harm_cited": "policy 1.6",
    }, CONFIRMS, DANA),
    "added-to-the-case": ("added", "Dana Whitlock", {
        "added": [{"label": "The child's initials", "text": "A.B."},
                  {"label": "What is the difference about?", "text": "Levels of need; Something else"}],
        "unread": [{"label": DATE, "text": "as soon as possible"}], "missing": [DATE],
    }, (), DANA),
    "added-immediate-harm": ("added", "Dana Whitlock", {
        "advised": [{"says": HARM, "cited": "policy 1.6"}], "unread": [], "missing": [],
        "added": [{"label": "Is the child in immediate danger, or at risk of immediate harm?", "text": "Yes"}],
    }, (), DANA),
    "did-you-write-this": ("confirm_sender", "Tom Reed", {
        "code": "482913", "said": "RESOLVED: It is resolved",
        "why": "The sender is not confirmed. Our mail server could not confirm the sender.",
    }, (), TOM),
    "acknowledged": ("acknowledged", "Sam Reilly", OFFICE | {
        "by": "Monday 30 November 2026",
    }, (), {"email": "sam@elsewhere.example"}),
    "for-information": ("for_information", "Anna Bell", {
        "why": "as we read 2.6", "actors": [RUTH, TOM], "stage": SECOND, "to_title": "Child Protection Chair",
    }, (), {"email": "anna.bell@chscp.example"}),
    "chase": ("chase", "Tom Reed", {
        "stage": SECOND, "due": DUE, "kind": "chosen", "time_words": UNNUMBERED.format("5 working days"), "missing": [],
        "asks": TALK_AS_MANAGERS,
        "deliverable": "talk it through and say how it ended",
    }, OUTCOMES + ALWAYS, TOM),
    "move-proposed": ("move_proposed", "Dana Whitlock", {
        "stage": FIRST, "target": "Stage 2: Line managers", "due": DUE, "said": [],
        "silent": ["Marcus Lee, practitioner"],
    }, MOVES, DANA),
    "proposed": ("proposed", "Tom Reed", {
        "stage": SECOND, "outcome": "It is resolved", "text": PROSE,
    }, (YES, *OUTCOMES, *ALWAYS), TOM),
    "outcome": ("outcome", "Dana Whitlock", {
        "stage": SECOND, "said": RESOLVED, "days": 3, "cited": "policy 3.1",
    }, OBJECT, DANA),
    "task": ("task", "colleague", {
        "words": NOBODY,
    }, (), {"email": "support@chscp.example"}),
    "confirm": ("confirm", "Dana Whitlock", {
        "code": "482913", "harm_cited": "policy 1.6", "harm_advice": "",
    }, (), DANA),
    "received": ("received", "Dana Whitlock", {
        "held": False, "missing": OPEN, "signposts": [SIGNPOST], "harm_advice": "", "harm_cited": "policy 1.6",
    }, (), DANA),
    "received-from-a-stranger-with-immediate-harm": ("received", "Dana Whitlock", {
        "held": True, "missing": [], "signposts": [], "harm_advice": HARM, "harm_cited": "policy 1.6",
        "raising_agency": "",
    }, (), DANA),
    "progress": ("progress", "Dana Whitlock", {
        "stage": SECOND, "due": DUE, "actors": [RUTH, TOM], "unknown": [],
        "told": ["Anna Bell, Child Protection Chair"], "missing": [], "history": [],
    }, (), DANA),
    "reminder": ("reminder", "Tom Reed", {
        "stage": SECOND, "due": DUE, "kind": "chosen", "time_words": UNNUMBERED.format("5 working days"), "missing": [],
        "asks": TALK_AS_MANAGERS, "deliverable": "talk it through and say how it ended",
    }, OUTCOMES + ALWAYS, TOM),
    "echo": ("echo", "Tom Reed", {
        "recorded": "we will meet or talk on Tuesday 1 December 2026 at 10:30", "lacking": [], "meeting": MEETING,
        "text": "Ruth and I talk at ours.",
    }, (), TOM),
    "echo-that-lacks-something": ("echo", "Tom Reed", {
        "recorded": "It is resolved", "lacking": RECORDS, "meeting": None, "text": "",
    }, (), TOM),
    "news-of-a-meeting": ("news", "Dana Whitlock", {
        "words": "Tom Reed says: we will meet or talk on Tuesday 1 December 2026 at 10:30.", "stage": SECOND,
        "meeting": MEETING,
    }, (), DANA),
    "other-side": ("other_side", "Ruth Okafor", {"stage": SECOND, "said": RESOLVED}, OUTCOMES, RUTH),
    "disputed": ("disputed", "Tom Reed", {
        "stage": FIRST, "said": RESOLVED + RAN_OUT, "why": "the two sides say different things about how it ended",
    }, (), TOM),
    "ask-why": ("ask_why", "Dana Whitlock", {
        "target": "Stage 4: The Independent Child Safeguarding Commissioner", "cited": "policy 2.11",
        "says": "The agencies' own CHSCP Board members should be engaged in seeking a resolution before the matter "
        "goes to the Commissioner.",
    }, GO_ON, DANA),
    "request": ("request", "Ruth Okafor", {
        "asks": "Set out the actions taken so far.", "thing": "the actions taken so far", "cited": "policy 2.14",
        "due": DUE, "stage": FOURTH,
    }, GIVE, RUTH),
    "request-again": ("request", "Ruth Okafor", {
        "asks": "Set out the actions taken so far.", "thing": "the actions taken so far", "cited": "", "due": DUE,
        "stage": FOURTH,
    }, GIVE, RUTH),
    "given": ("given", "Jim Gold", {
        "who": "Ruth Okafor", "title": "the actions taken so far", "stage": FOURTH,
        "text": "20 November: called the duty desk.\n23 November: wrote to the team manager.",
    }, (), {"email": "jim.gold@commissioner.example"}),
    "way": ("way", "Ruth Okafor", {
        "words": "The Commissioner convenes a Resolution Panel. It hears those involved and settles the matter "
        "together.",
        "cited": "policy 2.15-2.16", "members": [RUTH, TOM], "member": True, "stage": FOURTH,
    }, (), RUTH),
    "diverted": ("diverted", "Dana Whitlock", {
        "procedure": PROCEDURE, "cited": "policy 1.7",
        "handling": {"says": CONFIDENTIAL, "cited": "this service's own setting"},
        "decider": "named person for confidential matters",
    }, (), DANA),
    "divert": ("divert", "Nina Shah", {
        "procedure": PROCEDURE, "cited": "policy 1.7", "concern": "", "wanted": "",
        "full_concern": COMMON["concern"],
    }, DIVERT, {"email": "nina.shah@chscp.example"}),
    "divert-after-it-has-begun": ("divert", "Nina Shah", {
        "procedure": PROCEDURE, "cited": "policy 1.7", "concern": "", "wanted": "", "begun": True,
        "full_concern": COMMON["concern"],
    }, (), {"email": "nina.shah@chscp.example"}),
    "on-file": ("on_file", "Tom Reed", {
        "asks": "Please put what was decided, and what was done, on the child's file.", "cited": "policy 3.1",
        "due": DUE, "said": RESOLVED, "records": RECORDS, "outcome": "It is resolved",
    }, ON_FILE, TOM),
    "shared": ("shared", "Anna Bell", {
        "outcome": "It is resolved", "said": RESOLVED, "cited": "policy 3.1",
    }, (), {"email": "anna.bell@chscp.example"}),
    "too-late": ("too_late", "Marcus Lee", {"text": "We visited last week."}, (), MARCUS),
    "unclear": ("unclear", "Tom Reed", {"why": "The reply gives more than one of the offered answers."},
                OUTCOMES + ALWAYS, TOM),
    "task-with-an-answer": ("task", "colleague", {
        "words": "Dana Whitlock (practitioner) could not be reached by e-mail and has not been told how it ended. "
        "Please telephone.",
    }, TOLD, SUPPORT),
    "code": ("code", "Tom Reed", OFFICE | {
        "code": "482913", "minutes": 15, "purpose_words": "to open your page about an escalation",
    }, (), TOM),
    "sign-in": ("sign_in", "Sal Okoro", OFFICE | {
        "address": "sal.okoro@chscp.example", "path": "/desk/chscp/sign-in/7d0c1f7a93be4e6f8a2b7c9d0e1f2a3b",
        "minutes": 10,
    }, (), {"email": "sal.okoro@chscp.example"}),
    "held": ("held", "colleague", OFFICE | {"most": 300}, (), SUPPORT),
    "mailbox": ("mailbox", "colleague", OFFICE | {
        "words": "The mail server refused the name or the password.",
    }, (), SUPPORT),
    "mailbox-begins": ("mailbox", "colleague", OFFICE | {
        "words": "It leaves alone 214 messages that were there before it began, and answers none of them. "
        "If one may be about a child, please see to it yourself.",
        "begins": True,
    }, (), SUPPORT),
    "contact": ("contact", "Tom Reed", OFFICE | {
        "short_name": "CHSCP", "name": "Tom Reed", "phone": "01632 960123", "delegate": "Ines Marsh",
        "entries": [
            "Line manager, Hackney Children's Services", "Designated safeguarding lead, Hackney Children's Services",
        ],
    }, CONTACT_OFFERS, TOM),
    "contact-with-nothing-more-known": ("contact", "Una Blake", OFFICE | {
        "short_name": "CHSCP", "name": "Una Blake", "phone": "", "delegate": "", "entries": ["Commissioner"],
    }, CONTACT_OFFERS, SUPPORT),
    "task-nobody-acts-for-somebody-away": ("task", "colleague", {
        "words": "Tom Reed (line manager) is away until Friday 11 December 2026, as the directory has it. No delegate "
        "is registered. Please register one in the directory, or hand the case over. The date for an answer stands.",
    }, (), SUPPORT),
    "task-somebody-has-left": ("task", "colleague", {
        "words": "Tom Reed (tom.reed@hackney.example) is no longer in the directory as line manager of Hackney "
        "Children's Services, and nobody else is. Letters go on to the last address known. Please find out who holds "
        "the role and enter them in the directory.",
    }, (), SUPPORT),
    "tray": ("tray", "colleague", OFFICE | {
        "words": "A mail that belongs to no case we could name waits in the tray. Nothing in it leads to a case.",
        "urgent": False, "path": "/desk/chscp/tray",
    }, (), SUPPORT),
    "tray-with-words-of-immediate-harm": ("tray", "colleague", OFFICE | {
        "words": "A mail that belongs to no case we could name waits in the tray. The program found words of immediate "
        "harm in it: “not safe tonight”. Nothing in it leads to a case.",
        "urgent": True, "path": "/desk/chscp/tray",
    }, (), SUPPORT),
    "ask-sender": ("ask_sender", "Jo Marsh", OFFICE | {
        "by": "Sal Okoro", "day": "Friday 27 November 2026", "words": "Did you write to the school as well?",
        "asks": [
            "Which child is it about? Please give the initials and your agency’s case number, not the full name.",
            "Is a child in danger now?",
        ],
    }, (), {"email": "jo.marsh@somewhere.example"}),
    "not-ours": ("not_ours", "Jo Marsh", OFFICE | {
        "by": "Sal Okoro", "day": "Friday 27 November 2026", "words": "Please telephone the council’s complaints team.",
        "reason": "It is a complaint about a service, which that service deals with itself.",
    }, (), {"email": "jo.marsh@somewhere.example"}),
    "trial": ("trial", "", {"partnership": "CHSCP escalations", "inbox": "escalations@chscp.example"}, (), SUPPORT),
    "paused": ("paused", "Tom Reed", {
        "until": "Monday 14 December 2026", "moved": False, "reason": "the court sits on 11 December", "due": DUE,
        "stage": SECOND,
    }, (), TOM),
    "pause-moved": ("paused", "Dana Whitlock", {
        "until": "Monday 4 January 2027", "moved": True, "reason": "the court sits later", "due": DUE, "stage": SECOND,
    }, (), DANA),
    "resumed": ("resumed", "Tom Reed", {"reason": "", "due": LATER, "stage": SECOND}, (), TOM),
    "resumed-early": ("resumed", "Dana Whitlock", {
        "reason": "the court has decided", "due": LATER, "stage": SECOND,
    }, (), DANA),
    "handed-over": ("handed_over", "Marcus Lee", {"newcomer": TOM, "reason": "Marcus Lee changes teams"}, (), MARCUS),
    "ended-to-the-raiser": ("ended", "Dana Whitlock", {
        "why": "the person who raised it withdrew it", "reason": "settled by telephone on 30 November", "survivor": "",
        "mine": True,
    }, (), DANA),
    "ended-as-merged": ("ended", "Tom Reed", {
        "why": "it is the same matter as CHSCP-2026-0007, which goes on", "reason": "both are about the same visit",
        "survivor": "CHSCP-2026-0007", "mine": False,
    }, (), TOM),
    "news-of-a-meeting-called-off": ("news", "Tom Reed", {
        "words": "The meeting on Tuesday 1 December 2026 at 10:30, Town Hall does not take place. Reason: snow.",
        "stage": SECOND, "meeting": {**MEETING, "sequence": 9, "place": "Town Hall", "cancelled": True},
    }, (), TOM),
    "clock-was-changed": ("clock_changed", "colleague", OFFICE | {
        "way": "forward", "length": "1 day", "path": "/desk/chscp/letters",
    }, (), SUPPORT),
    "audit": ("audit", "colleague", OFFICE | {
        "findings": [
            {"reference": "CHSCP-2026-0017", "what": "Nothing has followed from what was due Friday 4 December 2026."},
            {"reference": "", "what": "The letter “The daily digest” of Friday 4 December 2026 has not left."},
        ], "more": 3, "path": "/desk/chscp",
    }, (), SUPPORT),
    "digest": ("digest", "colleague", values_of(compose(BUSY), **OFFICE_OF), (), SUPPORT),
    "digest-of-a-quiet-day": ("digest", "colleague", values_of(compose(QUIET), **OFFICE_OF), (), SUPPORT),
    "closed": ("closed", "Dana Whitlock", {
        "outcome": "It is resolved", "said": RESOLVED, "not_filed": ["Ruth Okafor"],
    }, (), DANA),
}  # fmt: skip


WITHOUT_A_CASE = {
    "acknowledged",
    "audit",
    "clock_changed",
    "code",
    "contact",
    "digest",
    "held",
    "mailbox",
    "sign_in",
    "tray",
    "trial",
}


FOR_TOM = (
    "This is a trial. In real use this letter would have gone to Tom Reed, line manager, tom.reed@hackney.example. "
    "It went to you alone, and to nobody else. Your reply to it counts as theirs."
)
FOR_SUPPORT = "This is a trial: letters to everybody but business support go to kim.hale@chscp.example only."
IN_TRIAL = {  # what these say at their top, and where they go
    "stage-2-in-a-trial": (FOR_TOM, "kim.hale@chscp.example"),
    "task-in-a-trial": (FOR_SUPPORT, ""),
}
LETTERS |= {
    "stage-2-in-a-trial": LETTERS["stage-2-to-a-line-manager"],
    "task-in-a-trial": LETTERS["task"],
}


def rendered(name: str, letters: Letters) -> EmailMessage:
    """A golden letter as a mail. One without a case has none of the values that every letter of a case has."""
    purpose, to_name, values, offers, person = LETTERS[name]
    common = {} if purpose in WITHOUT_A_CASE else COMMON
    trial, goes_to = IN_TRIAL.get(name, ("", ""))
    frame = replace(FRAME, trial=trial, goes_to=goes_to)
    raw = letters.render(purpose, {**common, "to_name": to_name, **values}, offers, to_name, person["email"], frame)
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message
