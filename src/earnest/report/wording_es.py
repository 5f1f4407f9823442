"""Every sentence of a report, in Spanish. The rules are those of `wording.py`."""

from collections.abc import Sequence
from datetime import date

from earnest.report.pieces_es import PiezasEs
from earnest.report.shapes import Change, Compared, Figures, HeatRow, Problem, Share, Week
from earnest.report.wording import Wording


class Espanol(PiezasEs, Wording):
    """Español."""

    heading_unseen = "Lo que no pudimos ver"
    heading_made = "Cómo se hizo"
    heading_kinds = "Qué tipo de cosas se dijeron"
    problem_heads = ("Tema", "Voces", "Mensajes, unos", "Quejas entre ellos", "Quién puede actuar")
    no_authors = "Earnest no conoce a nadie por su nombre."
    delegate = "La persona delegada de la comunidad recibe el mismo informe el mismo día"

    # cabecera

    def title(self, name: str) -> str:
        return f"{name}: lo que se dijo"

    def heard_from(self, figures: Figures) -> str:
        places = "un lugar" if figures.places == 1 else f"{self.whole(figures.places)} lugares"
        posts = self.posts(figures.posts)
        return f"{posts} de {places}" if figures.exact else f"Unos {posts} de {places}"

    def made_on(self, day: date) -> str:
        return f"Hecho el {self.day(day, year=True)}"

    # las frases que importan

    def against(self, compared: Compared) -> str:
        named = self.length(compared.before, compared.since)
        return f"{named} {'anteriores' if named.startswith(('las', 'los')) else 'anterior'}"

    def _moved(self, change: Share) -> str:
        if change.low is None or change.high is None:
            return ""
        return "más que" if change.low > 0 else "menos que" if change.high < 0 else ""

    def share_sentence(self, figures: Figures, posts: str) -> str:
        compared, now = figures.compared, self.hundred(figures.complaints.value or 0)
        said = f"{now} de cada 100 mensajes fueron quejas"
        if compared is None:
            return f"{said}, de {posts}; antes no se oyó nada con que compararlo."
        then = self.against(compared)
        if compared.then.value is None or compared.now.value is None:
            return f"{said}, de {posts}; en {then} se oyeron muy pocos para compararlo."
        old, moved = self.hundred(compared.then.value), self._moved(compared.change)
        if compared.within:
            last = self.length(compared.since, compared.until)
            ended = f"{moved} los {old} de {then}" if moved else f"casi como en {then} ({old})"
            return f"{said}, de {posts}; en {last} finales, {self.hundred(compared.now.value)}, {ended}."
        if not moved:
            return f"{said}, casi como en {then} ({old}), de {posts}."
        return f"{said}, {moved} los {old} de {then} ({posts})."

    def share_hidden_sentence(self, posts: str, floor: int) -> str:
        return f"Se oyeron {posts}; cuántos fueron quejas no se cuenta, porque son menos de {floor}."

    def rise_sentence(self, change: Change) -> str:
        said = f"«{change.name}» fue lo que más subió ({self.voices(change.voices)})"
        if change.now is not None and change.before is not None:
            said += f", de {self.whole(change.before)} a {self.whole(change.now)} de cada 1.000 mensajes"
        elif change.now is not None:
            said += f", hasta {self.whole(change.now)} de cada 1.000 mensajes"
        return f"{said}{self.where(change)}{self.words_said(change)}."

    def where(self, change: Change) -> str:
        return f", sobre todo en {self.listing(change.cause.where)}" if change.cause.where else ""

    def words_said(self, change: Change) -> str:
        words = [word.text for word in change.cause.words]
        return f"; se dice a menudo: {self.quoted(words)}" if words else ""

    def fall_sentence(self, change: Change) -> str:
        said = f"«{change.name}» fue lo que más bajó"
        if change.now is not None and change.before is not None:
            said += f", de {self.whole(change.before)} a {self.whole(change.now)} de cada 1.000 mensajes"
        elif change.before is not None:
            said += (
                f", de {self.whole(change.before)} de cada 1.000 mensajes a muy pocas voces para contarlas"
            )
        return f"{said} (antes, {self.voices(change.voices)})."

    def also_rose_sentence(self, change: Change) -> str:
        voices = self.voices(change.voices)
        return f"También subió «{change.name}» ({voices}){self.where(change)}{self.words_said(change)}."

    def problem_sentence(self, problem: Problem) -> str:
        share = (
            ""
            if problem.complaints is None
            else f"; {self.in_100(problem.complaints)} de esos mensajes son quejas"
        )
        return f"De lo que más voces hablaron es de «{problem.name}»: {self.voices(problem.voices)}{share}."

    def next_problem_sentence(self, problem: Problem) -> str:
        return f"Le sigue «{problem.name}», con {self.voices(problem.voices)}."

    def steady_sentence(self, against: str) -> str:
        return f"Ningún tema subió ni bajó más allá del azar frente a {against}."

    def no_topic_sentence(self, floor: int) -> str:
        return f"De ningún tema hablaron al menos {floor} voces, así que ninguno se cuenta aparte."

    def gap_sentence(self, gaps: Sequence[Week], weeks: int) -> str:
        named = self.listing([self.day(week.week) for week in gaps])
        if len(gaps) == 1:
            return (
                f"Una de las {self.count(weeks)} semanas no se vio (la del {named}); no está en "
                "ninguna cifra."
            )
        number = self.count(len(gaps)).capitalize()
        return f"{number} de {self.count(weeks)} semanas no se vieron ({named}); no están en ninguna cifra."

    def nothing_sentence(self, figures: Figures) -> str:
        days = self.days(figures.since, figures.until)
        if not figures.places:
            return f"Todavía no se escucha ningún lugar, así que no se oyó nada: {days}."
        if not sum(row.observed + row.empty for row in figures.coverage):
            return (
                f"No se sabe nada de estos días ({days}): no se oyó ningún lugar. No significa que "
                "nadie hablara."
            )
        if any(week.hidden for week in figures.weeks):
            return (
                f"Hablaron menos de {figures.floor} voces ({days}): muy pocas para contarlo sin delatar a "
                "alguien."
            )
        return f"Nadie habló donde escuchamos: {days}."

    # hallazgos

    def volume_finding(self, figures: Figures) -> str:
        posts, old = self.posts(figures.posts), figures.posts_before
        if not old:
            return f"Se oyeron {posts}"
        ratio = figures.posts / old
        if ratio >= 1.15:
            return f"Se dijo más: {posts}, frente a unos {self.whole(old)} antes"
        if ratio <= 0.87:
            return f"Se dijo menos: {posts}, frente a unos {self.whole(old)} antes"
        return f"{posts}, casi como antes"

    def volume_prose(self, figures: Figures, uneven: bool) -> str:
        if uneven:
            return "Unas semanas se oyeron lugares que otras no; parte del cambio puede estar en la escucha."
        return "En ambos periodos se oyeron los mismos lugares, hasta donde se sabe."

    def share_finding(self, share: Share, compared: Compared | None) -> str:
        if share.value is None:
            return "No se puede decir cuántos mensajes fueron quejas"
        moved = self._moved(compared.change) if compared else ""
        if not moved:
            return f"Unos {self.hundred(share.value)} de cada 100 mensajes son quejas"
        return f"Las quejas son una parte {'mayor' if moved == 'más que' else 'menor'} que antes"

    def share_prose(self, share: Share, compared: Compared | None) -> str:
        if share.value is None or share.low is None or share.high is None:
            return "Las quejas son de muy pocas voces."
        likely = (
            f"El margen probable es de {self.hundred(share.low)} a {self.hundred(share.high)} de cada 100."
        )
        if compared is None or compared.change.low is None or compared.change.high is None:
            return likely
        low, high = round(100 * compared.change.low), round(100 * compared.change.high)
        last = self.length(compared.since, compared.until)
        whose = f"En {last} finales, frente a" if compared.within else "Frente a"
        moved = "es probablemente de" if self._moved(compared.change) else "cabe en el azar,"
        span = f"{self.signed(low)} a {self.signed(high)} de cada 100"
        return f"{likely} {whose} {self.against(compared)}: el cambio {moved} {span}."

    def gaps_note(self, gaps: Sequence[Week]) -> str:
        if not gaps:
            return ""
        named = self.listing([self.day(week.week) for week in gaps])
        weeks = (
            "Un hueco. En la semana del"
            if len(gaps) == 1
            else f"{self.whole(len(gaps))} huecos. En las semanas del"
        )
        return (
            f"{weeks} {named} no se oyó ningún lugar. Ahí no se dibuja nada. No significa que nadie hablara."
        )

    def changes_finding(self, rising: Sequence[Change], falling: Sequence[Change]) -> str:
        if rising and falling:
            return f"Lo que más subió: {rising[0].name}. Lo que más bajó: {falling[0].name}"
        if rising:
            return f"Lo que más subió: {rising[0].name}"
        return f"Lo que más bajó: {falling[0].name}" if falling else "Nada subió ni bajó más allá del azar"

    def changes_prose(self, compared: Compared) -> str:
        now = f", en {self.length(compared.since, compared.until)} finales" if compared.within else ""
        return (
            f"Mensajes sobre un tema de cada 1.000{now}, frente a {self.against(compared)}. Solo están "
            "los temas cuyo "
            "cambio va más allá del azar (99 veces de 100); primero, los de mayor cambio por voces."
        )

    steady_prose = (
        "Los temas se movieron lo que se moverían por azar. También puede ser que se oyera muy poco."
    )

    def change_fact(self, change: Change) -> tuple[str, str]:
        said = []
        if change.low is not None and change.high is not None:
            low, high = sorted((abs(change.low), abs(change.high)))
            said.append(f"Probablemente entre {self.whole(low)} y {self.whole(high)} de cada 1.000 mensajes.")
        if change.cause.where:
            said.append(f"Sobre todo en {self.listing(change.cause.where)}.")
        if change.cause.since:
            said.append(f"Destaca desde la semana del {self.day(change.cause.since)}.")
        if change.rising and change.complaints is not None:
            said.append(f"{self.in_100(change.complaints).capitalize()} de esos mensajes son quejas.")
        said.append(f"{self.voices(change.voices).capitalize()}{'' if change.rising else ' antes'}.")
        return f"{change.name}: {'subió' if change.rising else 'bajó'}", " ".join(said)

    often_said = "Se dice a menudo:"
    why_note = (
        "Lo que los mensajes tienen en común es de dónde vienen y las palabras que usan. No prueba una "
        "causa. Una "
        "palabra solo se muestra si está en bastantes mensajes."
    )

    def heat_finding(self, rows: Sequence[HeatRow]) -> str:
        return (
            f"{rows[0].title}: lo que más quejas reúne"
            if rows
            else "No se pueden contar las quejas por categoría"
        )

    heat_prose = "Quejas de cada 1.000 mensajes de la semana, para que una semana movida no parezca una mala."

    def heat_note(self, floor: int, few: int) -> str:
        said = f"Un punto es una celda oculta porque hablaron menos de {floor} voces o porque la delataría."
        if few == 1:
            return f"{said} Otra categoría está oculta entera o no tiene quejas."
        return (
            f"{said} Otras {self.count(few)} categorías están ocultas enteras o no tienen quejas."
            if few
            else said
        )

    def heat_none(self, floor: int) -> str:
        return (
            f"Las quejas de cada categoría son de menos de {floor} voces por semana, o delatarían "
            "una semana así."
        )

    def place_finding(self, rows: Sequence[HeatRow]) -> str:
        return "Dónde se oyeron las quejas, por lugar"

    place_prose = "Quejas de cada 1.000 mensajes de cada lugar: se habla de cosas distintas según dónde."

    def problems_finding(self, problems: Sequence[Problem]) -> str:
        if not problems:
            return "Ningún tema reunió voces bastantes para contarlo"
        return f"Más voces: {self.listing([problem.name for problem in problems[:2]])}"

    def problems_prose(self, figures: Figures) -> str:
        return (
            "Las voces distintas se cuentan dentro de un tema y un trimestre; no se puede saber si la "
            "misma persona "
            "habla de dos temas, así que las voces de temas distintos no se suman. Los mensajes están "
            "redondeados."
        )

    def no_quotes(self) -> str:
        return "No se cita ningún mensaje: este programa trata del trabajo de las personas."

    quotes_note = (
        "Las citas son los mensajes como se guardaron: nombres, números y direcciones se sustituyeron antes."
    )

    def moods_finding(self, weeks: Sequence[Week]) -> str:
        told = [week.moods for week in weeks if week.moods]
        if not told:
            return "No se puede decir cómo suenan los mensajes"
        share = sum(mood.negative for mood in told) / len(told)
        return f"En una semana normal, {self.hundred(share)} de cada 100 mensajes suenan descontentos"

    moods_prose = "Cómo suena un mensaje dice poco de qué hacer; los temas de arriba, sí."

    def kinds_prose(self, parts: Sequence[tuple[str, str]], hidden: Sequence[str]) -> str:
        return f"De cada 100 mensajes: {self._mixed(parts, hidden)}."

    def languages_prose(self, parts: Sequence[tuple[str, str]], hidden: Sequence[str]) -> str:
        return f"Por idioma, de cada 100 mensajes: {self._mixed(parts, hidden)}."

    def place_hours(self, title: str, observed: int, empty: int, unknown: int) -> str:
        hours = self.whole(observed + empty + unknown)
        return (
            f"{title}: de {hours} horas, {self.whole(observed)} con mensajes, {self.whole(empty)} "
            "en las que nadie habló, "
            f"{self.whole(unknown)} sin saber."
        )

    def withheld(self, weeks: Sequence[int | None]) -> str:
        known = [count for count in weeks if count is not None]
        said = "Mensajes retenidos en la puerta, en toda la instalación y por todas las razones juntas: "
        if not known:
            return f"{said}menos de 20 por semana."
        low, high = min(known), max(known)
        amount = f"unos {self.whole(low)}" if low == high else f"entre {self.whole(low)} y {self.whole(high)}"
        quiet = "" if len(known) == len(weeks) else ", otras semanas menos de 20"
        return f"{said}{amount} por semana{quiet}. La cifra se redondea y nunca se reparte."

    def unclear(self, share: float | None) -> str:
        if share is None:
            return ""
        return (
            f"{self.in_100(share).capitalize()} mensajes no caben en ningún tema sin una imagen o "
            "más contexto."
        )

    beyond = "Quienes no hablan en ninguno de estos lugares. No los buscamos."
    withheld_note = "Los mensajes retenidos se descartaron antes de guardar nada. Aquí nadie los ha leído."

    def made(self, figures: Figures, model: str) -> list[str]:
        said = ["Un modelo que corre en esta máquina clasifica cada mensaje. Sus etiquetas son estimaciones."]
        if model:
            said[0] += f" {model}"
        if figures.quality:
            right, of = sum(one.right for one in figures.quality), sum(one.of for one in figures.quality)
            said.append(
                f"Aquí se revisaron {self.whole(of)} mensajes clasificados y {self.whole(right)} "
                "quedaron como estaban."
            )
        if figures.blind is not None:
            blind = figures.blind
            said.append(
                f"En {self.whole(blind.of)} mensajes sacados al azar y clasificados por personas que no "
                f"vieron la respuesta del modelo, su etiqueta principal acertó en "
                f"{self.hundred(blind.right)} de cada 100 (entre {self.hundred(blind.low)} y "
                f"{self.hundred(blind.high)})."
            )
        said.append(
            "Las voces se cuentan dentro de un tema con una clave que se destruye al cerrar el "
            "trimestre. No existe "
            f"ninguna lista de personas. Una cifra de menos de {figures.floor} voces se oculta, y con "
            "ella lo que la "
            f"delataría. Las cuentas de un tema se redondean a múltiplos de {figures.floor}."
        )
        if figures.audience == "customers":
            said.append(
                "En un tema cuyos mensajes llegaron todos sin autor, cada mensaje cuenta como una voz."
            )
        said.append(
            "Las frases se escriben a partir de las cifras con reglas fijas. Los márgenes son ciertos "
            "95 veces de 100 "
            "(99 en lo que subió y bajó) y cuentan con que una voz hable varias veces."
            + (" No se calculó el ánimo de nadie." if figures.audience == "workforce" else "")
        )
        page = f"/leave/{figures.programme}"
        said.append(f"Quien no quiera ser oído escribe «Earnest opt out» o usa {page} de esta mesa.")
        return said

    def model_quality(self, right: float, of: int) -> str:
        return (
            f"En {self.whole(of)} ejemplos que no había visto, su etiqueta principal acertó en "
            f"{self.hundred(right)} "
            "de 100."
        )
