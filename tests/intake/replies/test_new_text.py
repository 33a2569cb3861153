"""The new words of a reply are told apart from what mail programs, mail systems and organisations put around them."""

import pytest

from intake.replies.new_text import new_text

WORDS = "Thank you for your letter.\n\nWe shall visit on Monday, and tell the family.\n\nKind regards\nJo Smith"
OLDER = "\n\nFrom: A B <a@b.example>\nSent: 02 December 2026 09:00\nTo: Jo\nSubject: x\n\nold words"
# How mail programs introduce older mail, in many languages.
HEADINGS = (
    "On 2 Dec 2026, at 09:00, A B <a@b.example> wrote:",
    "On Wed, Dec 2, 2026 at 9:00 AM A B <a@b.example> wrote:",
    "On 12/2/2026 9:00 AM, A B wrote:",
    "Le mer. 2 déc. 2026 à 09:00, A B <a@b.example> a écrit :",
    "Am Mi., 2. Dez. 2026 um 09:00 Uhr schrieb A B <a@b.example>:",
    "El mié, 2 dic 2026 a las 9:00, A B (<a@b.example>) escribió:",
    "Em qua., 2 de dez. de 2026 às 09:00, A B <a@b.example> escreveu:",
    "Il giorno mer 2 dic 2026 alle ore 09:00 A B <a@b.example> ha scritto:",
    "Op wo 2 dec. 2026 om 09:00 schreef A B <a@b.example>:",
    "Den ons 2 dec. 2026 kl 09:00 skrev A B <a@b.example>:",
    "W dniu 2.12.2026 o 09:00, A B pisze:",
    "śr., 2 gru 2026 o 09:00 A B <a@b.example> napisał(a):",
    "ср, 2 дек. 2026 г. в 09:00, A B <a@b.example>:",
    '02.12.2026, 09:00, "A B" <a@b.example>:',
    "Среда, 2 декабря 2026, 9:00 +03:00 от A B <a@b.example>:",
    "2026年12月2日(水) 9:00 A B <a@b.example>:",
    "在 2026年12月2日，09:00，A B <a@b.example> 写道：",
    "A B <a@b.example> wrote:",
    "ke 2. jouluk. 2026 klo 9.00 A B (a@b.example) kirjoitti:",
    "st 2. 12. 2026 v 9:00 odesílatel A B <a@b.example> napsal:",
    "2 Ara 2026 Çar, 09:00 tarihinde A B <a@b.example> şunu yazdı:",
    "Vào 09:00 T4, 2 thg 12, 2026, A B <a@b.example> đã viết:",
    "2026년 12월 2일 (수) 오전 9:00, A B <a@b.example>님이 작성:",
    "On Wednesday, 2 December 2026, A B <a@b.example> wrote:",
    "On Wed 2 Dec 2026 at 09:00, A B\n<a@b.example>\nwrote:",
    "---- On Wed, 02 Dec 2026 09:00:00 +0000 A B <a@b.example> wrote ----",
    "----- Original Message -----\nFrom: A B\nTo: Jo\nSent: Wed\nSubject: x",
    "-----Ursprüngliche Nachricht-----\nVon: A",
    "________________________________\nFrom: A B <a@b.example>\nSent: Wednesday\nTo: Jo\nSubject: x",
    "Von: A B\nGesendet: Mittwoch\nAn: Jo\nBetreff: x",
    "De : A B\nEnvoyé : mercredi\nÀ : Jo\nObjet : x",
    "De: A B\nEnviado el: x\nPara: Jo\nAsunto: x",
    "Da: A B\nInviato: x\nA: Jo\nOggetto: x",
    "Van: A B\nVerzonden: x\nAan: Jo\nOnderwerp: x",
    "*From:* A B <a@b.example>\n*Sent:* x\n*To:* Jo\n*Subject:* x",
    "Date: Wed, 2 Dec 2026\nFrom: a@b.example\nTo: jo@x.example\nSubject: x",
    "Subject: x\nTo: jo@x.example\nFrom: a@b.example\nDate: Wed, 2 Dec 2026",
    "Begin forwarded message:\n\nFrom: A",
    "-------- Original message --------\nFrom: A",
    "From:\tA B/HQ/GB@ORG\nTo:\tJo\nDate:\t02/12/2026 09:00\nSubject:\tx",
    '"A B" <a@b.example> \n02/12/2026 09:00\n\nTo\n<jo@x.example>\ncc\n\nSubject\nx',
    "On 2026-12-02 09:00, A B wrote:",
    "Quoting A B <a@b.example>:",
    "A B schrieb am 02.12.2026 um 09:00:",
)
# In the manner of British public bodies and their mail systems.
FOOTERS = (
    (
        "**********************************************************************\nThis email and any files transmitted "
        "with it are confidential and\nintended solely for the use of the individual or entity to whom they\nare "
        "addressed.\n**********************************************************************"
    ),
    (
        "The original of this email was scanned for viruses by the Government Secure Intranet virus scanning service "
        "supplied by Vodafone in partnership with Symantec. (CCTM Certificate Number 2009/09/0052.) In case of "
        "problems, please call your organisation's IT Helpdesk.\nCommunications via the GSi may be automatically "
        "logged, monitored and/or recorded for legal purposes."
    ),
    (
        "PLEASE NOTE: THE ABOVE MESSAGE WAS RECEIVED FROM THE INTERNET.\nOn entering the GSI, this email was scanned "
        "for viruses by the Government Secure Intranet (GSi) virus scanning service supplied exclusively by Energis."
    ),
    (
        "______________________________________________________________________\nThis email has been scanned by the "
        "MessageLabs Email Security System.\nFor more information please visit "
        "http://www.messagelabs.com/email\n______________________________________________________________________"
    ),
    "-- \nJo Smith\nTeam Manager\nwww.council.example",
    (
        "Disclaimer\n\nThe information contained in this communication from the sender is confidential.\n\nThis email "
        "has been scanned for viruses and malware, and may have been automatically archived by Mimecast Ltd."
    ),
    (
        "Any opinions expressed in this email are those of the author and not of the Council.\n\nAll e-mail "
        "communications may be subject to recording and/or monitoring."
    ),
    "Follow us on Twitter @council\nwww.council.example\n\nPlease consider the environment before printing this email.",
    (
        "Rydym yn croesawu gohebiaeth yn Gymraeg.\nWe welcome correspondence in Welsh.\n\nMae'r neges hon yn "
        "gyfrinachol ac at ddefnydd y person y bwriadwyd hi ar ei gyfer yn unig."
    ),
    (
        "Hackney Council may exercise its right to intercept any communication, the only exception to this would be "
        "confidential survey information."
    ),
    (
        "Parliament Disclaimer: This e-mail is confidential to the intended recipient. If you have received it in "
        "error, please notify the sender and delete it from your system."
    ),
    (
        "NHS Confidentiality: This message may contain confidential information. If you are not the intended recipient "
        "please inform the sender."
    ),
    "Statement of confidentiality: This message is intended only for the addressee.",
    (
        "E-mails and any attachments from the Ministry of Justice may be read by someone other than the person you are "
        "sending them to."
    ),
    "This e-mail (and any attachments) is intended only for the attention of the addressee(s).",
    "Security Warning: It is the responsibility of the recipient to ensure that this e-mail does not contain viruses.",
    "IMPORTANT NOTICE: This e-mail is confidential and may be privileged.",
    "The information in this email and any attachments is confidential and may be legally privileged.",
    (
        "Correspondents should note that all communications to the Department may be automatically logged, monitored "
        "and/or recorded for lawful purposes."
    ),
    "Consider the environment. Do you really need to print this email?",
    (
        "This transmission is intended for the named addressee(s) only and may contain sensitive or protectively "
        "marked material up to RESTRICTED."
    ),
    "Scanned by MailDefender - managed email security from intY - www.maildefender.net",
)
# Lines of devices.
DEVICES = (
    "Sent from my iPhone",
    "Sent from my Samsung Galaxy smartphone.",
    "Sent from Yahoo Mail on Android",
    "Get Outlook for Android",
    "Sent from Mail for Windows",
    "Sent from my BlackBerry 10 smartphone on the EE network.",
    "Von meinem iPhone gesendet",
    "Envoyé de mon iPhone",
    "Enviado desde mi iPhone",
    "Sent from Outlook for iOS",
    "Sent using OWA for iPhone",
    "Sent from Samsung Mobile",
    "Sent with Proton Mail secure email.",
    "Sent via the Samsung Galaxy S10, an AT&T 5G smartphone",
)
# What people write, though it begins like something else.
PEOPLES = (
    "On Monday we met at 10:00 and wrote:\nthe plan.",
    "From: our view it was right\nTo: be fair\nwe agree",
    "This email is to say that we agree.",
    "We have received your message and it was not what we expected.",
    "If you are not the right person, tell us.\n\nWe meet on Monday.",
    "Follow us up on this by Monday.\nThanks",
    "The views of the family were heard.\n\nWe agree.",
    "Any views expressed by the child are in the plan.\n\nShe wants to stay.",
)


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("mark", ["", "> "])
def test_older_mail_goes_in_whatever_way_and_language_it_is_introduced(heading: str, mark: str) -> None:
    older = f"{mark}old words here\n{mark}more old words"
    assert new_text(f"{WORDS}\n\n{heading}\n\n{older}").words == WORDS


@pytest.mark.parametrize("footer", FOOTERS)
@pytest.mark.parametrize("below", ["", OLDER])
def test_footers_go_and_the_words_above_them_stay(footer: str, below: str) -> None:
    assert new_text(f"{WORDS}\n\n{footer}{below}").words == WORDS


@pytest.mark.parametrize("footer", FOOTERS)
def test_a_footer_alone_is_given_whole(footer: str) -> None:
    assert new_text(footer).words.strip() == footer.strip()


@pytest.mark.parametrize("device", DEVICES)
def test_lines_of_devices_go(device: str) -> None:
    assert new_text(f"{WORDS}\n\n{device}").words == WORDS


@pytest.mark.parametrize("words", PEOPLES)
def test_what_people_write_stays(words: str) -> None:
    assert new_text(f"Hello,\n\n{words}").words == f"Hello,\n\n{words}"


def test_words_below_quoted_lines_are_not_cut_by_a_footer_above_them() -> None:
    text = f"{WORDS}\n\nThis email is confidential.\n\n> old words\n\nAnd one thing more."
    assert new_text(text).words == f"{WORDS}\n\nAnd one thing more."
