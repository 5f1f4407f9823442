"""The small pieces, and what stands beside charts and tables, in Spanish."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from earnest.report.chart_words import ChartWords

_COUNTS = (
    "ninguna", "una", "dos", "tres", "cuatro", "cinco", "seis",
    "siete", "ocho", "nueve", "diez", "once", "doce",
)  # fmt: skip


class PiezasEs(ChartWords):
    """Números, días, listas; títulos, notas y claves."""

    lang = "es"
    months = (
        "enero", "febrero", "marzo", "abril", "mayo", "junio",
        "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre",
    )  # fmt: skip
    kinds: Mapping[str, str] = {
        "complaint": "quejas",
        "question": "preguntas",
        "idea": "ideas",
        "praise": "elogios",
        "report": "avisos de lo ocurrido",
    }
    languages: Mapping[str, str] = {
        "en": "inglés", "es": "español", "pt": "portugués", "fr": "francés", "de": "alemán", "it": "italiano",
        "nl": "neerlandés", "sv": "sueco", "ca": "catalán", "und": "sin determinar",
    }  # fmt: skip
    moods: Mapping[str, str] = {
        "negative": "descontento",
        "neutral": "ni lo uno ni lo otro",
        "positive": "contento",
    }

    nothing = "–"
    not_seen = "sin ver"
    nobody_spoke = "nadie habló"
    this_range = "este informe"
    to = "a"
    before = "antes"
    volume_title = "Mensajes por semana"
    share_title = "Quejas de cada 100 mensajes, por semana"
    moods_title = "Cómo suenan los mensajes de la clientela, por semana"
    changes_title = "Qué subió y qué bajó"
    changes_unit = "mensajes de cada 1.000"
    few_now = "ahora muy pocas voces"
    few_then = "antes: muy pocas voces"
    hidden_word = "muy pocas voces"
    as_table = "Las cifras en una tabla"
    category = "Categoría"
    volume_note = (
        "La línea bajo las barras es la cobertura: trazada donde oímos, hueca donde nadie habló, "
        "ausente donde no "
        "sabemos. Un punto es una semana con muy pocos mensajes para contarlos."
    )
    volume_part = " Una barra pálida es parte de una semana."
    share_note = (
        "La banda es el margen probable, cierto 95 veces de 100. La línea bajo las semanas es la cobertura."
    )
    changes_note = "Hueco: el periodo anterior. Lleno: ahora. Ocre donde lo que subió son sobre todo quejas."
    moods_note = (
        "Desde abajo: descontento, ni lo uno ni lo otro, contento. A qué suenan las palabras según un "
        "modelo, en "
        "partes de los mensajes de la semana."
    )
    heat_week_title = "Quejas de cada 1.000 mensajes de la semana, por categoría"
    heat_place_title = "Quejas de cada 1.000 mensajes del lugar, por categoría"
    volume_heads = ("Semana del", "Mensajes", "Lugares oídos", "Cobertura")
    share_heads = ("Semana del", "Quejas de 100 mensajes", "Margen probable", "Cobertura")
    moods_heads = ("Semana del", "Descontento", "Ni lo uno ni lo otro", "Contento")
    changes_heads = ("Tema", "Antes", "Ahora", "Cambio probable", "Voces al menos")

    def whole(self, value: float) -> str:
        return f"{round(value):,}".replace(",", ".")

    def percent(self, value: float) -> str:
        return f"{round(value)} %"

    def in_100(self, value: float) -> str:
        return f"{self.hundred(value)} de 100"

    def hundred(self, value: float) -> str:
        return super().hundred(value).replace("fewer than", "menos de").replace("more than", "más de")

    def posts(self, count: int) -> str:
        return f"{self.whole(count)} {'mensaje' if count == 1 else 'mensajes'}"

    def voices(self, count: int) -> str:
        return f"{self.whole(count)} {'voz' if count == 1 else 'voces'}"

    def day(self, day: date, *, year: bool = False) -> str:
        return f"{day.day} de {self.months[day.month - 1]}" + (f" de {day.year}" if year else "")

    def days(self, since: date, until: date) -> str:
        last = until - timedelta(days=1)
        if last <= since:
            return f"{self.day(since, year=True)}"
        if (since.year, since.month) == (last.year, last.month):
            return f"del {since.day} al {self.day(last, year=True)}"
        return f"del {self.day(since, year=since.year != last.year)} al {self.day(last, year=True)}"

    def length(self, since: date, until: date) -> str:
        """las cuatro semanas, los 10 días"""
        days = (until - since).days
        if days % 7:
            return f"los {days} días" if days != 1 else "el día"
        return "la semana" if days == 7 else f"las {self.count(days // 7)} semanas"

    def count(self, number: int) -> str:
        return _COUNTS[number] if 0 <= number < len(_COUNTS) else self.whole(number)

    def listing(self, items: Sequence[str]) -> str:
        if len(items) < 2:
            return "".join(items)
        last = items[-1]
        joined = "e" if last.lower().startswith(("i", "hi")) else "y"
        return f"{', '.join(items[:-1])} {joined} {last}"

    def quoted(self, words: Sequence[str]) -> str:
        return ", ".join(f"«{word}»" for word in words)

    def heat_hidden(self, floor: int) -> str:
        return f"oculto, menos de {floor} voces"

    def under(self, value: int) -> str:
        return f"menos de {value}"

    def span(self, low: int, high: int) -> str:
        return f"{low} a {high}" if high > low else str(low)

    def over(self, value: int) -> str:
        return f"{value} o más"

    def state(self, state: str) -> str:
        return {"observed": "oído", "empty": self.nobody_spoke}.get(state, self.not_seen)

    def range_of(self, low: float | None, high: float | None) -> str:
        return self.nothing if low is None or high is None else f"{self.hundred(low)} a {self.hundred(high)}"

    def places_heard(self, heard: int, places: int) -> str:
        return f"{heard} de {places}"
