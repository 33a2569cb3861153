"""What may be out of date, who will be missing, and contacts who are asked whether their entry is right."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from cases.directory import edits
from cases.directory.coverage import Missing, coverage
from cases.directory.directory import Away, Closure, Person
from cases.directory.requests import Requests
from cases.directory.stale import Stale, stale
from cases.directory.work import DirectoryWork
from cases.store import contacts, outbox, people
from cases.store.outbox import Stored
from cases.submission import Answer, Evidence
from cases.tables import letters
from tests.conftest import AGENCIES, ALICE, BEGAN, PEOPLE, World

TODAY = date(2026, 11, 27)
DAN = "dan@hackney.example"
SECOND = replace(ALICE, starts_at="line_managers")


def doubts(world: World, today: date = TODAY) -> list[Stale]:
    with world.casework.database.read() as connection:
        return stale(connection, "chscp", today)


def missing(world: World, today: date = TODAY) -> list[Missing]:
    with world.casework.database.read() as connection:
        return coverage(world.casework, connection, "chscp", today)


def change(world: World, edit: edits.Edit) -> None:
    DirectoryWork(world.casework).change("chscp", edit, "Bo Reed", world.clock())


def number_of(world: World, email: str) -> int:
    with world.casework.database.read() as connection:
        return next(row.id for row in people.roster(connection, "chscp") if row.email == email)


def chase(world: World) -> None:
    """Every clock that is due is looked at until a chase has gone to Dan, and the letters leave."""
    before = len(world.letters("chase", "Dan Webb"))
    while len(world.letters("chase", "Dan Webb")) == before:
        clock = world.view().case.running("timescale")[0]
        world.clock.time = clock.look_at
        world.casework.look(world.view().case.id, clock.key, world.clock())
    world.hand_over(world.letters("chase", "Dan Webb")[-1])


def asked(world: World) -> list[Stored]:
    with world.casework.database.read() as connection:
        ids = connection.execute(select(letters.c.id).where(letters.c.purpose == "contact")).scalars().all()
        return [outbox.opened(connection, each, world.casework.keyring) for each in ids]


def test_two_chases_in_a_row_that_nobody_answers_are_a_doubt_until_they_answer(world: World) -> None:
    world.open_case(SECOND)
    chase(world)
    assert doubts(world) == []
    chase(world)
    found = doubts(world)
    assert [(each.name, each.kind, each.why) for each in found] == [
        ("Dan Webb", "silent", "2 chases in a row were not answered.")
    ]
    assert found[0].do == "Telephone and ask whether the address is right."
    view = world.view()
    dan = next(party.key for party in view.case.parties if party.name == "Dan Webb")
    row = view.case.stages[-1].key
    answer = Answer("question", row, "Which child?", evidence=Evidence(via="telephone"))
    world.casework.hear(view.case.id, dan, answer, world.clock())
    assert [each.kind for each in doubts(world)] == ["silent"]  # somebody at the desk took it down
    world.casework.hear(view.case.id, dan, replace(answer, evidence=Evidence(via="page")), world.clock())
    assert doubts(world) == []


def test_every_reason_has_its_words_and_what_to_do_the_strongest_first(world: World) -> None:
    with world.casework.database.write() as connection:
        contacts.named_instead(connection, "chscp", DAN, "Pip Orr", TODAY)
        contacts.flag(connection, "chscp", DAN, "a letter came back", TODAY)
        contacts.says(connection, "chscp", DAN, "a reply that waits in the tray", TODAY)
        contacts.flag(connection, "chscp", "stranger@elsewhere.example", "a letter came back", TODAY)
        contacts.asked(connection, "chscp", DAN, TODAY)
    friday = "Friday 27 November 2026"
    found = [each for each in doubts(world, TODAY + timedelta(days=180)) if each.email == DAN]
    assert [(each.kind, each.why) for each in found] == [
        ("says", "They, or somebody with their letter, wrote: a reply that waits in the tray"),
        ("flag", "The address does not work: a letter came back."),
        ("instead", "An automatic reply named somebody else: Pip Orr."),
        ("unconfirmed", f"Nobody has confirmed the entry since {friday}. They were last asked on {friday}."),
    ]
    assert all(each.do for each in found)
    change(world, edits.confirm(DAN))
    assert [each.kind for each in doubts(world) if each.email == DAN] == []


def test_coverage_names_each_gap_with_its_days_reason_and_cases(world: World) -> None:
    reference = world.open_case(SECOND).case.reference
    assert missing(world) == []
    change(world, edits.away(Away(DAN, date(2026, 12, 1), date(2026, 12, 2))))
    found = missing(world)
    assert found == [
        Missing(
            "line_manager",
            "hackney",
            "Dan Webb is away until Wednesday 2 December 2026, and no delegate is registered.",
            (date(2026, 12, 1), date(2026, 12, 2)),
            1,
            0,
            (reference,),
            False,
        )
    ]
    change(world, edits.delegate(DAN, "ella@hackney.example"))
    assert missing(world) == []
    change(world, edits.away(Away("ella@hackney.example", date(2026, 12, 2), date(2026, 12, 2))))
    assert [(each.why, each.days) for each in missing(world) if not each.ahead] == [
        (
            "Dan Webb is away until Wednesday 2 December 2026, and their delegate cannot act.",
            (date(2026, 12, 2),),
        )
    ]
    assert [(each.role, each.ahead) for each in missing(world)] == [("line_manager", False), ("senior_manager", True)]


def test_closures_and_addresses_that_do_not_work_are_gaps_and_working_days_are_counted(world: World) -> None:
    world.open_case(SECOND)
    change(world, edits.close(Closure("hackney", date(2026, 12, 3), date(2026, 12, 6), "Inset days")))
    change(world, edits.close(Closure(None, date(2026, 12, 4), date(2026, 12, 4), "Moving")))
    found = next(each for each in missing(world) if each.role == "line_manager")
    assert found.why == "Hackney Children's Services is closed until Sunday 6 December 2026."
    assert found.days == (date(2026, 12, 3),)
    with world.casework.database.write() as connection:
        contacts.flag(connection, "chscp", DAN, "a letter came back", TODAY)
    found = next(each for each in missing(world) if each.role == "line_manager")
    assert found.why == "The address of Dan Webb does not work: a letter came back."
    assert len(found.days) == 10
    assert found.days[-1] == date(2026, 12, 11)


def test_a_role_that_nobody_holds_is_a_gap_of_the_case_now_or_of_its_next_step(world: World) -> None:
    without = [each for each in PEOPLE if each.role not in ("line_manager", "senior_manager")]
    world.casework.replace_directory("chscp", AGENCIES, without, world.clock())
    world.open_case(SECOND)
    found = [(each.role, each.agency, each.why, each.ahead) for each in missing(world)]
    nobody = "Nobody holds the role."
    assert found == [
        ("line_manager", "hackney", nobody, False),
        ("line_manager", "health", nobody, False),
        ("senior_manager", "hackney", nobody, True),
        ("senior_manager", "health", nobody, True),
    ]


def test_confidential_cases_are_counted_and_not_named(world: World) -> None:
    without = [each for each in PEOPLE if each.role != "named_person"]
    world.casework.replace_directory("chscp", AGENCIES, without, world.clock())
    world.open_case(replace(ALICE, diversions=("lado",)))
    assert [(each.role, each.cases, each.confidential, each.references) for each in missing(world)] == [
        ("named_person", 1, 1, ())
    ]


def test_at_most_twenty_cases_of_a_gap_are_named(world: World) -> None:
    for _ in range(22):
        world.open_case(SECOND)
        world.clock.move(timedelta(minutes=1))
    change(world, edits.away(Away(DAN, date(2026, 12, 1), date(2026, 12, 2))))
    found = missing(world)[0]
    assert (found.cases, len(found.references)) == (22, 20)


def test_contacts_are_asked_spread_over_the_day_twenty_at_most_and_not_again_for_long(world: World) -> None:
    many = [Person("director", f"P{number}", f"p{number}@homerton.example", "health") for number in range(30)]
    world.casework.replace_directory("chscp", AGENCIES, many, BEGAN)
    requests, day = Requests(world.casework), datetime(2027, 4, 26, 7, 30, tzinfo=UTC)  # 08:30 in London
    assert requests.ask(day - timedelta(days=2)) == 0  # a Saturday, 148 days on
    assert requests.ask(day - timedelta(hours=1)) == 0  # before the sending hours
    assert requests.ask(day) == 2
    assert requests.ask(day + timedelta(minutes=10)) == 0
    assert requests.ask(day + timedelta(hours=4)) == 8
    assert requests.ask(day + timedelta(hours=9, minutes=29)) == 10
    assert requests.ask(day + timedelta(days=1, hours=9)) == 10
    assert requests.ask(day + timedelta(days=2, hours=9)) == 0
    assert len({each.email for each in asked(world)}) == len(asked(world)) == 30


def test_somebody_who_has_confirmed_is_not_asked_and_one_letter_names_all_their_roles(world: World) -> None:
    both = [
        Person("line_manager", "Dan Webb", DAN, "hackney", "020 7946 0002"),
        Person("commissioner", "Dan Webb", DAN),
        Person("iro", "Tess Moran", "tess@chscp.example"),
    ]
    world.casework.replace_directory("chscp", AGENCIES, both, BEGAN)
    world.clock.time = datetime(2027, 4, 20, 9, tzinfo=UTC)
    change(world, edits.confirm("tess@chscp.example"))
    assert Requests(world.casework).ask(datetime(2027, 4, 26, 9, tzinfo=UTC)) == 1
    letter = asked(world)[0]
    titles = world.casework.partnerships["chscp"].loaded.policy.roles
    first, second = titles["line_manager"].title, titles["commissioner"].title
    assert letter.values["entries"] == [
        f"{first[:1].upper()}{first[1:]}, Hackney Children's Services",
        f"{second[:1].upper()}{second[1:]}",
    ]
    assert (letter.values["phone"], letter.values["delegate"]) == ("020 7946 0002", "")


def test_a_yes_counts_only_for_the_entry_that_the_letter_showed(world: World) -> None:
    world.casework.replace_directory("chscp", AGENCIES, [Person("iro", "Tess Moran", "tess@chscp.example")], BEGAN)
    world.clock.time = datetime(2027, 4, 26, 9, tzinfo=UTC)
    requests = Requests(world.casework)
    requests.ask(world.clock())
    with world.casework.database.read() as connection:
        listed = requests.listed(connection, asked(world)[0].id)
    assert listed
    assert requests.confirm(listed, world.clock())
    with world.casework.database.read() as connection:
        assert contacts.contact(connection, "chscp", "tess@chscp.example").confirmed_on == date(2027, 4, 26)
    change(world, edits.enter(Person("commissioner", "Tess Moran", "tess@chscp.example")))
    assert not requests.confirm(listed, world.clock())
