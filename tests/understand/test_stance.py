"""Who says the opposite of what most say. Synthetic; the second list was written after the rules, in one go,
and the rules were not mended for it.
"""

import pytest

from earnest.understand.stance import says_opposite

OPPOSITE = (
    "not all stations have noticed", "works fine for me", "fixed since the update", "No problems here so far",
    "I never had this problem", "mine arrived just fine", "It was resolved within an hour",
    "a mí me funciona bien", "nunca me ha pasado", "ya lo han arreglado", "No todos los casilleros fallan",
    "chez moi ça marche très bien", "bei mir funktioniert es ohne Probleme", "nem todos os armários",
)  # fmt: skip
SAME = (
    "it does not open at all", "worked fine until today", "support said it was fixed", "still not resolved",
    "when will this be fixed?", "no access to the building", "never again", "nothing works",
    "not once has it worked", "sigue sin funcionar", "no funciona", "antes iba bien pero ahora no",
    "dicen que está arreglado", "no puedo entrar", "not happy", "",
)  # fmt: skip
LATER_OPPOSITE = (
    "Funny, ours opens every time without any trouble", "Haven't noticed anything like that at our depot",
    "Mine has been working perfectly since day one", "Only some stations have it, ours is good",
    "They sorted it out for me the same day", "Doesn't happen here", "Can't reproduce it on my phone",
    "I don't get the fuss", "People exaggerate, it is not that bad", "Back to normal since Tuesday",
    "En mi zona va perfecto", "A nosotros no nos ha pasado", "No es para tanto",
    "Ya está solucionado, por fin",
    "Solo algunos tienen ese fallo", "Yo no he tenido ningún problema con eso", "Aquí funciona sin problemas",
    "Mi experiencia es la contraria",
)  # fmt: skip
LATER_SAME = (
    "They told me it was resolved and it was not", "It used to work fine for me", "Please get this fixed",
    "No one answers, no one cares", "Same here, three days now",
    "I have no problem with rain but this lock is dead",
    "Not fine at all", "All of them fail", "Never had so many problems in one week", "Is it fixed yet?",
    "Me pasa lo mismo", "Nunca funciona a la primera", "Todavía no lo han arreglado",
    "No hay quien lo entienda",
    "Siempre falla", "Cuándo lo van a arreglar", "Funcionaba bien hasta que actualizaron", "Igual por aquí",
)  # fmt: skip


@pytest.mark.parametrize("text", OPPOSITE)
def test_says_the_opposite(text: str) -> None:
    assert says_opposite([text]) == [True]


@pytest.mark.parametrize("text", SAME, ids=lambda text: text or "nothing")
def test_says_the_same(text: str) -> None:
    assert says_opposite([text]) == [False]


def test_sentences_that_were_written_later() -> None:
    found = says_opposite(LATER_OPPOSITE)
    wrong = says_opposite(LATER_SAME)
    assert sum(found) / len(found) >= 0.7
    assert sum(found) / max(1, sum(found) + sum(wrong)) >= 0.85


def test_a_very_long_post_takes_no_time() -> None:
    assert says_opposite(["works fine " * 200_000, "no " * 500_000]) is not None
