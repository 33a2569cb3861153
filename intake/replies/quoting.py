"""How mail programs introduce older mail, in the languages of the mail that comes in. Data.

Every pattern is matched against the beginning of one line, or of a few joined ones, cut to a bounded length, so that
reading stays linear.
"""

import re

_ANY = re.IGNORECASE

# Everything from such a line on is older mail.
SEPARATOR = re.compile(
    r"""[\s*_>=-]*(?:
        (?:original|forwarded|reply)\s(?:message|appointment|mail|e-?mail)(?:\s(?:follows|header))?
        | forwarded\sby\s.{0,100} | on\s.{5,200}\swrote
        | begin\sforwarded\smessage
        | (?:please\s)?(?:write|type)\syour\s(?:reply|answer)\sabove\sthis\sline
        | (?:please\s)?reply\s(?:above|below)\sthis\sline(?:\s.{0,40})?
        | ursprüngliche\s(?:nachricht|e-?mail|mitteilung) | original-?nachricht | weitergeleitete\snachricht
        | message\s(?:d['’]origine|original|transféré|initial) | mensaje\s(?:original|reenviado)
        | mensagem\s(?:original|encaminhada)
        | messaggio\s(?:originale|inoltrato) | oorspronkelijk\sbericht | doorgestuurd\sbericht
        | ursprungligt\smeddelande
        | (?:oprindelig|opprinnelig)\s(?:meddelelse|melding) | alkuperäinen\sviesti
        | (?:wiadomość|oryginalna)\s(?:oryginalna|wiadomość)
        | исходное\sсообщение | пересылаемое\sсообщение | původní\szpráva | eredeti\süzenet | orijinal\s(?:mesaj|ileti)
        | neges\swreiddiol | 原始邮件 | 原始郵件 | 元のメッセージ | 원본\s메시지
    )[\s*:_=-]*""",
    _ANY | re.VERBOSE,
)
SEPARATOR_DASHES = re.compile(
    r"[\s*]*-{2,}|_{5,}|={3,}|begin |(?:please )?(?:write|type|reply) |\*\s?original message", _ANY
)

# "On Thursday 3 December 2026 at 10:02, Jo Smith <jo@council.example> wrote:" may be wrapped over a few lines.
_VERBS = (
    "wrote|writes|said|ysgrifennodd|schrieb|schreibt|(?:a|à) écrit|écrit|escribió|escribio|escreveu|ha "
    "scritto|scrisse|"
    "schreef|geschreven|skrev|skrifaði|kirjoitti|napisał(?:\\(a\\)|a|/a)?|pisze|napsal(?:\\(a\\)|a)?|napísal(?:\\(a\\)|a)?|"
    "написал(?:\\(а\\)|а|\\(-а\\))?|пишет|написав|написа|пише|írta|a scris|yazdı|şunları yazdı|έγραψε|je napisao|"
    "kirjutas|rašė|rakstīja|va escriure|đã viết|menulis|写道|寫道|さんは書きました|님이 작성|작성"
)
ATTRIBUTION_BEGINS = re.compile(
    r"(?:On|Ar|Am|Le|El|Op|Il|Em|Den|På|W "
    r"dniu|Dnia|Dne|Dňa|Kl\.?|Pada|Vào|Tarihinde|La|Em|Na|В|От|Στις|Mon|Tue|Wed|Thu|Fri|"
    r"Sat|Sun|[A-Za-zÀ-ž]{2,12}\.?,? \d|\d{1,4}[./ -]|\d{4}年|在|於|\"?[\w.'’-]{1,30}\"? .{0,80}<)",
    _ANY,
)
ATTRIBUTION = re.compile(rf".{{4,500}}?(?:\b|\s|[)>])(?:{_VERBS})(?:\W[^:：]{{0,150}})?\s?[:：]\s*", _ANY)
# What an attribution holds besides: a time of day, an address, or a year.
SURELY_ATTRIBUTED = re.compile(r".*?(?:\d\s?[:.h時点]\s?\d\d|@|\d\d:\d\d)", _ANY)
PERHAPS_ATTRIBUTED = re.compile(r".*?\b(?:19|20)\d\d\b")
# "On 2 December 2026 she wrote:" is somebody's sentence.
SENTENCE = re.compile(
    r".*\b(?:i|we|you|he|she|they|it|who|which|that|"
    r"and|then|have|has|had|was|were)\s(?:also\s)?(?:wrote|writes|said)\b",
    _ANY,
)
# Mail programs of other countries give a date, an address and a colon, and no verb.
ATTRIBUTION_BY_ADDRESS = re.compile(
    r"(?:\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?|\d{1,2}[./]\d{1,2}[./]\d{2,4}).{0,40}?"
    r"(?:\d{1,2}:\d\d)?.{0,200}<(?:mailto:)?[^<>\s@]+@[^<>\s]+>\s?[:：]?"
    r"|.{0,80}\d{1,2}:\d\d.{0,160}<(?:mailto:)?[^<>\s@]+@[^<>\s]+>\s?[:：]"
    r"|(?:quoting|citando|zitat von|citat)\s.{1,160}:"
    r"|.{2,80}\s(?:schrieb am|wrote on|writes on|a écrit le|escribió el|ha scritto il|schreef op|skrev "
    r"den)\s.{0,60}\d{4}.{0,60}:",
    _ANY,
)
ATTRIBUTION_LINES = 4
# Whatever the language: a time or an address, and a colon, right above lines that are quoted.
INTRODUCES_QUOTED = re.compile(r"(?=.{0,300}(?:\d\s?[:.h時]\s?\d\d|<[^<>\s]+@))(?=.{0,300}(?:\d|@)).{5,400}[:：]\s*")
# Between quoted lines, a name and a verb alone are enough.
NAMED_QUOTED = re.compile(rf"[\w\"'(][^:]{{1,80}}?(?:<[^<>\s]+@[^<>\s]+>|\))?\s(?:{_VERBS})\s?[:：]\s*", _ANY)

# Outlook's block: From, then at least two of the others close below.
_FROM = (
    "from|von|de|van|da|från|fra|od|от|oddi wrth|lähettäjä|feladó|kimden|gönderen|de la|expéditeur|remitente|mittente|"
    "発信者|差出人|发件人|寄件者|보낸 사람|από"
)
_OTHERS = (
    "sent|date|to|cc|bcc|subject|importance|attachments?|reply-to|sensitivity|gesendet|datum|an|betreff|envoyé|objet|à|"
    "enviado(?: "
    "el)?|para|asunto|assunto|data|inviato|oggetto|a|verzonden|onderwerp|aan|skickat|till|ämne|sendt|til|emne|"
    "lähetetty|vastaanottaja|aihe|wysłano|do|temat|dw|отправлено|кому|тема|дата|копия|anfonwyd|pwnc|at|odesláno|komu|"
    "předmět|elküldve|címzett|tárgy|tarih|kime|konu|trimis|către|subiect|发送时间|收件人|主题|抄送|寄件日期|收件者|主旨|"
    "送信日時|宛先|件名|日時|보낸 날짜|받는 사람|제목|when|where|required"
)
FROM_FIELD = re.compile(rf"[\s*_|]*(?:{_FROM})[*_]*\s?[:：][*_]*\s*\S", _ANY)
OTHER_FIELD = re.compile(rf"[\s*_|]*({_OTHERS})[*_]*\s?[:：]", _ANY)
FIELD_LINES = 14
FIELDS_BEFORE_FROM = 6
RULE = re.compile(r"[\s*]*[_=—–-]{5,}[\s*]*")

# Lotus Notes: a line with the date alone, then To, cc and Subject, each above its value or before a tab.
NOTES_DATE = re.compile(
    r"(?:sent by:.{0,80})?\s*\d{1,2}[/.]\d{1,2}[/.]\d{4}\s+\d{1,2}:\d\d(?::\d\d)?(?:\s?[AP]M)?(?:\s[A-Z]{3,4})?", _ANY
)
NOTES_TO = re.compile(r"(?:please respond to|to)(?:\s.*|:.*)?", _ANY)
NOTES_SUBJECT = re.compile(r"subject(?:\s.*|:.*)?", _ANY)
NOTES_FOLDED = re.compile(r".{0,80}---\s?\d{1,2}[/.]\d{1,2}[/.]\d{4} \d{1,2}:\d\d(?::\d\d)?.{0,4}---")
