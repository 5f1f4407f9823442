"""On what ground personal data may be processed: the six of GDPR article 6(1), in plain words.

An operator chooses one before a programme goes live; the public notice says which, and what it means for the
people who are listened to. Nothing here is legal advice.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Basis:
    """One lawful basis.

    id       how it is written in settings and in the notice's JSON
    article  where it stands in the regulation
    name     what people call it, by language
    means    what it means for those who are heard, by language
    careful  a warning for the operator who chooses it; "" where none is needed
    opens    how older or hand-written words for it begin
    """

    id: str
    article: str
    name: dict[str, str]
    means: dict[str, str]
    careful: str
    opens: tuple[str, ...]


BASES: tuple[Basis, ...] = (
    Basis(
        "legitimate_interests",
        "6(1)(f)",
        {"en": "Legitimate interests", "es": "Interés legítimo"},
        {
            "en": "The operator has a good reason that does not outweigh yours. You may object at any time.",
            "es": "Quien lo lleva tiene una buena razón que no pesa más que las tuyas. Puedes oponerte cuando"
            " quieras.",
        },
        "Write down the balance you struck (what you gain, what it costs them) and be ready to show it.",
        ("legitimate", "interés legítimo", "interes legitimo"),
    ),
    Basis(
        "consent",
        "6(1)(a)",
        {"en": "Consent", "es": "Consentimiento"},
        {
            "en": "You agreed to it, freely. You may take that back at any time, and reading stops.",
            "es": "Diste tu acuerdo, libremente. Puedes retirarlo cuando quieras, y se deja de leer.",
        },
        "Rarely fits a workforce: who depends on you can hardly refuse freely. A pinned notice is the"
        " community's invitation, not each member's consent.",
        ("consent", "consentimiento"),
    ),
    Basis(
        "contract",
        "6(1)(b)",
        {"en": "A contract with you", "es": "Un contrato contigo"},
        {
            "en": "It is needed to do what a contract with you promises, such as answering a complaint.",
            "es": "Hace falta para cumplir un contrato contigo, por ejemplo para atender una queja.",
        },
        "Only what the contract itself needs: answering a complaint, not studying all of them.",
        ("contract", "contrato", "a contract"),
    ),
    Basis(
        "legal_obligation",
        "6(1)(c)",
        {"en": "A legal duty", "es": "Una obligación legal"},
        {
            "en": "A law obliges the operator to do it. The notice names the law.",
            "es": "Una ley obliga a hacerlo. El aviso nombra la ley.",
        },
        "Name the law in your own words below.",
        ("legal", "a legal", "obligación legal", "obligacion legal"),
    ),
    Basis(
        "public_task",
        "6(1)(e)",
        {"en": "A public task", "es": "Una tarea pública"},
        {
            "en": "It is needed for a task in the public interest that a law gave the operator.",
            "es": "Hace falta para una tarea de interés público que una ley encargó.",
        },
        "For authorities and those a law has charged. Name the law in your own words below.",
        ("public task", "public interest", "a public", "tarea pública", "interés público"),
    ),
    Basis(
        "vital_interests",
        "6(1)(d)",
        {"en": "Vital interests", "es": "Intereses vitales"},
        {
            "en": "Somebody's life is at stake.",
            "es": "La vida de alguien está en juego.",
        },
        "Only where a life is at stake. It hardly ever fits listening.",
        ("vital", "intereses vitales"),
    ),
)

DIRECTIVE: dict[str, str] = {
    "en": (
        "We do not process private conversations, anybody's emotional or psychological state, or anything to"
        " predict whether people organise, bargain together or seek advice; and nobody is judged, ranked,"
        " paid or dismissed by what is heard here (Directive (EU) 2024/2831, article 7)."
    ),
    "es": (
        "No tratamos conversaciones privadas, ni el estado emocional o psicológico de nadie, ni nada que"
        " sirva para predecir si la gente se organiza, negocia en común o busca consejo; y a nadie se le"
        " juzga, ordena, paga o despide por lo que aquí se oye (Directiva (UE) 2024/2831, artículo 7)."
    ),
}
"""What the operator of a workforce programme states before it goes live; it stands in the notice."""


def named(id: str) -> Basis | None:
    """The basis of this id, or None."""
    return next((basis for basis in BASES if basis.id == id), None)


def understood(words: str) -> tuple[Basis | None, str]:
    """Which basis somebody means by their own words, and what else they said about it.

    "legitimate-interests", "Legitimate interest; the assessment is public" and "6(1)(f)" all mean the first.
    None where the words name no basis of the article; then all of them are returned.
    """
    said = " ".join(words.split())
    plain = said.lower().replace("-", " ").replace("_", " ")
    for basis in BASES:
        exact = (basis.id.replace("_", " "), basis.article, *(name.lower() for name in basis.name.values()))
        if plain in exact:
            return basis, ""
    for basis in BASES:
        if plain.startswith((basis.article, *basis.opens)):
            return basis, said
    return None, said
