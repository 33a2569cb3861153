"""How mail systems word their reports of failure and delay, where these have no fields for machines. Data.

Written from how Sendmail, Postfix, qmail, Exim, Exchange, Domino, GroupWise, Google, Yahoo and others word them. Each
pattern is used on bounded pieces, and none goes back over what it has read.
"""

import re

_ANY = re.IGNORECASE

MAIL_SYSTEM = re.compile(
    r"(?:mailer[-_.]?daemon|mail[-_.]?daemon|mdaemon|postmaster|post[-_.]?office|microsoftexchange[0-9a-f]+|bounces?"
    r"|mail[-_.]?delivery(?:[-_.]?(?:sub)?system)?|mailerdaemon|nondelivery|daemon|smtpd?|mailsystem)(?:[+_.-][^@]*)?@",
    _ANY,
)
MAIL_SYSTEM_NAME = re.compile(
    r"(?:mail(?:er)?[-_ ]?(?:delivery[-_ ](?:sub-?)?(?:system|service)|daemon|system|administrator)"
    r"|internet mail delivery|system administrator|post ?master|mailer-daemon|microsoft outlook$|email delivery)",
    _ANY,
)
ABSENT_SUBJECT = re.compile(
    r"\s*(?:auto(?:matic|mated)?[- ]?(?:re(?:ply|sponse|sponder)|antwort)|out of (?:the )?office|abwesen|vacation"
    r"|away)",
    _ANY,
)
REPLIED = re.compile(r"\s*(?:re|fw|fwd|aw|wg|tr|sv|vs|antw|odp)\s?(?:\[\d+\])?:", _ANY)
FAILED_SUBJECT = re.compile(
    r"""\W*(?:\[[^\]]{1,40}\]\s*)?(?:
        undeliver | un-?deliverable | undelivered | non[- ]?deliver | nondeliverable
        | (?:e?-?mail|message|letter)?\s?delivery\s(?:has\s)?(?:fail|error|problem|unsuccessful
          |status\snotification\s\(fail)
        | delivery\s(?:status\snotification|notification)(?!\s*\(delay)(?:\s?:\s?delivery\shas\sfailed|\s\(failure\)|$)
        | (?:failure|failed)\s(?:notice|delivery|mail|to\sdeliver|message) | failure\sdelivery
        | returned\s(?:mail|e-?mail|message|to\ssender)
        | (?:mail|message)\s(?:system\serror|returned|could\snot|not\sdeliver)
        | (?:mail|message|e-?mail)\s(?:you\ssent\s)?(?:can\s?not|could\snot|was\snot|not|un)\s?(?:be\s)?(?:deliver
          |sen[dt])
        | (?:mail|message)\s(?:delivery\s)?(?:failed|failure|rejected|refused|blocked|bounced)
        | (?:your\s)?(?:e-?mail|message)\b.{0,60}\b(?:not\s(?:be\s)?delivered|rejected|undeliverable|bounced
          |was\sblocked)
        | rejected\s(?:mail|message|posting)\b | bounce(?:d)?\b
        | (?:user|recipient|address)\s(?:unknown|not\sfound|rejected)
        | couldn['’]t\s(?:be\s)?deliver | unable\sto\sdeliver | (?:unknown|invalid)\s(?:user|recipient|address)
        | warning:\s(?:message|mail)\s(?:could\snot|undeliver) | mail\serror | mailbox\sfull | nichtzustell
        | unzustellbar | nicht\szustellbar | fehler\sbei\sder\szustellung | zustellung\sfehlgeschlagen
        | non\s(?:remis|distribu|recapitabil) | (?:échec|echec)\sde\s(?:la\s)?(?:remise|distribution)
        | retour\s(?:de\s)?(?:mail|message|courrier)
        | onbestelbaar | niet\s(?:bestelbaar|afgeleverd) | no\s(?:se\spu(?:do|ede)\s)?entrega | devuelto
        | correo\sdevuelto
        | mancato\srecapito | impossibile\s(?:recapitare|consegnare) | não\s(?:foi\s)?(?:possível\s)?entreg
        | kan\sinte\slever
        | ikke\slever | nie\sdostarczon | niedostarcz | недоставлен | не\sдоставлен | methu\s(?:â|a)?\s?danfon
        | 配信不能
        | 配送できません | 退信 | nedoručiteln | kézbesíthetetlen
    )""",
    _ANY | re.VERBOSE,
)
DELAYED_SUBJECT = re.compile(
    r"""\W*(?:delivery\s(?:status\snotification\s|notification:?\s)?\(?delay
        | (?:warning|notice):?\s.{0,40}(?:delay|still|not\s(?:yet\s)?(?:been\s)?deliver\w*\syet
          |could\snot\ssend\smessage\sfor\spast)
        | warning:\scould\snot\ssend\smessage\sfor
        | (?:message|mail|delivery|e-?mail|your\smessage)\s.{0,60}(?:delayed|still\sbeing\sretried|is\sbeing\sdelayed)
        | delayed\s(?:mail|message|delivery) | delivery\sdelayed | verzögert | verspät | retard[ée]
        | temporary\sdelivery)""",
    _ANY | re.VERBOSE,
)
PASSED_SUBJECT = re.compile(
    r"\W*(?:delivered|relayed|expanded|read|delivery (?:receipt|confirmation|report))\b\s*:?", _ANY
)

PERMANENT = re.compile(
    r"""(?:
        permanent(?:ly)?\s(?:fatal\s)?(?:error|fail|reject) | fatal\serrors? | failed\spermanently | permanent\sdelivery
        | (?:could\snot|couldn['’]t|can\s?not|was\snot|wasn['’]t|not)\sbe(?:en)?\s(?:successfully\s)?delivered
        | (?:was|were)(?:n['’]t|\snot)\s(?:able\sto\sbe\s)?(?:successfully\s)?delivered
        | un(?:able|successful)\s(?:to|in)\s?deliver
        | (?:not|n['’]t)\s(?:able\sto\s)?deliver(?:ed)?\s(?:your|the|this|it|a)\b | undeliverable | undelivered
        | not\sdeliver(?:ed|able)
        | delivery\s(?:to\s.{1,80}\s)?(?:has\s|have\s)?(?:failed|aborted) | delivery\sfailure | delivery\serror
        | nondelivery
        | did\s?n[o'’]t\sreach | did\snot\sreach | cannot\sbe\sreached | could\snot\sbe\sreached | returned\sto\ssender
        | address(?:es)?\s(?:couldn['’]t\sbe\sfound|not\sfound|failed|rejected|was\srejected|had\spermanent
          |does\snot\sexist)
        | user\s(?:is\s)?(?:unknown|not\sfound|doesn['’]t\sexist|does\snot\sexist)
        | unknown\s(?:user|recipient|local|address|or\sillegal)
        | no\ssuch\s(?:user|recipient|person|mailbox|account|address|domain)
        | recipient\s(?:unknown|not\sfound|rejected|address\srejected)
        | invalid\s(?:recipient|user|address|mailbox)
        | mailbox\s(?:unavailable|not\sfound|is\s(?:full|disabled|inactive)|full|unknown)
        | account\s(?:is\s|has\sbeen\s)?(?:disabled|closed|inactive|not\savailable
          |that\syou\stried\sto\sreach\s(?:does\snot|is\sdis))
        | (?:over|exceeded?d?)\s(?:his|her|its|their|the)?\s?(?:storage\s)?quota | quota\sexceeded
        | host\s(?:unknown|not\sfound)
        | (?:was|been)\s(?:rejected|refused|blocked|returned)\b | giving\sup | i['’]ve\sgiven\sup | relaying\sdenied
        | (?<![\d.])55[0-9][\s-](?:\#?5\.\d|[A-Za-z<\#]) | (?<![\d.])5\.[0-7]\.\d{1,3}\b | policy\sreasons
        | isn['’]t\saccepting | blocked\sby
        | konnte\snicht\s(?:zugestellt|ausgeliefert) | nicht\szugestellt
        | n['’](?:a|ont)\spas\s(?:pu\s)?[êe]tre\s(?:remis|distribu|délivr)
        | n['’]a\spas\s(?:pu\s)?(?:été\s)?(?:remis|distribu)
        | no\s(?:se\s)?(?:ha\s)?pu(?:do|ede)\s(?:ser\s)?(?:se\s)?entrega | niet\s(?:worden\s)?(?:bezorgd|afgeleverd)
        | non\s(?:è\sstato\s)?(?:possibile\s)?(?:consegna|recapita) | não\s(?:p[ôo]de|foi)\s(?:ser\s)?entreg
        | kunde\sinte\slever | kunne\sikke\slever
        | не\sможет\sбыть\sдоставлен | не\sбыло\sдоставлен
    )""",
    _ANY | re.VERBOSE,
)
DELAYED = re.compile(
    r"""(?:
        (?:will|shall)\s(?:continue\sto\s(?:be\s)?|be\s|keep\s|still\s)?(?:re-?tr(?:y|ied|ying)|tr(?:y|ied|ying))
        | still\s(?:being\s)?(?:retr|try)
        | (?:has|have)\s(?:not|n['’]t)\s(?:yet\s)?been\s(?:delivered|collected)\s(?:yet|to\sall|within|after)
        | not\s(?:yet\s)?been\sdelivered\syet
        | warning\smessage\sonly | do\snot\s(?:need\sto\s)?resend\syour\smessage | you\sdo\snot\sneed\sto\sresend
        | delivery\s(?:attempts\s)?(?:is|has\sbeen|to\s.{1,80})\s(?:delayed|deferred)
        | (?:is|was|been)\s(?:being\s)?delayed | temporar(?:y|ily)\s(?:fail|delay|defer|unable)
        | delivery\sattempts\swill\scontinue | no\saction\sis\srequired\son\syour\spart
    )""",
    _ANY | re.VERBOSE,
)
# A line on which a mail system names the recipient.
NAMED = re.compile(
    r"""(?: ^\s*<?[^\s@<>]{1,80}@[^\s@<>]{1,200}>?\s*[:;,]?\s*$
        | @[^\s@<>]{1,200}>\s*[:.(]
        | ^\s*<?[^\s@<>]{1,80}@[^\s@<>]{1,200}>?\s*(?:\(|-|:|\.\.\.)
        | (?<![\d.])5\d\d[\s-] | \b5\.\d\.\d
        | rcpt\sto | recipient | addressed\sto | deliver(?:ed|y)?\b.{0,30}\sto\b
        | (?:address|user|mailbox|account)\b | wasn['’]t\sdelivered
        | message\sto\b | unknown | rejected | smtp: )""",
    _ANY | re.VERBOSE,
)
COPY_FOLLOWS = re.compile(
    r"""\s*(?:[-=*_]{2,}\s*(?:.{0,30}(?:original|returned|unsent|undelivered|copy\sof|header|body|start\sof|below\sthis|message)\b)
        | [-_*=\s]*(?:original\s(?:message|e-?mail)|returned\s(?:mail|message)\sfollows|below\sthis\sline\sis\sa\scopy)
        | (?:a\scopy\sof|the)\s(?:your|the|original)?\s?(?:original\s)?message\s(?:is|follows|was|headers)
        | (?:diagnostic|message\sheader|original\smessage\sheaders|return-path:|received:\sfrom)
        | (?:message|content)\sfollows)""",
    _ANY | re.VERBOSE,
)
HEADER_LINE = re.compile(
    r"\s*>?\s*(?:message-?id|from|reply-to|return-path|sender|received|in-reply-to|references|subject|date|x-[a-z-]+"
    r"|reporting-mta|arrival-date|dkim-signature|mail from|<<<|>>> ?mail)\s*:",
    _ANY,
)
