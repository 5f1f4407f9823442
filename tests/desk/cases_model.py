"""Cases as plain Python sets: what the store must tell after anything in any order.

Each case holds its own posts, themes and tags, each with the change that put it there; a case that became
part of another points to it. Nothing is ever dropped: what is taken out is kept with the change that took it.
"""

from dataclasses import dataclass, field

LINKS = ("posts", "themes", "tags")


class No(Exception):
    """The store must refuse this."""


@dataclass
class One:
    number: int
    fields: dict
    parent: int | None = None
    taken_back: bool = False
    own: dict = field(default_factory=lambda: {what: {} for what in LINKS})
    notes: dict = field(default_factory=dict)
    files: set = field(default_factory=set)


@dataclass
class Change:
    sort: str
    case: int
    data: dict = field(default_factory=dict)
    undone: bool = False


class Model:
    def __init__(self, posts, themes):
        self.cases: dict[int, One] = {}
        self.changes: dict[object, Change] = {}
        self.posts, self.erased = set(posts), set()
        self.into = {theme: theme for theme in themes}

    def theme(self, number):
        while self.into[number] != number:
            number = self.into[number]
        return number

    def root(self, number):
        one = self.known(number)
        while one.parent is not None:
            one = self.cases[one.parent]
        return one

    def known(self, number):
        one = self.cases.get(number)
        if one is None or one.taken_back:
            raise No("no such case")
        return one

    def below(self, number):
        return [self.cases[number]] + [
            deeper for one in self.cases.values() if one.parent == number for deeper in self.below(one.number)
        ]

    def seen(self, number, what):
        found = {thing for one in self.below(number) for thing in one.own[what]}
        return {self.theme(one) for one in found} if what == "themes" else found

    def roots(self):
        return [one.number for one in self.cases.values() if one.parent is None and not one.taken_back]

    # What people do. `id` is the change that the store wrote.

    def open(self, number, id, title, severity, posts, themes):
        one = self.cases[number] = One(number, {"title": title, "status": "new", "severity": severity})
        self.changes[id] = Change("opened", number)
        one.own["posts"] = dict.fromkeys(self.there(posts), id)
        one.own["themes"] = dict.fromkeys((self.theme(theme) for theme in themes), id)

    def there(self, posts):
        return [post for post in posts if post not in self.erased]

    def add(self, number, id, posts, themes):
        one = self.root(number)
        fresh = self.fresh(one, posts, themes)
        for what, things in fresh.items():
            one.own[what] |= dict.fromkeys(things, id)
        self.changes[id] = Change("added", one.number)

    def fresh(self, one, posts, themes):
        held = self.seen(one.number, "posts"), self.seen(one.number, "themes")
        return {
            "posts": [post for post in self.there(posts) if post not in held[0]],
            "themes": [theme for theme in map(self.theme, themes) if theme not in held[1]],
        }

    def take_out(self, number, id, posts, themes):
        root = self.root(number)
        self.changes[id] = Change("taken_out", root.number, {"took": self.unlink(root, id, posts, themes)})

    def unlink(self, root, id, posts, themes):
        took = {}
        alike = {self.theme(theme) for theme in themes}
        for one in self.below(root.number):
            for what, goes in (
                ("posts", lambda post: post in posts and post not in self.erased),
                ("themes", lambda theme: self.theme(theme) in alike),
            ):
                for thing in [thing for thing in one.own[what] if goes(thing)]:
                    took[one.number, what, thing] = one.own[what].pop(thing)
        return took

    def merge(self, into, other, id):
        stays = self.root(into)
        self.cases[other].parent = stays.number
        self.changes[id] = Change("merged", stays.number, {"case": other})
        self.changes["joined", id] = Change("joined", other)

    def split(self, number, id, new, title, posts, themes):
        root = self.root(number)
        moved = self.seen(root.number, "posts") & set(self.there(posts))
        groups = {self.theme(theme) for theme in themes} & self.seen(root.number, "themes")
        took = self.unlink(root, id, posts, themes)
        self.changes[id] = Change("split", root.number, {"case": new, "took": took})
        self.cases[new] = One(new, {"title": title, "status": "new", "severity": root.fields["severity"]})
        born = ("split_off", id)
        self.changes[born] = Change("split_off", new)
        self.cases[new].own["posts"] = dict.fromkeys(moved, born)
        self.cases[new].own["themes"] = dict.fromkeys(groups, born)
        self.cases[new].own["tags"] = dict.fromkeys(self.seen(root.number, "tags"), born)

    def change(self, number, id, fields):
        one = self.cases[number]
        data = {"before": {}, "after": {}, "took": {}}
        for name, value in fields.items():
            if name == "tags":
                for member in self.below(number):
                    for tag in [tag for tag in member.own["tags"] if tag not in value]:
                        data["took"][member.number, "tags", tag] = member.own["tags"].pop(tag)
                held = self.seen(number, "tags")
                one.own["tags"] |= {tag: id for tag in value if tag not in held}
            elif one.fields[name] != value:
                data["before"][name], data["after"][name] = one.fields[name], value
                one.fields[name] = value
        self.changes[id] = Change("changed", number, data)

    # Undoing.

    def undo(self, id, idle):
        change = self.changes.get(id)
        if change is None or change.undone:
            raise No("undone already")
        if self.cases[change.case].taken_back:
            raise No("taken back")
        getattr(self, f"undo_{change.sort}", self.refuse)(id, change, idle)
        change.undone = True
        for twin in ("joined", "split_off"):
            if (twin, id) in self.changes:
                self.changes[twin, id].undone = True

    def refuse(self, id, change, idle):
        raise No("cannot be undone")

    def undo_opened(self, id, change, idle):
        worked = [
            one
            for key, one in self.changes.items()
            if one.case == change.case and key != id and not one.undone and one.sort not in idle
        ]
        if worked or self.cases[change.case].parent is not None or len(self.below(change.case)) > 1:
            raise No("worked on since")
        self.undo_added(id, change, idle)
        self.cases[change.case].taken_back = True

    def undo_added(self, id, change, idle):
        for what in LINKS:
            own = self.cases[change.case].own[what]
            for thing in [thing for thing, by in own.items() if by == id]:
                del own[thing]

    def undo_taken_out(self, id, change, idle):
        self.bring_back(change.data["took"])

    def bring_back(self, took):
        back = 0
        for (number, what, thing), by in took.items():
            root_gone = self.changes[by].undone and self.changes[by].sort in ("opened", "added", "changed")
            if thing not in self.cases[number].own[what] and not root_gone:
                self.cases[number].own[what][thing] = by
                back += 1
        return back

    def undo_changed(self, id, change, idle):
        now = self.cases[change.case].fields
        still = [name for name, after in change.data["after"].items() if now[name] == after]
        came = [tag for tag, by in self.cases[change.case].own["tags"].items() if by == id]
        for tag in came:
            del self.cases[change.case].own["tags"][tag]
        back = self.bring_back(change.data["took"])
        if not still and not came and not back:
            raise No("changed again since")
        for name in still:
            now[name] = change.data["before"][name]

    def undo_merged(self, id, change, idle):
        self.cases[change.data["case"]].parent = None

    def undo_split(self, id, change, idle):
        new = self.cases[change.data["case"]]
        if new.parent is not None or self.root(change.case) is new:
            raise No("merged since")
        new.parent = change.case

    def undo_noted(self, id, change, idle):
        self.cases[change.case].notes.pop(id, None)

    def undo_attached(self, id, change, idle):
        self.cases[change.case].files.discard(id)
