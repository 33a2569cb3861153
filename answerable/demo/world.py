"""Made-up agencies and people for any policy: one person for every role, so that no letter lacks a reader."""

import unicodedata
from collections.abc import Iterator

from cases.directory.directory import Agency, Person
from cases.policy import Policy
from cases.staff.officer import TITLES, Role

AGENCIES = (
    Agency("hospital", "Kingfisher Hospitals NHS Trust", ("kingfisher-hospitals.example",)),
    Agency("social_care", "Council Children's Social Care", ("childrens-care.example",)),
    Agency("police", "Police Child Protection Unit", ("police-unit.example",)),
    Agency("school", "Oakfield Primary School", ("oakfield-primary.example",)),
    Agency("gp", "Millbrook Surgery", ("millbrook-surgery.example",)),
)

# Every given name goes with every family name of the list once, before a pair is repeated.
GIVEN = (
    "Amara",
    "Rhys",
    "Priya",
    "Daniel",
    "Zainab",
    "Callum",
    "Mei",
    "Joseph",
    "Fatima",
    "Ewan",
    "Chloe",
    "Kwame",
    "Sunita",
    "Gareth",
    "Leila",
    "Marcus",
    "Niamh",
    "Imran",
    "Grace",
    "Tomasz",
    "Yasmin",
    "Oliver",
    "Blessing",
    "Hamish",
    "Ruth",
    "Dev",
    "Siobhan",
    "Andre",
    "Hannah",
    "Ravi",
    "Megan",
    "Samuel",
    "Nadia",
    "Patrick",
    "Ifeoma",
    "Lewis",
    "Anjali",
    "Stephen",
    "Rebecca",
    "Omar",
    "Sinead",
    "Winston",
    "Catrin",
    "Aisha",
    "Duncan",
    "Lucy",
    "Hassan",
)
FAMILY = (
    "Okafor",
    "Pritchard",
    "Shah",
    "Whitfield",
    "Hussain",
    "Macrae",
    "Chen",
    "Adeyemi",
    "Rahman",
    "Sinclair",
    "Barlow",
    "Mensah",
    "Patel",
    "Bevan",
    "Hosseini",
    "Campbell",
    "Doyle",
    "Qureshi",
    "Ashworth",
    "Nowak",
    "Aziz",
    "Thornton",
    "Eze",
    "Fraser",
    "Goldberg",
    "Kapoor",
    "O'Neill",
    "Baptiste",
    "Marsh",
    "Nair",
    "Llewellyn",
    "Osei",
    "Karim",
    "Byrne",
    "Nwosu",
    "Hartley",
    "Desai",
    "Rowe",
    "Sharpe",
    "Farouk",
    "Gallagher",
    "Clarke",
    "Vaughan",
    "Siddiqui",
    "Munro",
    "Fairclough",
    "Yusuf",
)


def directory_of(policy: Policy) -> tuple[list[Agency], list[Person]]:
    """The agencies, and for every role of the policy a person: one in each agency, or one at the partnership."""
    names = _names(sum(policy.partnership.key.encode()))
    people: list[Person] = []
    for role, held in policy.roles.items():
        for agency in AGENCIES if held.of == "agency" else (None,):
            domain = agency.domains[0] if agency else policy.partnership.reply_domain
            people.append(_person(role, next(names), domain, agency, len(people)))
    return list(AGENCIES), people


def staff_of(policy: Policy) -> list[tuple[str, str, Role]]:
    """Somebody of each role at the desk: name, address, role."""
    names, domain = _names(sum(policy.partnership.key.encode()) + 300), policy.partnership.reply_domain
    found: list[tuple[str, str, Role]] = []
    for role in TITLES:
        person = _person(role, next(names), domain, None, 0)
        found.append((person.name, person.email, role))
    return found


def _names(start: int) -> Iterator[tuple[str, str]]:
    """Names without end; each partnership begins at another place."""
    number = start
    while True:
        lap, place = divmod(number, len(GIVEN))
        yield GIVEN[place], FAMILY[(place + lap * 7) % len(FAMILY)]
        number += 1


def _person(role: str, name: tuple[str, str], domain: str, agency: Agency | None, number: int) -> Person:
    email = f"{_spelt(name[0])}.{_spelt(name[1])}@{domain}"
    # 01632 960000 to 960999 are kept for drama by Ofcom: nobody has them.
    return Person(role, " ".join(name), email, agency.key if agency else None, f"01632 {960000 + number % 1000}")


def _spelt(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "".join(letter for letter in plain if letter.isalpha() or letter == "-")
