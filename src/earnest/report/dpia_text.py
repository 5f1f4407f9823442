"""What a data protection impact assessment says, in English and Spanish, from a programme's facts."""

from earnest.record import basis
from earnest.report.dpia import Assessment, Block, Facts, Say, Section, Table, Text, Write
from earnest.report.dpia_risks import decision, measures, parties, risks


def assess(facts: Facts, lang: str) -> Assessment:
    """The assessment in a language ("en" or "es")."""

    def say(english: str, spanish: str) -> str:
        return spanish if lang == "es" else english

    name = facts.programme.name
    return Assessment(
        lang=lang,
        title=say(
            f"Data protection impact assessment: {name}",
            f"Evaluación de impacto en la protección de datos: {name}",
        ),
        sections=(
            _head(facts, say),
            _needed(facts, say),
            _description(facts, say, lang),
            _necessity(facts, say, lang),
            risks(facts, say),
            measures(facts, say, lang),
            parties(facts, say),
            decision(say),
        ),
    )


def _or_write(value: str, asked: str) -> Block:
    return Text(value) if value.strip() else Write(asked)


def _head(facts: Facts, say: Say) -> Section:
    p = facts.programme
    none = say("not written", "no escrito")
    rows = (
        (say("Controller", "Responsable"), p.organisation or none),
        (say("Contact", "Contacto"), p.contact or none),
        (say("Data protection officer", "Delegado de protección de datos"), p.officer or none),
        (say("Supervisory authority", "Autoridad de control"), p.supervisor or none),
        (say("Programme", "Programa"), f"{p.name} ({p.slug})"),
        (say("State", "Estado"), say("live", "activo") if p.live else say("draft", "borrador")),
        (say("Filled on", "Rellenado el"), f"{facts.made:%Y-%m-%d %H:%M} UTC, Earnest {facts.version}"),
    )
    blocks: list[Block] = [Table((say("What", "Qué"), say("Value", "Valor")), rows)]
    if not p.organisation:
        blocks.append(
            Write(say("Who the controller is, with address.", "Quién es el responsable, con dirección."))
        )
    return Section(say("What this is about", "De qué trata"), tuple(blocks))


def _needed(facts: Facts, say: Say) -> Section:
    yes, no, you = say("yes", "sí"), say("no", "no"), say("judge it", "por valorar")
    workforce = facts.programme.audience == "workforce"
    open_ = any(place.kind == "open" for place in facts.places)
    criteria = (
        (
            say("1. Evaluation or scoring of people", "1. Evaluación o puntuación de personas"),
            no,
            say(
                "Posts are labelled, people are not: there is no author.",
                "Se etiquetan textos, no personas: no hay autor.",
            ),
        ),
        (
            say(
                "2. Automated decisions with legal effect", "2. Decisiones automatizadas con efecto jurídico"
            ),
            no,
            say("Labels decide nothing about anybody.", "Las etiquetas no deciden nada sobre nadie."),
        ),
        (
            say("3. Systematic monitoring", "3. Observación sistemática"),
            yes,
            say("Public places are read continuously.", "Se leen de continuo lugares públicos.")
            if open_
            else say(
                "Places are read continuously, openly announced.", "Se leen lugares de continuo y a la vista."
            ),
        ),
        (
            say("4. Sensitive data", "4. Datos sensibles"),
            you,
            say(
                "Not sought; protected speech is withheld, health and the like may stand in a post.",
                "No se buscan; lo protegido no se admite, pero un texto puede hablar de salud.",
            ),
        ),
        (
            say("5. Large scale", "5. Gran escala"),
            you,
            say("Posts kept now: ", "Textos guardados ahora: ") + _about(facts, say),
        ),
        (
            say("6. Matching of data sets", "6. Cruce de conjuntos de datos"),
            no,
            say(
                "Voices of places, topics and quarters cannot be linked.",
                "Las voces de lugares, temas y trimestres no se pueden enlazar.",
            ),
        ),
        (
            say("7. Vulnerable people", "7. Personas vulnerables"),
            yes if workforce else you,
            say("People whose pay depends on the operator.", "Personas cuya paga depende de quien escucha.")
            if workforce
            else say("Customers; are there minors among them?", "Clientes; ¿hay menores entre ellos?"),
        ),
        (
            say("8. New technology", "8. Tecnología nueva"),
            yes,
            say("Posts are labelled by a trained model.", "Un modelo entrenado etiqueta los textos."),
        ),
        (
            say("9. Keeps people from a right or service", "9. Impide un derecho o servicio"),
            no,
            say("Opting out costs nothing else.", "Darse de baja no cuesta nada más."),
        ),
    )
    count = sum(row[1] == yes for row in criteria)
    said = say(
        f"{count} of the nine criteria of WP 248 rev.01 are met by what is set; with two, an assessment is "
        f"as a "
        "rule required (GDPR art. 35(1)).",
        f"Se cumplen {count} de los nueve criterios de WP 248 rev.01; con dos, por regla general la "
        f"evaluación "
        "es obligatoria (art. 35.1 RGPD).",
    )
    heads = (say("Criterion", "Criterio"), say("Met", "Se cumple"), say("Why", "Por qué"))
    asked = say(
        "Judge the rows marked “judge it”, and whether your authority's own list (art. 35(4)) names this.",
        "Valora las filas «por valorar» y si la lista de tu autoridad (art. 35.4) lo incluye.",
    )
    title = say("Is an assessment needed?", "¿Hace falta una evaluación?")
    return Section(title, (Table(heads, criteria), Text(said), Write(asked)))


def _about(facts: Facts, say: Say) -> str:
    return say("none", "ninguno") if facts.posts is None else say("about", "unos") + f" {facts.posts:,}"


def _description(facts: Facts, say: Say, lang: str) -> Section:
    p = facts.programme
    kinds = {
        "addressed": say("said to the operator", "dicho a quien escucha"),
        "open": say("said in public", "dicho en público"),
        "closed": say("a community that invited Earnest", "una comunidad que invitó a Earnest"),
    }
    places = tuple(
        (place.title, place.type, kinds[place.kind], _state(facts, place.slug, place.state, say))
        for place in facts.places
    )
    heads = (say("Place", "Lugar"), say("Type", "Tipo"), say("Why", "Por qué"), say("State", "Estado"))
    audience = {
        "workforce": say(
            "A workforce: people whose pay depends on the operator. No public places, no sentiment.",
            "Plantilla: personas cuya paga depende de quien escucha. Sin lugares públicos ni sentimiento.",
        ),
        "customers": say("Customers, who can leave.", "Clientes, que pueden irse."),
    }[p.audience]
    kept = say(
        "Of a post: its text with personal data replaced, the day and time, language, region where the place "
        "tells one, the domain of a link, labels, and a keyed tag that counts distinct voices. No author, no "
        "address, no original id. Deleted posts leave a keyed hash that keeps them away.",
        "De un texto: las palabras con los datos personales sustituidos, el momento, el idioma, la región "
        "si el "
        "lugar la dice, el dominio de un enlace, las etiquetas y una marca con clave que cuenta voces "
        "distintas. "
        "Ni autor, ni dirección, ni identificador original. De lo borrado queda una huella con clave que "
        "impide "
        "que vuelva.",
    )
    flow = say(
        "Source, gate (in memory: protected speech, opting out, consent, personal data), labelling by a "
        "local "
        "model, database, pages and reports. Nothing is sent to another company unless you set it up.",
        "Fuente, filtro (en memoria: lo protegido, bajas, consentimiento, datos personales), etiquetado por "
        "un "
        "modelo local, base de datos, páginas e informes. Nada se envía a otra empresa salvo que lo "
        "configures.",
    )
    purpose = (p.purpose_es if lang == "es" else "") or p.purpose
    return Section(
        say("Description of the processing (art. 35(7)(a))", "Descripción del tratamiento (art. 35.7.a)"),
        (
            Text(say("Purpose:", "Finalidad:")),
            _or_write(purpose, say("Why you listen.", "Para qué se escucha.")),
            Text(audience),
            Table(heads, places) if places else Text(say("No place yet.", "Todavía ningún lugar.")),
            Text(kept),
            Text(flow),
            Write(
                say(
                    "Where the server stands, who runs it (processors, art. 28), and any transfer abroad.",
                    "Dónde está el servidor, quién lo opera (encargados, art. 28) y transferencias a otros "
                    "países.",
                )
            ),
            Write(
                say(
                    "Who in your organisation sees posts and reports, and what they may do with them.",
                    "Quién de tu organización ve los textos e informes y qué puede hacer con ellos.",
                )
            ),
        ),
    )


def _state(facts: Facts, slug: str, state: str, say: Say) -> str:
    words = {
        "hearing": say("read", "se lee"),
        "paused": say("paused", "en pausa"),
        "closed": say("closed", "cerrado"),
        "failed": say("cannot be read now", "ahora no se puede leer"),
    }
    consent = facts.consents.get(slug)
    said = words.get(state, state)
    if consent is None:
        return said
    until = say(f"consent {consent.state} since", f"consentimiento ({consent.state}) desde")
    return f"{said}; {until} {consent.opened:%Y-%m-%d}"


def _necessity(facts: Facts, say: Say, lang: str) -> Section:
    p = facts.programme
    ground = basis.named(p.lawful_basis)
    on = f"{ground.name[lang]}, art. {ground.article}. {ground.means[lang]} {p.basis_note}" if ground else ""
    rows = (
        (
            say("Minimisation (5(1)(c), 25)", "Minimización (5.1.c, 25)"),
            say(
                "No author column in any table; personal data replaced before storage.",
                "Ninguna tabla tiene autor; los datos personales se sustituyen antes de guardar.",
            ),
        ),
        (
            say("Storage limitation (5(1)(e))", "Limitación del plazo (5.1.e)"),
            say(
                f"{p.retention_days} days, enforced at every reading.",
                f"{p.retention_days} días, aplicados en cada lectura.",
            ),
        ),
        (
            say("Information (13, 14)", "Información (13, 14)"),
            say(
                f"Public notice at /notice/{p.slug}, and as JSON.",
                f"Aviso público en /notice/{p.slug}, también como JSON.",
            ),
        ),
        (
            say("Access, portability (15, 20)", "Acceso, portabilidad (15, 20)"),
            say(
                "Nobody can be identified without more (art. 11); the notice says so.",
                "No se puede identificar a nadie sin más datos (art. 11); el aviso lo dice.",
            ),
        ),
        (
            say("Erasure, objection (17, 21)", "Supresión, oposición (17, 21)"),
            say(
                "Opting out by a word or page; deletions at the source reach the rows; earnest erase.",
                "Baja con una palabra o página; lo borrado en la fuente se borra aquí; earnest erase.",
            ),
        ),
        (
            say("Restriction, pausing (18)", "Limitación, pausa (18)"),
            say(
                "Each place can be paused; a community's delegate can pause its own.",
                "Cada lugar se puede pausar; quien representa a una comunidad puede pausar el suyo.",
            ),
        ),
        (
            say("No decision about a person (22)", "Ninguna decisión sobre una persona (22)"),
            say("Nothing is kept by which one could be made.", "No se guarda nada con que tomarla."),
        ),
    )
    asked_basis = say("On what ground (art. 6).", "Con qué base jurídica (art. 6).")
    balance = say(
        "The balance you struck between your interest and theirs, and why less would not do (fewer places, "
        "a shorter time, asking instead of listening).",
        "La ponderación entre tu interés y el suyo, y por qué no basta menos (menos lugares, menos tiempo, "
        "preguntar en vez de escuchar).",
    )
    blocks: list[Block] = [
        Text(say("Lawful basis:", "Base jurídica:")),
        _or_write(on, asked_basis),
        Table(
            (say("Principle or right", "Principio o derecho"), say("How it is met", "Cómo se cumple")), rows
        ),
        Write(balance),
    ]
    if p.audience == "workforce":
        stated = say("Stated: ", "Declarado: ") + basis.DIRECTIVE[lang]
        asked = say(
            "State what article 7 of Directive (EU) 2024/2831 asks (earnest programme set --directive).",
            "Declara lo que pide el artículo 7 de la Directiva (UE) 2024/2831.",
        )
        blocks.append(Text(stated) if p.directive else Write(asked))
    title = say("Necessity and proportionality (art. 35(7)(b))", "Necesidad y proporcionalidad (art. 35.7.b)")
    return Section(title, tuple(blocks))
