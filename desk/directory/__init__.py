"""The directory at the desk: who holds which role, changed by hand or from a file, and what may be out of date."""

from fastapi import APIRouter

from cases.casework import Casework
from desk.directory import agencies, file, lists, people
from web.site import Site


def routes(site: Site, casework: Casework) -> tuple[APIRouter, ...]:
    return tuple(each.routes(site, casework) for each in (lists, people, agencies, file))
