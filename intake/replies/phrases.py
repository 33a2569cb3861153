"""How people say in a sentence what a letter asks of them. Data, and matched against one sentence in lower case.

Each is a whole, positive way of saying a thing: whatever is not here is for a person. Repeats are bounded, so that
reading stays linear. How a stage ends is known by the effect that a policy gives to an outcome, never by its title.
"""

import re
from collections.abc import Mapping

_SUBJECT = (
    r"(?:this|it|that|all(?: of (?:this|it))?|everything|(?:the|this|our|your) (?:(?!other\b)[\w'-]{1,20} )?"
    r"(?:matters?|issues?|disputes?|differences?|disagreements?|escalation|concerns?|query|problem))"
)
_BEEN = r"(?: is| are| has| have|'s|'ve)(?: (?:now|been|already|fully|all|both)){0,3}"
_DONE = r"(?:resolved|settled|sorted(?: out)?|concluded)"
_CHILDS = r"(?! (?:case|file|referral|child|family|plan)\b)"  # it may be the child's case that is meant
# "We reached agreement that the child is at risk" and "with the family about contact" say nothing of how it ended.
_ON_ELSE = (
    r"(?! (?:that\b|to\b"
    r"|with (?:the |her |his |their )?(?:famil|school|mother|father|mum|dad|parent|child|police|court)))"
)
_PLEASED = r"\b(?:happy|content|satisfied|pleased|glad)"
_SAME = r"(?:view|position|decision|opinion|assessment)"


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


# Somebody keeps to what they said before. Such a sentence may well deny something else.
_HOLDS = (
    r"\b(?:we|i)(?: still)? remain of the (?:same )?(?:view|opinion)\b"
    rf"|\b(?:our|my) {_SAME} (?:has not changed|hasn't changed|is unchanged|remains (?:the same|unchanged)|stands)\b"
    rf"|\b(?:we|i)(?: still)? (?:stand by|maintain) (?:our|my) {_SAME}\b"
)
HOLDS = re.compile(_HOLDS)

# How a stage ended, by the effect of the outcome (`cases.stages.Outcome`); what denies comes first.
ENDS: Mapping[str, re.Pattern[str]] = {
    "unresolved": _any(
        rf"\b{_SUBJECT}(?:(?: is| are| has| have|'s)(?: still)? not|(?: is| are| has| have)n't)(?: been)? {_DONE}\b",
        rf"\b{_SUBJECT} (?:still )?(?:remains?|is|are)(?: still)? unresolved\b",
        r"^(?:still )?(?:not resolved|unresolved)\b",
        r"\b(?:we|i)\b.{0,80}\b(?:not been able to|unable to|could not|couldn't|cannot|can't|failed to)"
        rf" (?:agree(?! (?:more|(?:an? |any )?(?:date|time|meeting|to|when|where))\b)"
        rf"|(?:reach|come to) (?:an )?agreement|(?:resolve|settle) {_SUBJECT})\b",
        r"\b(?:we|i)(?: still| both)? (?:do not|don't) agree(?: with (?:this|that|the|your|their)\b.{0,60})?[.!]?$",
        r"\b(?:we|i)(?: still)? disagree(?: with .{0,60})?[.!]?$",
        _HOLDS,
        r"\bagreed? to disagree\b",
        r"^(?:still )?no agreement(?: (?:has been |was )?reached)?[.!]?$",
        r"^please (?:take|move|refer) (?:this|it) (?:on )?to the next (?:stage|level|step)[.!]?$",
        r"\bplease escalate (?:this|it)\b",
        r"\bneeds to (?:go further|be escalated|be taken further|go to the next (?:stage|level|step))\b",
        rf"\b(?:do not|don't) (?:think|believe|feel|consider)(?: that)? {_SUBJECT} (?:is|has been) {_DONE}\b",
    ),
    "resolves": _any(
        rf"\b{_SUBJECT}{_BEEN} {_DONE}\b",
        rf"\b(?:{_SUBJECT} can (?:now )?be closed|you can (?:now )?close {_SUBJECT}{_CHILDS})\b",
        rf"\b(?:consider|regard|treat|see|mark) {_SUBJECT} (?:as |to be )?(?:now )?(?:resolved|settled|closed)\b",
        rf"{_PLEASED} to close {_SUBJECT}\b{_CHILDS}",
        rf"{_PLEASED} for {_SUBJECT} to be (?:closed|(?:marked as )?resolved)\b",
        rf"\bagreed to close {_SUBJECT}\b{_CHILDS}",
        rf"\b(?:we|i)(?: have|'ve)?(?: (?:now|all|both)){{0,2}} (?:resolved|settled|sorted)(?: out)? {_SUBJECT}\b",
        rf"^(?:please )?close {_SUBJECT}\b{_CHILDS}",
        r"\b(?:we|both (?:agencies|sides|parties|teams|managers))(?: have|'ve)?(?: now)? reached (?:an )?agreement\b"
        rf"{_ON_ELSE}",
        rf"\bagreement (?:has been|was|is) (?:now )?reached\b{_ON_ELSE}",
        r"^(?:the )?(?:matter|issue|dispute) (?:now )?resolved[.!]?$",
        r"^(?:all |now ){0,2}(?:resolved|settled|sorted)(?: (?:now|out)){0,2}(?:,? (?:thanks|thank you))?[.!]?$",
    ),
}

# Said of oneself, ahead of what is said: it is no less said for that.
SAYING = re.compile(r"\b(?:pleased|happy|delighted|glad) to (?:say|report|confirm)\b")
# Words about how it ends. In a sentence that is none of the above they are a reason to ask.
ABOUT_THE_END = re.compile(
    r"resol[uv]|\bsettl|\bdisagree(?!ment)|\bescalat(?:e|ed|ing)\b|\breject|\buph[eo]ld|\bagreed?\?"
)
AGREEING = re.compile(r"\bagree")
DENIED = re.compile(
    r"\b(?:not|never|no|nor|neither|none|nobody|nothing|cannot|without|unable|hardly|scarcely|far from"
    r"|(?:fail|doubt|refus|declin|reluctan)\w{0,4})\b|n't\b"
)
NOT_A_DENIAL = re.compile(
    r"\bno (?:further (?:actions?|concerns?|issues?|steps?)|(?:outstanding|remaining) \w{1,20})\b"
)

# What makes a saying less than said: a condition, a wish, the future, somebody else's words, a rule that is quoted.
UNSURE = re.compile(
    r"\b(?:if|unless|provid(?:ed|ing)|subject to|condition\w{0,6}|as long as|so long as|assum\w{1,4}|depend\w{0,4}"
    r"|pending|in case|in principle|once|when|until|whether|hop(?:e|es|ed|ing|efully)|would|should|could|might"
    r"|may(?! \d)|must|perhaps|possibly|probably|maybe|likely|(?:try|aim|intend|want|wish)\w{0,3}|almost|nearly"
    r"|part(?:ly|ially)|mostly|largely|yet|except|apart from|other than|for now|at the moment|so far|at this stage"
    r"|at present|ongoing|continu\w{1,4}|says?|said|saying|tells?|told|telling|wrote|writes|claims?|report(?:s|ed)?"
    r"|asks?|asked|thinks|believes|feels|considers|as far as (?:we|i) know|trust"
    r"|understand|gather|apparently|hear that|heard|checking"
    r"|please (?:can|could|confirm|advise)|(?:on|from|at) our (?:side|part|end|perspective)|policy|procedures?"
    r"|guidance|protocol|according)\b"
    r"|'d\b"
)
# What is over is something else: a computer's trouble, or a matter at home.
ANOTHER_MATTER = re.compile(
    r"\b(?:read|open|see|look at) (?:your|the|this|it)\b"
    r"|\b(?:it|e-?mail|computer|password|log-?in) (?:issue|problem|fault)"
    r"|\bworks? again\b|\blandlord\b|\bat home\b|^[^:]{1,60}: it\b"
)
BUT = re.compile(
    r"\b(?:but|however|although|though|still (?:concerned|worried|outstanding|waiting)|(?:not |un)happy|remains?"
    r"|on condition|subject to|provided|unless|if|as long as|in the meantime)\b"
)

# "An answer will come by this date."
_ADJECTIVE = r"(?:full |written |formal )?"
_REPLY = r"(?:decision|response|reply|answer|update)"
_TO_OTHERS = (
    r"\b(?! (?:to|with) (?!you|your|this|it\b|these"
    r"|(?:the|all) (?:escalation|concerns?|e-?mail|message|matter|questions?)))"
)
ANSWERS_BY = _any(
    r"(?:\b(?:i|we)(?: will|'ll| shall)|^(?:will|shall)|\b(?:i|we)\b.{1,80} and will)(?: then| also)?"
    r" (?:(?:come|get) back(?= to (?:you|this)\b| on this\b| with\b)|respond|reply|answer|write back"
    r"|let you know|update you|be in touch"
    rf"|have (?:an?|our|my) {_ADJECTIVE}{_REPLY}"
    rf"|(?:send|give|provide)(?: you)?(?: with)? (?:an?|our|my|the) {_ADJECTIVE}{_REPLY}){_TO_OTHERS}",
    rf"\byou(?: will|'ll) (?:hear (?:back )?from (?:me|us)"
    rf"|(?:have|get|receive) (?:an?|our|my|the) {_ADJECTIVE}{_REPLY})\b",
    rf"^(?:(?:an?|our|my|the) )?{_ADJECTIVE}(?:response|reply|answer)"
    r" (?:to follow|will (?:follow|be with you|be sent|come))\b",
)

# "We will meet or talk on this date."
_TALK = r"(?:meeting|call|discussion|conversation)"
_FIXED = r"(?:booked|arranged|set up|scheduled|fixed|organised|confirmed|diarised)"
MEETS = _any(
    r"\b(?:we|i)(?: will|'ll| shall)(?: both| all)?(?: be)? (?:meet|meeting|talk|talking|speak|speaking)\b"
    r"(?! (?:about|at|for)\b(?! \d))",
    r"\b(?:we|i)(?: are|'re| am|'m)(?: (?:both|all|now|due to|going to)){0,2}"
    r" (?:meet|meeting|talk|talking|speak|speaking)\b"
    r"(?! (?:about|at|for)\b(?! \d))",
    rf"\b{_TALK}(?: is| has been)?(?: now)? {_FIXED}\b",
    r"\b(?:we|i)(?: have|'ve) a meeting (?:with [\w' ]{1,40} )?(?:on|for)\b",
    r"\b(?:we|i)(?: have|'ve)(?: now)? (?:arranged|agreed|booked) to (?:meet|speak|talk)\b",
    rf"\b(?:we|i)(?: have|'ve)(?: now)? {_FIXED} (?:a|an|our|the) (?:[\w']{{1,20}} ){{0,3}}{_TALK}\b",
)
# A meeting with these is not the meeting that a letter asks for, or may not be.
WITH_OTHERS = re.compile(
    r"\b(?:famil\w{1,4}|mother|father|mum|dad|parents?|carers?|grand\w{1,8}|siblings?|child\w{0,6}|baby|gp|schools?"
    r"|court|nursery|teacher|police|supervis\w{1,4}|conference|core group|strategy|panel|review|team meeting|my|our"
    r"|with you|to you|deadline|timescale|target|threshold|criteria|requests?|needs?|standards?"
    r"|her|him|them|his|their)\b"
    r"|\b(?:meet|meeting|talk|talking|speak|speaking|call|discussion|conversation) (?:to |with )?(?:the|an?)"
    r" (?!other (?:side|agency|manager|practitioner)|(?:line |team |senior )?manager|health visitor|social worker)"
)
NO_PROMISE = re.compile(
    rf"{DENIED.pattern}|{UNSURE.pattern}|\b(?:(?:cancel|postpon|suggest|propos|provisional|tentative|pencil)\w{{0,6}}"
    r"|no longer|instead|rather|or|either|after|before|till|since|was|were|had|moved|fell|called off|expect\w{0,3}"
    r"|plan\w{0,4} to|originally|usually|but)\b"
)
TAKES_BACK = re.compile(
    r"^(?:and |or )?(?:but|however|although|though|unless|if|or|only|subject to|provided|depending)\b"
)
BY = re.compile(r"\b(?:by|before|no later than)(?: the)?(?: end of)? $")
NOT_UNSURE = re.compile(r"\bno later than\b")

# "It should go to somebody else."
HANDED_OVER = _any(
    r"\bnot my case(?: (?:any ?more|any longer|now))?(?=\W*$|[.,;:]| (?:and|but|so)\b)",
    r"\bis now dealing with (?:this|it)\b|\bis dealing with (?:this|it) now\b",
    r"\bis dealing with (?:this|it)\b.{0,60}\b(?:contact|speak to|e-?mail)\b",
    r"\bi(?: have|'ve) (?:now )?left (?:this|the|my|that)"
    r" (?:post|role|job|team|service|organisation|council|trust|authority)\b(?! to\b)",
    r"\b(?:i(?: am|'m)|we(?: are|'re)) not the (?:right|correct) (?:person|team)\b|^(?:sorry, )?wrong person\b",
    r"\bi(?: have|'ve) (?:now )?retired\b",
    r"\bi(?: am|'m)? no longer (?:the (?:team )?(?:manager|lead|social worker|practitioner)"
    r"|work\b|working\b|employed\b|manag\w{1,3}\b"
    r"|in post\b|(?:in|with) (?:this|that|the) (?:post|role|team|service|job))",
    r"\b(?:this|it) (?:should|needs to|must|ought to) (?:go|be sent|be (?:re)?directed|be addressed) to"
    r" (?!(?:the )?(?:next|stage|panel|court|board|senior|higher)\b)",
    r"\bhas (?:now )?taken over (?:this|the|my|from me)\b",
    r"\b(?:case|this|it) (?:has been|was|is) (?:now )?(?:transferred|handed over|reallocated|passed) to (?!us\b|me\b)",
    r"\bi(?: have|'ve) (?:now )?moved to (?:another|a different|a new) (?:team|post|role|job|service)\b",
    r"\b(?:this|it)(?: is|'s)?(?:n't| not) for me\b(?! to\b)",
    r"\bplease redirect (?:this|it|your (?:e-?mail|message)s?) to\b",
    r"\bplease (?:forward|send|direct) (?:this|it|your (?:e-?mail|message)s?) to\b.{0,60}\b(?:instead|who is)\b",
)
MAYBE_HANDED_OVER = re.compile(r"\b(?:if|unless|might|may|whether|could|would)\b")

# A question begins so, and ends in a question mark.
ASKS = re.compile(
    r"^(?:and |but |also |please |so ){0,2}(?:what|who|whom|whose|which|when|where|why|how|can|could|would|will|do|does"
    r"|did|is|are|was|were|has|have|should|may|am)\b.*\?$"
)

# Written by one for another: only a person can tell whose answer it is.
FOR_ANOTHER = re.compile(r"\bon behalf of\b|\basked me to\b|\bdictated\b|\bin (?:his|her|their) absence\b")

# Said in passing: it neither answers nor takes anything back.
GREETING = re.compile(
    r"^(?:hi|hello|dear|good (?:morning|afternoon|evening)|morning|afternoon)\b[^,.!?]{0,40}[,.!-]\s*"
)
OPENING_WORD = re.compile(r"^(?:yes|good news|thanks|thank you|many thanks|ok|okay|sorry)[,.!:-]\s*")
COURTESY = re.compile(
    r"^(?:please )?(?:(?:do )?(?:let me know|contact me|get in touch|feel free|call me|ring me)\b.{0,30}\bif\b"
    r"|if you (?:need|have|want|require|would like) (?:any|anything|to (?:discuss|talk|speak))\b"
    r"|(?:do not|don't) hesitate\b|(?:i )?hope (?:you|this|all)\b|how are you\b|(?:many )?thank(?:s| you)\b)"
)
# Below the words, as a signature.
NAME_ALONE = re.compile(r"(?!Not\b|Never\b|No\b)[A-Z][a-z'’-]+(?: [A-Z][a-z'’-]+){0,2}")
AFTERTHOUGHT = re.compile(r"\s*p\.?\s?s\b", re.IGNORECASE)
QUOTED_WORDS = re.compile("[\"“«][^\"“”«»]{1,300}[\"”»]|(?<!\\w)['‘][^'‘’]{3,300}['’](?!\\w)")
