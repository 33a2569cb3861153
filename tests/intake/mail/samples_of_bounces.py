"""Reports of failure and delay as mail systems word them without fields for machines: written by hand, in the manner
of each. (name, headers, body, failed for good, delayed)."""

JO = "jo@health.example"
_DAEMON = "From: Mail Delivery System <MAILER-DAEMON@mx.example>"
_COPY = (
    "\n\n------ This is a copy of the message, including all the headers. ------\n\nFrom: us "
    "<in@chscp.example>\nTo: jo@health.example\n"
)

FAILED: tuple[tuple[str, str, str], ...] = (
    (
        "qmail",
        "From: MAILER-DAEMON@mx.example\nSubject: failure notice",
        (
            "Hi. This is the qmail-send program at mx.example.\nI'm afraid I wasn't able to deliver your "
            "message to the "
            "following "
            "addresses.\nThis is a permanent error; I've given up. Sorry it didn't work "
            "out.\n\n<jo@health.example>:\nSorry, no "
            "mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the "
            "message.\n\nReturn-Path: "
            "<in@chscp.example>\n"
        ),
    ),
    (
        "exim",
        (
            f"{_DAEMON}\nX-Failed-Recipients: jo@health.example\nAuto-Submitted: auto-replied\n"
            "Subject: Mail delivery failed: returning message to sender"
        ),
        (
            "This message was created automatically by mail delivery software.\n\nA message that you sent "
            "could not be "
            "delivered to "
            "one or more of its\nrecipients. This is a permanent error. The following address(es) failed:\n\n  "
            "jo@health.example\n"
            f"    host mx.health.example [192.0.2.1]\n    550 5.1.1 User unknown{_COPY}"
        ),
    ),
    (
        "exim without its header",
        f"{_DAEMON}\nSubject: Mail delivery failed: returning message to sender",
        (
            "A message that you sent could not be delivered to one or more of its\nrecipients. This is a "
            "permanent "
            "error. The "
            f"following address(es) failed:\n\n  jo@health.example\n    Unrouteable address{_COPY}"
        ),
    ),
    (
        "postfix",
        "From: MAILER-DAEMON@mx.example (Mail Delivery System)\nSubject: Undelivered Mail Returned to Sender",
        (
            "This is the mail system at host mx.example.\n\nI'm sorry to have to inform you that your message "
            "could "
            "not\nbe delivered "
            "to one or more recipients. It's attached below.\n\n                   The mail "
            "system\n\n<jo@health.example>: host "
            "mx.health.example[192.0.2.1] said: 550 5.1.1\n    <jo@health.example>: Recipient address "
            "rejected: User "
            "unknown (in reply "
            "to RCPT TO command)\n"
        ),
    ),
    (
        "sendmail",
        "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>\nSubject: Returned mail: see transcript for details",
        (
            "The original message was received at Thu, 3 Dec 2026 10:02:00 GMT\nfrom chscp.example "
            "[192.0.2.9]\n\n   "
            "----- The following "
            "addresses had permanent fatal errors -----\n<jo@health.example>\n    (reason: 550 5.1.1 User "
            "unknown)\n\n   "
            "----- Transcript "
            "of session follows -----\n... while talking to mx.health.example.:\n>>> DATA\n<<< 550 5.1.1 User "
            "unknown\n"
        ),
    ),
    (
        "exchange online",
        "From: postmaster@health.example\nSubject: Undeliverable: CHSCP-2026-0042: an answer is needed",
        (
            "Your message to jo@health.example couldn't be delivered.\n\njo wasn't found at "
            "health.example.\n\nin  "
            "Office 365  jo\nAction "
            "Required  Recipient\n\nUnknown To address\n\nHow to Fix It\nThe address may be misspelled or may "
            "not "
            "exist.\n\nOriginal Message "
            "Headers\nFrom: in@chscp.example\n"
        ),
    ),
    (
        "exchange online, policy",
        (
            "From: Microsoft Outlook "
            "<MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@health.example>\nSubject: "
            "Undeliverable: x"
        ),
        (
            "Delivery has failed to these recipients or groups:\n\njo@health.example\nYour message wasn't "
            "delivered "
            "because the recipient's "
            "email provider rejected it.\n\nDiagnostic information for administrators:\nGenerating server: "
            "x.health.example\n"
            "jo@health.example\nRemote Server returned '550 5.7.1 Message rejected by policy'\n"
        ),
    ),
    (
        "exchange 2003",
        "From: System Administrator <postmaster@health.example>\nSubject: Undeliverable: an answer is needed",
        (
            "Your message\n\n  To:      jo@health.example\n  Subject: an answer is needed\n  Sent:    Thu, 3 "
            "Dec 2026 "
            "10:02:00 -0000\n\ndid not "
            "reach the following recipient(s):\n\njo@health.example on Thu, 3 Dec 2026 10:02:03 -0000\n    The "
            "e-mail "
            "account does not exist at "
            "the organization this message was sent to.\n    <mx.health.example #5.1.1>\n"
        ),
    ),
    (
        "google",
        (
            "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com.example>\nSubject: Delivery Status "
            "Notification "
            "(Failure)"
        ),
        (
            "** Address not found **\n\nYour message wasn't delivered to jo@health.example because the address "
            "couldn't "
            "be found, or is unable "
            "to receive mail.\n\nThe response was:\n\n550 5.1.1 The account that you tried to reach does not "
            "exist.\n"
        ),
    ),
    (
        "google of old",
        (
            "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com.example>\nSubject: Delivery Status "
            "Notification "
            "(Failure)"
        ),
        (
            "Delivery to the following recipient failed permanently:\n\n     jo@health.example\n\nTechnical "
            "details of "
            "permanent failure:\nThe "
            "error that the other server returned was: 550 550 unknown user.\n\n----- Original message "
            "-----\n\nReceived: by 192.0.2.1\n"
        ),
    ),
    (
        "yahoo",
        "From: MAILER-DAEMON@yahoo.example\nSubject: Failure Notice",
        (
            "Sorry, we were unable to deliver your message to the following "
            "address.\n\n<jo@health.example>:\nRemote "
            "host said: 550 5.1.1 "
            "User unknown [RCPT_TO]\n\n--- Below this line is a copy of the message.\n\nReceived: from x\n"
        ),
    ),
    (
        "domino",
        (
            "From: Postmaster@health.example\nSubject: DELIVERY FAILURE: User jo (jo@health.example) not "
            "listed in "
            "Domino Directory"
        ),
        (
            "Your message\n\n  Subject: an answer is needed\n\nwas not delivered to:\n\n  "
            "jo@health.example\n\nbecause:\n\n  User jo "
            "(jo@health.example) not listed in Domino Directory\n"
        ),
    ),
    (
        "groupwise",
        "From: Mailer-Daemon@health.example\nSubject: Message status - undeliverable",
        "The message that you sent was undeliverable to the following:\n\tjo@health.example (user not found)\n",
    ),
    (
        "mdaemon",
        "From: MDaemon@health.example\nSubject: Permanent Delivery Failure",
        (
            "The attached message had PERMANENT fatal delivery errors!\n\nAfter one or more unsuccessful "
            "delivery "
            "attempts the attached message "
            "has\nbeen removed from the mail queue.\n\nFailed address: jo@health.example\n\n--- Session "
            "Transcript "
            "---\n<-- 550 unknown user\n"
        ),
    ),
    (
        "mimecast",
        "From: Postmaster <postmaster@health.example>\nSubject: [Postmaster] Email Delivery Failure",
        (
            "This is a delivery failure notification message indicating that\nan email you addressed to email "
            "address "
            ":\n-- "
            "jo@health.example\n\ncould not be delivered. The problem appears to be :\n-- Recipient email server "
            "rejected the message\n\n"
            "Additional information follows :\n-- 550 5.1.10 RESOLVER.ADR.RecipientNotFound\n"
        ),
    ),
    (
        "german",
        f"{_DAEMON}\nSubject: Unzustellbar: CHSCP-2026-0042",
        "Ihre Nachricht konnte nicht zugestellt werden:\n\n<jo@health.example>: 550 5.1.1 unbekannt\n",
    ),
    (
        "quota",
        "Return-Path: <>\nFrom: quota@health.example\nSubject: Undeliverable mail",
        "Your message to <jo@health.example> could not be delivered: mailbox is full.\n",
    ),
)

DELAYED: tuple[tuple[str, str, str], ...] = (
    (
        "exim",
        f"{_DAEMON}\nSubject: Warning: message 1rAbcD-000123-AB delayed 24 hours",
        (
            "This message was created automatically by mail delivery software.\nA message that you sent has "
            "not yet been "
            "delivered to one or "
            "more of its\nrecipients after more than 24 hours on the queue on mx.example.\n\nThe address to "
            "which the "
            "message has not yet been "
            "delivered is:\n\n  jo@health.example\n\nNo action is required on your part. Delivery attempts "
            "will continue "
            "for\nsome time.\n"
        ),
    ),
    (
        "sendmail",
        (
            "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.example>\nSubject: Warning: could not send "
            "message for past "
            "4 hours"
        ),
        (
            "    **********************************************\n    **      THIS IS A WARNING MESSAGE ONLY    "
            "  **\n    "
            "**  YOU DO NOT NEED "
            "TO RESEND YOUR MESSAGE  **\n    **********************************************\n\n   ----- The "
            "following "
            "addresses had transient "
            "non-fatal errors -----\n<jo@health.example>\n\n   ----- Transcript of session follows "
            "-----\n<jo@health.example>... Deferred\n"
            "Warning: message still undelivered after 4 hours\nWill keep trying until message is 5 days old\n"
        ),
    ),
    (
        "google",
        (
            "From: Mail Delivery Subsystem <mailer-daemon@googlemail.com.example>\nSubject: Delivery Status "
            "Notification "
            "(Delay)"
        ),
        (
            "There was a temporary problem delivering your message to jo@health.example. Gmail will retry for "
            "46 more "
            "hours. You'll be "
            "notified if the delivery fails permanently.\n"
        ),
    ),
    (
        "exchange",
        "From: postmaster@health.example\nSubject: Delivery delayed: CHSCP-2026-0042",
        (
            "Delivery to these recipients has been delayed:\n\njo@health.example\n\nDelivery of the message will "
            "continue to be attempted.\n"
        ),
    ),
)

PEOPLES: tuple[tuple[str, str], ...] = (
    (
        "Subject: Re: Undeliverable: your letter",
        ("My mail to jo@health.example came back: user unknown, 550 5.1.1. What now?"),
    ),
    ("Subject: Fwd: Delivery Status Notification (Failure)", "See below.\n\n550 5.1.1 jo@health.example user unknown"),
    ("Subject: Delivery failure", "The school's delivery of the plan has failed twice; the family was never told."),
    ("Subject: Rejected referral", "The referral was rejected by jo@health.example's team. We differ."),
    (
        "Subject: your message",
        ("I could not be reached on Friday. The child was not found at the address. Call 01482 550 123."),
    ),
    ("Subject: FW: returned mail", "It was returned to sender."),
    ("Subject: Re: the plan", "The address couldn't be found, so the visit failed permanently. jo@x.example knows."),
)
