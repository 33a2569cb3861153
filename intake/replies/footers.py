"""What stands around a sender's words and is not theirs: banners of mail systems, lines of devices, signatures,
disclaimers and notices of organisations. Data; each pattern is matched against the beginning of one bounded line.

A footer that is kept does less harm than a word that is lost (guarantees, finding 8): only what nobody writes by hand
is here.
"""

import re

_ANY = re.IGNORECASE

# Put above the words by the mail systems on the way.
BANNER = re.compile(
    r"""[\s*\[(!|⚠️_#-]*(?:
        (?:caution|warning|attention|beware|external|security\snotice|notice|rhybudd|gofal)\b[\s*:!.\])_-]*
            (?:$|external|e-?mail|this\s(?:e-?mail|message|mail|sender)|do\snot|the\ssender|sender|originated
              |from\soutside|think
              |message|mae['’]r)
        | this\s(?:e-?mail|message|mail)\s(?:has\s)?(?:originated|comes?|came|was\ssent|is)\s(?:from|by)\s
            (?:an?\s)?(?:outside|external|sender\soutside|someone\soutside|non-)
        | (?:e-?mail|message)\sfrom\s(?:an?\s)?external\s(?:sender|source|address)
        | you\sdon['’]t\soften\s(?:get|receive)\semail\sfrom
        | some\speople\swho\sreceived\sthis\smessage\sdon['’]t\soften
        | zjqcmqryfpfptbanner(?:start|end) | be\scareful\swith\sthis\smessage
        | please\snote:?\sthe\sabove\smessage\swas\sreceived\sfrom\sthe\sinternet
        | (?:nhs\s)?(?:classification:\s*)?official(?:\s?[-–:]\s?sensitive)?(?:\s?[-–:]\s?\w+)?[\s*\])]*$
        | (?:\[?(?:secure|encrypted|external)\]?)[\s*]*$
    )""",
    _ANY | re.VERBOSE,
)

# Put below them by the sender's device.
DEVICE = re.compile(
    r"""[\s*_>-]*(?:
        sent\s(?:securely\s)?(?:from|via|using|by|with)\s(?:(?:my|an?|the|our|your)\s)?(?:[\w’'.+-]+\s){0,4}?
            (?:i?phone|i?pad|i?pod|samsung|galaxy|android|mobile|blackberry|huawei|pixel|outlook|mail|yahoo|workspace
              |tablet
              |handheld|smartphone|wireless|device|htc|nokia|windows|droid|motorola|xperia|oneplus|gmail|hotmail|aol
                |protonmail
              |proton|thunderbird|nine|spark|bluemail|mac|watch|xiaomi|redmi)\b
        | get\s(?:<?\S{0,100}>?\s?)?outlook\sfor\s(?:ios|android|mac)
        | sent\sfrom\s(?:outlook|surface)\b
        | (?:von\smeinem|von\smeiner)\s.{1,60}\sgesendet | (?:gesendet|diese\snachricht\swurde)\s(?:von|mit)\s
            (?:mein\w*\s|outlook|der|mobil|yahoo|gmx|web).{0,60}
        | (?:envoyé|télécharge[rz])\s(?:de(?:puis)?|à\spartir\sde|outlook)\s.{1,60}
        | enviado\s(?:desde|do|de|a\spartir\sdo|via)\s(?:mi|meu|mon|outlook|yahoo|un|el|iphone|samsung|correo).{0,60}
        | (?:inviato|scarica)\s(?:da|dal|outlook)\s(?:mio|iphone|ipad|outlook|yahoo|smartphone|cellulare|samsung
          |posta|per).{0,60}
        | (?:verstuurd|verzonden)\s(?:vanaf|vanuit|met|via)\s.{1,60} | skickat\sfrån\s.{1,60}
        | sendt\sfra\s(?:min|outlook|mail).{0,60}
        | (?:wysłane?|wysłano)\s(?:z|ze)\s(?:mojego|iphone|ipad|telefonu|outlook|aplikacji|programu).{0,60}
        | lähetetty\s.{1,40}(?:iphone|ipad|android|puhelim|outlook|laittee).{0,20} | отправлено\s(?:с|из)\s.{1,60}
        | anfonwyd\s(?:o|oddi\sar)\s.{1,40} | iphone(?:から|より)送信 | 从我的\s?iphone\s?发送 | 나의\siphone에서\s보냄
        | odesláno\sz\s.{1,40} | trimis\sde\spe\s.{1,40}
    ).{0,160}""",
    _ANY | re.VERBOSE,
)

# What stands below is a signature, a disclaimer, or thanks: never by itself the words that were asked for.
SIGNATURE = re.compile(r"\s?--\s?|\s?--\s?<br\s?/?>")
SIGN_OFF = re.compile(
    r"""[\s*]*(?:(?:with\s)?(?:kind(?:est)?|best|warm(?:est)?|many)?\s?(?:regards|wishes)
        | (?:many\s|kind\s)?thanks(?:\sagain)?(?:\s(?:and|&)\s.{0,30})? | thank\syou
        | regards | sincerely | faithfully | cheers | kr | br
        | yours(?:\s(?:sincerely|faithfully|truly))? | cofion(?:\s.{0,20})? | diolch(?:\s.{0,20})?)[\s,.!*-]*""",
    _ANY | re.VERBOSE,
)
_MAIL = r"(?:e-?mail|message|communication|transmission|transmittal|correspondence|electronic\s(?:mail|message))"
DISCLAIMER = re.compile(
    rf"""[\s*_=#|<>-]*(?:
        (?:this|the\s(?:information|contents?|materials?)\s(?:contained\s|included\s|transmitted\s)?(?:in|of
          |with)\sthis)\s{_MAIL}s?\b
            (?=.*(?:confidential|intended|addressee|privileged|attachment|virus|monitor|recipient|files\s|scanned
              |protectively
              |sent\s(?:by|on\sbehalf)|legally|disclos|solely|views|opinions))
        | (?:the\s)?(?:information|contents?)\s(?:contained\s)?(?:in|of)\sthis\s{_MAIL}
        | this\s(?:e-?mail|message)(?:\s\(?(?:and|including|together\swith)\s(?:any|all|its)\s.{{0,40}}\)?)?\s(?:is
          |are|may|contains?)\s
            (?:\w+\s){{0,4}}(?:confidential|privileged|private|intended|protectively)
        | (?:e-?mail\s|\w{{1,20}}\s)?disclaimer\b\s*(?:[:.-]|$) | legal\s(?:disclaimer|notice)\b
        | (?:\w{{1,20}}\s)?confidentiality(?:\s(?:notice|statement|note|warning)|:) | statement\sof\sconfidentiality
        | (?:(?:important|security|legal|virus|please\snote)\s?(?:notice|warning|information|message)?|warning|note
          |notice)\s?[:.-]\s
            (?=.*(?:confidential|viruses|privileged|intended\s(?:only|solely|for)|recipient))
            (?=.*(?:e-?mail|message|communication|transmission))
        | .{{1,60}}\s(?:may\sexercise\sits|reserves\sthe)\sright\sto\s(?:intercept|monitor|record)
        | correspondents\sshould\snote
        | e-?mails?\sand\s(?:any\s)?(?:attachments?|enclosures)\sfrom\b
        | scanned\sby\s\w+\s-\s
        | (?:private\s(?:and|&)\s)?confidential(?:ity)?(?:\s(?:and|&)\s(?:private|privileged
          |legally\sprivileged))?\s?[:.-]\s.{{0,60}}\b(?:{_MAIL}|intended)
        | (?:if\syou\s(?:have\s(?:received|got)|are\snot\s(?:the|an)|receive|believe\syou\shave\sreceived))\b
            (?=.*(?:e-?mail|message|recipient|error|addressee|transmission|mistake))
        | (?:any|the)\s(?:views?|opinions?|statements?)(?:\s(?:or|and|/)\s\w+)?\s(?:expressed|presented|contained
          |stated)\b(?=.*(?:author|sender|necessarily|e-?mail|message|organisation|represent|individual))
        | (?:any|all)\s(?:views|opinions)\b.{{0,60}}\b(?:author|sender)
        | (?:please\s|kindly\s)?(?:consider|think\s(?:of|about)|be\skind\sto|spare\sa\sthought\sfor)\s(?:the|our
          |your)\s(?:environment|impact)
        | (?:before\syou\sprint|think\sbefore\s(?:you\s)?print|do\syou\s(?:really\s)?need\sto\sprint|save\s(?:paper
          |trees)|help\ssave\s(?:paper|the\senv))
        | (?:please\s)?(?:don['’]?t|do\snot|only)\sprint\sthis
        | (?:this|the|your)\s(?:e-?mail|message|footnote|footer)\s(?:has\sbeen|was|also)\s
            (?:scanned|swept|checked|certified|received\sfrom\sthe\sinternet|virus|confirms|sent\s(?:securely|using
              |via|by\segress)|secured|processed|classified)\b
        | (?:scanned|swept|checked|protected|secured|virus-?checked|certified)\s(?:by|for|using|with)\s.{{0,40}}
            (?:messagelabs|mimecast|symantec|mailmarshal|websense|forcepoint|egress|virus|antivirus|anti-virus|spam
              |sophos|trend|barracuda|proofpoint|mailscanner|clearswift|mailsweeper)
        | (?:the\soriginal\sof\sthis\semail\swas\sscanned
        | on\s(?:leaving|entering)\sthe\s(?:gsi|gsx|gcsx|psn|government\ssecure)
          | communications\svia\sthe\s(?:gsi|gsx|gcsx|psn) | in\scase\sof\sproblems,?\splease\scall\syour\sorganisation
          | please\snote:?\sthe\sabove\smessage\swas\sreceived | government\ssecure\sintranet)
        | (?:for\smore\sinformation|for\sfurther\sinformation|to\sfind\sout\smore)\b.{{0,40}}(?:please\s)?(?:visit
          |contact|go\sto|see)\b.{{0,20}}
            (?:messagelabs|symantec|mimecast|egress|message\s?labs|mailcontrol|blackspider|websense|sophos)
        | (?:click|press)\s(?:here|on\sthe\s(?:following\s)?link)(?:\s<\S{{0,300}}>)?\sto\sreport
        | report\sthis\s(?:message|e-?mail)\sas\s(?:spam|junk)
        | privacy\snotice\b:?(?:\s|$) | data\sprotection\s(?:notice|statement|act|and\sprivacy|legislation)?\s?[:-]
        | (?:for\s(?:more\s|further\s)?information\s(?:about|on)|find\sout)\s(?:how
          |what)\s.{{0,60}}\b(?:personal\s(?:data|information)|your\s(?:data|information))
        | (?:all|any|incoming\sand\soutgoing)\s(?:\w+\s){{0,3}}(?:e-?mails?|messages|communications
          |e-?mail\straffic)\b.{{0,120}}\b(?:monitor|record|disclos|intercept|scan|log)
        | (?:under|please\s(?:note|be\saware)|in\s(?:accordance|line)\swith
          |subject\sto)\b.{{0,80}}\b(?:freedom\sof\sinformation|data\sprotection\sact|regulation\sof\sinvestigatory)
        | (?:e-?mails?|internet\s(?:e-?mails?|communications?))\s(?:is|are|cannot|can\snot|may
          |can)\s(?:not\s)?(?:be\s)?(?:\w+\s){{0,3}}(?:secure|guaranteed|monitored|intercepted|recorded
          |a\s(?:100%\s)?secure)
        | (?:while|whilst|although)\b.{{0,120}}\b(?:viruses|virus-free|virus\sfree|anti-?virus|malware)
        | (?:we|the\s\w+|it\sis\syour\sresponsibility|you\s(?:should|are\sadvised)
          |recipients?\sshould)\b.{{0,120}}\b(?:check|scan)\b.{{0,60}}\b(?:viruses|attachments)
        | (?:no|any)\s(?:liability|contract|responsibility)\b.{{0,80}}\b(?:e-?mail|message|virus|accepted|damage)
        | (?:unauthori[sz]ed|any)\s(?:use|disclosure|copying|distribution|dissemination
          |review)\b.{{0,120}}\b(?:prohibited|unlawful|forbidden|not\spermitted)
        | (?:follow|like|find|join)\sus\s(?:on|at|@)\b
        | (?:keep|stay)\s(?:up\sto\sdate|in\stouch|connected)\b.{{0,40}}(?:facebook|twitter|newsletter|e-?bulletin
          |social)
        | (?:follow|visit)\s.{{0,40}}\b(?:on\s)?(?:twitter|facebook|instagram|linkedin|youtube)\b
        | (?:sign\sup|subscribe|register)\s(?:to|for)\b.{{0,40}}(?:newsletter|bulletin|alerts|updates|e-?mail)
        | (?:visit|see|go\sto)\s(?:our|the\scouncil['’]s)\s(?:website|web\ssite|web\spage)
        | we\swelcome\s(?:correspondence|communication|receiving|calls)\b.{{0,40}}\b(?:welsh|english)
        | (?:rydym\syn\scroesawu|croesewir|croesawn|mae\scroeso\si\schi)\b.{{0,80}}\b(?:gymraeg|cymraeg|saesneg)
        | mae['’]?r?\s(?:neges|e-?bost|wybodaeth|cynnwys)\b.{{0,200}}\b(?:gyfrinachol|cyfrinachol|fwriad|bwriad|unig
          |sganio)
        | (?:ystyriwch|meddyliwch\sam)\b.{{0,20}}(?:yr\s)?amgylchedd | dilynwch\s(?:ni|fi)\b
        | os\snad\schi\b.{{0,60}}\b(?:derbyn|bwriad)
        | (?:sent|delivered|protected|secured)\s(?:securely\s)?(?:using|via|by|with)\segress
        | egress\s(?:switch|protect|defend)\b
        | (?:virus-free\.|this\semail\shas\sbeen\schecked\sfor\sviruses\sby\savast)
        | registered\s(?:office|in\s(?:england|scotland|wales)|charity|company)\b.{{0,120}}(?:\d|england|wales
          |scotland|number|no)
    )|[\s]*(?:\*{{8,}}|={{8,}}|\#{{8,}})\s*$""",
    _ANY | re.VERBOSE,
)
