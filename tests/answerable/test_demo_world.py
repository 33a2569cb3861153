from pathlib import Path

import pytest

from answerable.demo.world import AGENCIES, directory_of
from cases.policy import Policy
from cases.policy_files.reading import read_policy
from mailer.guard import Guard

ROOT = Path(__file__).parents[2]
POLICIES = [*sorted((ROOT / "policies").glob("*.yaml")), ROOT / "tests" / "policies" / "small.yaml"]


@pytest.fixture(params=POLICIES, ids=lambda path: path.stem)
def policy(request: pytest.FixtureRequest) -> Policy:
    return read_policy(request.param)


def test_every_role_has_somebody_in_every_place_that_needs_one(policy: Policy) -> None:
    _, people = directory_of(policy)
    held = {(person.role, person.agency) for person in people}
    wanted = {
        (key, agency)
        for key, role in policy.roles.items()
        for agency in ([each.key for each in AGENCIES] if role.of == "agency" else [None])
    }
    assert held == wanted
    assert len(people) == len(wanted)


def test_nobody_shares_a_name_or_an_address(policy: Policy) -> None:
    _, people = directory_of(policy)
    assert len({person.name for person in people}) == len(people)
    assert len({person.email for person in people}) == len(people)


def test_every_address_is_made_up_and_belongs_to_its_place(policy: Policy) -> None:
    agencies, people = directory_of(policy)
    domains = {agency.key: agency.domains[0] for agency in agencies}
    guard = Guard((), reserved_only=True)
    for person in people:
        guard.check(person.email)
        place = domains[person.agency] if person.agency else policy.partnership.reply_domain
        assert person.email.rpartition("@")[2] == place
        assert 960000 <= int(person.phone.removeprefix("01632 ")) <= 960999
