"""The demo's teams and route: two teams, a leadership, and one route that is worth a dry run."""

from earnest.desk import routes, taxonomy_names, teams
from earnest.desk.route_shapes import Quiet, Route, Rung, When
from earnest.desk.teams import Team
from earnest.store import read
from earnest.store.shapes_escalation import Member

TEAMS = (
    ("payments", "Payments", ("pay", "payments", "billing")),
    ("app", "App", ("app", "access", "website")),
)
"""Short name, name, and which categories it owns where the taxonomy has them."""


def seed(programme: str, *, by: int | None = None, people: tuple[tuple[int, str], ...] = ()) -> None:
    """Two teams, a leadership and one route, where the programme has none yet. `people` (id, name) are put
    into every team; the first leads.
    """
    found = read.programme(programme)
    if found is None or teams.of(programme):
        return
    members = tuple(Member(id, name, at == 0) for at, (id, name) in enumerate(people))
    called = taxonomy_names.of(programme)
    for slug, name, wanted in TEAMS:
        owned = tuple(one for one in wanted if one in called.categories)
        teams.keep(programme, Team(0, slug, name, labels=owned, members=members), by=by)
    teams.keep(programme, Team(0, "leadership", "Leadership", leadership=True, members=members[:1]), by=by)
    first = next((one for one in ("pay", "app") if one in called.categories), "")
    about = tuple(label for label in called.labels if label.startswith(f"{first}.")) if first else ()
    routes.keep(
        programme,
        Route(
            slug="much-said",
            name="Much is said in a day",
            when=When(
                "volume",
                about=about[:12],
                kinds=("complaint", "report"),
                posts=max(10, found.floor),
                voices=found.floor,
                within=24 * 60,
            ),
            rungs=(Rung("team", 4 * 60), Rung("lead", 4 * 60), Rung("leadership")),
            quiet=Quiet(22 * 60, 7 * 60, "Europe/Berlin", severe=True),
        ),
        by=by,
    )
