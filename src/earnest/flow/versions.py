"""Changing what posts may be about: a version is proposed, looked at (`flow.preview`), applied, gone back
from.

Every word of a proposal is judged like any other configuration, and noted in the audit chain without its
words. Applying only asks for it: `flow.relabel` makes the model that a version needs, lets it begin and lets
the stored posts follow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from earnest.desk import audit
from earnest.flow import learn
from earnest.gate.protected import is_protected
from earnest.gate.redact import redact
from earnest.gate.refusals import judge
from earnest.record.errors import InputError, RefusedConfiguration, TaxonomyError
from earnest.report import taxonomies
from earnest.store import read, read_taxonomy, write_taxonomy
from earnest.store.read_taxonomy import Version
from earnest.terms.lexicon import installed
from earnest.understand import corpus, relabel, taxonomy, versions
from earnest.understand.classify import Model
from earnest.understand.corpus import Example
from earnest.understand.heads import LEAST_EXAMPLES
from earnest.understand.proposal import Proposal
from earnest.understand.taxonomy import Label, Taxonomy
from earnest.understand.versions import Step

PARTS = "parts"
"""Folder of the small models that tell the parts of a split label apart."""


def check(programme: str, proposal: Proposal) -> versions.Changed:
    """What the taxonomy would become. Raises TaxonomyError for a change that cannot be made,
    RefusedConfiguration for words that aim at protected speech or at people.
    """
    _judge(proposal.steps)
    used = [*read_taxonomy.lineage(programme).became]
    return versions.change(taxonomies.of(programme), proposal.steps, used)


def propose(
    programme: str,
    proposal: Proposal,
    home: Path,
    *,
    actor: str,
    by: int | None = None,
    posts: Mapping[int, str] | None = None,
) -> int:
    """Keep a proposal as the draft of a version; its number. Nothing changes yet.

    `posts`: stored posts that show what new labels mean (id to label). Raises what `check` raises, and
    TaxonomyError where a new label has fewer than five examples.
    """
    proposal = replace(proposal, steps=tuple(_redacted(step) for step in proposal.steps))
    changed = check(programme, proposal)
    chosen = _examples(programme, proposal.steps, posts or {})
    parts = {
        step.ids[0]: relabel.teach_parts(step.labels, chosen, installed())
        for step in proposal.steps
        if step.do == "split"
    }
    number = _write(programme, changed, proposal.steps, proposal.history, by, posts or {})
    for old, trained in parts.items():
        trained.save(parts_folder(programme, number, old, home))
    audit.note(actor, "taxonomy_proposed", programme=programme, about=f"taxonomy:{number}")
    return number


def propose_back(programme: str, number: int, *, actor: str, by: int | None = None) -> int:
    """Propose going back to a former version: a new version with its labels. Raises InputError where that
    cannot be done in one step.
    """
    now = read_taxonomy.current(programme)
    before = taxonomies.at(programme, number)
    if now is None or before is None or number == now.number:
        raise InputError(f"There is no former version {number}.", advice="See them: earnest taxonomy history")
    if number != now.basis:
        raise InputError(
            f"Version {number} is not the one before the present.",
            advice=f"Go back one version at a time: to {now.basis} first.",
        )
    steps, changed = versions.undo(
        before, taxonomies.of(programme), [versions.step_of(one) for one in now.steps]
    )
    made = _write(programme, changed, steps, "relabel", by, {}, back_to=number)
    audit.note(actor, "taxonomy_proposed", programme=programme, about=f"taxonomy:{made}")
    return made


def _write(
    programme: str,
    changed: versions.Changed,
    steps: Sequence[Step],
    history: str,
    by: int | None,
    posts: Mapping[int, str],
    back_to: int = 0,
) -> int:
    present = read_taxonomy.lineage(programme).became
    draft = write_taxonomy.Draft(
        basis=read_taxonomy.number_of(programme),
        document=versions.document(changed.taxonomy),
        steps=[step.document() for step in steps],
        became=changed.became,
        asked=sorted(changed.asked),
        lineage=versions.follow(present, changed),
        history=history,
        posts=posts,
        back_to=back_to,
    )
    return write_taxonomy.propose(programme, draft, by)


def take_back(programme: str, number: int, *, actor: str) -> None:
    """Throw a proposal away. Raises InputError where there is none of that number."""
    if not write_taxonomy.take_back(programme, number):
        raise InputError(f"There is no proposal {number}.", advice="See them: earnest taxonomy history")
    audit.note(actor, "taxonomy_taken_back", programme=programme, about=f"taxonomy:{number}")


def apply(programme: str, number: int, *, actor: str) -> None:
    """Somebody decides for a proposal: it begins as soon as its model is made (`flow.relabel.work`).

    Raises InputError where it cannot be applied now.
    """
    version = read_taxonomy.version(programme, number)
    if version is not None and not version.back_to:
        _judge([versions.step_of(one) for one in version.steps])
    write_taxonomy.prepare(programme, number)
    audit.note(actor, "taxonomy_applied", programme=programme, about=f"taxonomy:{number}")


def rules(programme: str, version: Version, home: Path) -> relabel.Rules:
    """What becomes of the labels of the version before, and whom to ask where that is not exact.

    Raises ModelError where a model is gone.
    """
    asks = {} if version.history == "keep" else asks_of(programme, version, home)
    return relabel.Rules(version.became, asks)


def asks_of(programme: str, version: Version, home: Path) -> dict[str, relabel.Ask]:
    """For each label that is asked about, the model of its parts; where there is none (going back), the whole
    model that the version uses.
    """
    found: dict[str, relabel.Ask] = {}
    for old in sorted(version.asked):
        folder = parts_folder(programme, version.number, old, home)
        parts = version.became.get(old, ())
        if folder.is_dir():
            found[old] = relabel.ask_parts(Model.load(folder), parts)
            continue
        whole = learn.load(model_of(programme, version, home))
        among = parts or [label.id for label in taxonomies.of_version(version).labels]
        found[old] = relabel.ask_among(whole, among)
    return found


def model_of(programme: str, version: Version, home: Path) -> Path | str:
    """The model that was made for a version; going back, the one that was in use then."""
    if version.model:
        return learn.folder_of(programme, version.model, home)
    before = read_taxonomy.version(programme, version.back_to) if version.back_to else None
    if before is not None and before.model:
        return learn.folder_of(programme, before.model, home)
    return learn.of_taxonomy(_pack_of(programme), home)


def lessons(programme: str, version: Version | None, home: Path) -> tuple[Taxonomy, list[Example]]:
    """A version's taxonomy (None: the pack) and the examples that teach it: the pack's under the labels they
    have now, and those that were given for new labels.
    """
    if version is not None and version.back_to:
        _, examples = lessons(programme, read_taxonomy.version(programme, version.back_to), home)
        return taxonomies.of_version(version), examples
    if version is None or version.number == taxonomies.PACK:
        pack = taxonomy.pack(_pack_of(programme))
        return pack, corpus.read(pack.corpus)
    before = read_taxonomy.version(programme, version.basis)
    _, examples = lessons(programme, before, home)
    steps = [versions.step_of(one) for one in version.steps]
    given = [Example(text, (label,)) for label, text in read_taxonomy.examples(version.id, programme)]
    given += [example for step in steps for example in typed(step)]
    known = {example.labels[0] for example in given}
    present = taxonomies.of_version(version)
    # What is taught as an example is not taught once more as a word of the taxonomy.
    bare = replace(
        present,
        labels=tuple(replace(label, examples=()) if label.id in known else label for label in present.labels),
    )
    kept = relabel.inherited(examples, version.became, asks_of_parts(programme, version, home))
    return bare, [*given, *kept]


def asks_of_parts(programme: str, version: Version, home: Path) -> dict[str, relabel.Ask]:
    """As `asks_of`, but only where there is a model of the parts."""
    folders = {old: parts_folder(programme, version.number, old, home) for old in version.asked}
    return {
        old: relabel.ask_parts(Model.load(folder), version.became.get(old, ()))
        for old, folder in folders.items()
        if folder.is_dir()
    }


def typed(step: Step) -> list[Example]:
    """The examples that were written down for the labels of a step."""
    if step.do not in ("add", "split", "merge"):
        return []
    return [Example(text, (label.id,)) for label in step.labels for text in label.examples]


def parts_folder(programme: str, number: int, old: str, home: Path) -> Path:
    """Where the small model of a split label's parts is."""
    return home / "models" / programme / PARTS / f"{number}-{old}"


def _pack_of(programme: str) -> str:
    found = read.programme(programme)
    if found is None:
        raise InputError(f"There is no programme '{programme}'.", advice="See: earnest programme list")
    return found.taxonomy


def _examples(programme: str, steps: Sequence[Step], posts: Mapping[int, str]) -> list[Example]:
    """All examples that were given. Raises TaxonomyError where a new label has too few."""
    wordings = read.wordings(programme, list(posts))
    chosen = [Example(wordings[id], (label,)) for id, label in posts.items() if id in wordings]
    chosen += [example for step in steps for example in typed(step)]
    for step in steps:
        for label in step.labels if step.do in ("add", "split") else ():
            given = len({example.text for example in chosen if example.labels[0] == label.id})
            if given < LEAST_EXAMPLES:
                several = "1 example" if given == 1 else f"{given or 'no'} examples"
                raise TaxonomyError(
                    f"the new label '{label.id}' has {several}",
                    place=step.place,
                    advice=f"Give it at least {LEAST_EXAMPLES} different ones: posts that show its meaning.",
                )
    return chosen


def _redacted(step: Step) -> Step:
    """The step with personal data taken out of its examples: they may have been copied from somewhere."""
    labels = tuple(
        replace(label, examples=tuple(redact(text).text for text in label.examples)) for label in step.labels
    )
    return replace(step, labels=labels)


def _judge(steps: Sequence[Step]) -> None:
    """Raises RefusedConfiguration for words that aim at protected speech or at people."""
    for step in steps:
        place = f"{step.place}: " if step.place else ""
        if step.to:
            _refuse(place, f"The category '{step.to}'", step.to)
        for label in step.labels:
            called = f"The {'category' if step.do == 'category' else 'label'} '{label.id}'"
            _refuse(place, called, said(label))
            for text in label.examples:
                if is_protected(text):
                    raise RefusedConfiguration(
                        f"{place}{called} is refused: one of its examples is protected speech, and such posts"
                        " are never kept."
                    )


def said(label: Label) -> str:
    """A label's words as they are judged: the same as `earnest train` judges."""
    return ". ".join(dict.fromkeys([label.id.replace(".", " "), *label.name.values(), label.description]))


def _refuse(place: str, called: str, words: str) -> None:
    reason = judge("category", words)
    if reason is not None:
        raise RefusedConfiguration(f"{place}{called} is refused: {reason}")
