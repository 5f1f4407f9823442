"""The second half of an assessment: risks, measures, interested parties, decision."""

from earnest.report.dpia import Block, Facts, Say, Section, Table, Text, Write


def risks(facts: Facts, say: Say) -> Section:
    assess_ = say("judge it", "por valorar")
    quotes = (
        say("Reports quote posts;", "Los informes citan textos;")
        if facts.programme.quotes
        else say("Reports quote nobody;", "Los informes no citan a nadie;")
    )
    rows = (
        (
            say("Illegitimate access to what was said", "Acceso ilegítimo a lo dicho"),
            say(
                "Roles; every reading in an audit chain; no author to be found.",
                "Funciones; cada lectura queda en una cadena de auditoría; no hay autor que hallar.",
            ),
            assess_,
            assess_,
        ),
        (
            say(
                "Somebody is recognised by their story or manner",
                "Alguien es reconocido por su historia o su modo de hablar",
            ),
            say(
                f"{quotes} personal data replaced; redaction is not anonymity.",
                f"{quotes} datos personales sustituidos; esto no es anonimato.",
            ),
            assess_,
            assess_,
        ),
        (
            say("Retaliation for organising or complaining", "Represalias por organizarse o quejarse"),
            say(
                "Protected speech withheld in memory; configurations aimed at it or at people refused.",
                "Lo protegido no se admite; se rechaza configurar lo que apunte a ello o a personas.",
            ),
            assess_,
            assess_,
        ),
        (
            say("People fall silent because they are listened to", "La gente calla porque se la escucha"),
            say(
                "Consent of communities, public notice, opting out, the same report for the delegate.",
                "Consentimiento de comunidades, aviso público, bajas, el mismo informe para su "
                "representante.",
            ),
            assess_,
            assess_,
        ),
        (
            say("Small figures give somebody away", "Cifras pequeñas delatan a alguien"),
            say(
                f"Figures for fewer than {facts.programme.floor} voices are hidden, with what would give "
                f"them away.",
                f"Se ocultan cifras de menos de {facts.programme.floor} voces y lo que las delataría.",
            ),
            assess_,
            assess_,
        ),
        (
            say("Unwanted change of data or records", "Cambio no querido de datos o registros"),
            say(
                "Audit chain with keyed seals; its head kept by others.",
                "Cadena de auditoría sellada con clave; su cabeza la guardan otros.",
            ),
            assess_,
            assess_,
        ),
        (
            say("Loss of data", "Pérdida de datos"),
            say(
                "Posts and position in one transaction; backups are yours to make.",
                "Textos y posición en una transacción; las copias las haces tú.",
            ),
            assess_,
            assess_,
        ),
        (
            say("Use for another purpose", "Uso para otra finalidad"),
            say(
                "Nothing searches, groups or joins by author; exports are reports, never lists of posts.",
                "Nada busca, agrupa ni une por autor; se exportan informes, nunca listas de textos.",
            ),
            assess_,
            assess_,
        ),
    )
    heads = (
        say("Risk to people", "Riesgo para las personas"),
        say("Measures in place", "Medidas"),
        say("Likelihood left", "Probabilidad restante"),
        say("Severity left", "Gravedad restante"),
    )
    asked = say(
        "Judge likelihood and severity of each row (negligible, limited, significant, maximum), and add the "
        "risks "
        "of your own surroundings.",
        "Valora probabilidad y gravedad de cada fila (despreciable, limitada, importante, máxima) y añade "
        "los "
        "riesgos de tu entorno.",
    )
    return Section(say("Risks (art. 35(7)(c))", "Riesgos (art. 35.7.c)"), (Table(heads, rows), Write(asked)))


def measures(facts: Facts, say: Say, lang: str) -> Section:
    share = _share
    measured = [
        (
            f"{say('Protected speech', 'Lo protegido')}: {one.what.get(lang, one.what['en'])}",
            f"{one.posts:,}",
            share(one.first),
            share(one.now),
            share(one.wrong),
        )
        for one in facts.filters.protected
    ] + [
        (
            f"{say('Personal data', 'Datos personales')}: {one.what.get(lang, one.what['en'])}",
            f"{one.posts:,}",
            share(one.first),
            share(one.now),
            share(one.wrong),
        )
        for one in facts.filters.personal
    ]
    states = {
        "in use": say("in use", "en uso"),
        "due": say("due", "por destruir"),
        "destroyed": say("destroyed", "destruida"),
    }
    epochs = tuple((name, states[state], f"{until:%Y-%m-%d}") for name, state, until in facts.epochs)
    no_key = Text(say("No voice key yet.", "Aún sin clave de voces."))
    chain = say(
        f"Audit chain: {facts.links:,} links, "
        f"{'verified whole' if facts.whole else 'BROKEN: see earnest audit verify'}"
        " when this was filled.",
        f"Cadena de auditoría: {facts.links:,} eslabones, "
        f"{'íntegra' if facts.whole else 'ROTA: véase earnest audit verify'} al rellenar esto.",
    )
    return Section(
        say("Measures (art. 35(7)(d))", "Medidas (art. 35.7.d)"),
        (
            Text(
                say(
                    f"How well the gate was measured to do ({facts.filters.measured}); it misses some.",
                    f"Lo que se midió del filtro ({facts.filters.measured}); algo se le escapa.",
                )
            ),
            Table(
                (
                    say("What", "Qué"),
                    say("Texts", "Textos"),
                    say("Found, unseen texts", "Hallado, textos no vistos"),
                    say("Found now", "Hallado ahora"),
                    say("Ordinary texts withheld", "Textos corrientes retenidos"),
                ),
                tuple(measured),
            ),
            Text(say("Keys of voices, outside the database:", "Claves de voces, fuera de la base de datos:")),
            Table(
                (say("Quarter", "Trimestre"), say("State", "Estado"), say("Destroyed on", "Se destruye el")),
                epochs,
            )
            if epochs
            else no_key,
            Text(chain),
            Text(facts.head),
            Text(
                say(
                    f"Delegates of communities with access to reports and to the record of readings: "
                    f"{facts.delegates}.",
                    f"Representantes con acceso a informes y al registro de lecturas: {facts.delegates}.",
                )
            ),
            Write(
                say(
                    "Measures of your own: disks encrypted, backups and where keys are kept apart from "
                    "them, who "
                    "may sign in to the server, what is done after a breach (art. 33, 34).",
                    "Medidas propias: discos cifrados, copias y dónde se guardan aparte las claves, quién "
                    "entra en "
                    "el servidor, qué se hace tras una brecha (art. 33, 34).",
                )
            ),
        ),
    )


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.3g} %"


def parties(facts: Facts, say: Say) -> Section:
    blocks: list[Block] = [
        Write(
            say(
                "Advice of the data protection officer, with date (art. 35(2)).",
                "Consejo del delegado de protección de datos, con fecha (art. 35.2).",
            )
        ),
        Write(
            say(
                "Views of the people who are listened to or of those who speak for them, or why they were "
                "not asked "
                "(art. 35(9)).",
                "Opinión de las personas escuchadas o de quienes las representan, o por qué no se pidió "
                "(art. 35.9).",
            )
        ),
    ]
    if facts.programme.audience == "workforce":
        blocks.append(
            Write(
                say(
                    "Views of the workers' representatives, and that they were given this assessment "
                    "(Directive "
                    "(EU) 2024/2831, art. 8).",
                    "Opinión de la representación de los trabajadores, y que recibió esta evaluación "
                    "(Directiva "
                    "(UE) 2024/2831, art. 8).",
                )
            )
        )
    return Section(say("Interested parties", "Partes interesadas"), tuple(blocks))


def decision(say: Say) -> Section:
    return Section(
        say("Decision and review", "Decisión y revisión"),
        (
            Write(
                say(
                    "Is what is left of the risk acceptable? If it is high, consult the authority first "
                    "(art. 36).",
                    "¿Es aceptable el riesgo que queda? Si es alto, consulta antes a la autoridad (art. 36).",
                )
            ),
            Write(
                say(
                    "Who decided, when, and the day of the next review (art. 35(11)): at the latest in a "
                    "year, and "
                    "whenever a place, the audience or the purpose changes.",
                    "Quién decidió, cuándo, y el día de la próxima revisión (art. 35.11): como tarde en un "
                    "año, y "
                    "siempre que cambie un lugar, la audiencia o la finalidad.",
                )
            ),
        ),
    )
