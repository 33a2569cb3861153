"""Everything under /demo, for `answerable demo` alone. Goes before the pages whose addresses begin with a name."""

from fastapi import APIRouter

from answerable.demo import api, api_page, post_room, site_pages
from answerable.demo.demo import Demo
from answerable.demo.letters import Letters
from web.site import Site


def routes(demo: Demo, site: Site) -> APIRouter:
    letters = Letters(demo)
    router = APIRouter()
    router.include_router(api.routes(demo, letters))
    for part in (site_pages, post_room, api_page):
        router.include_router(part.routes(demo, site, letters))
    return router
