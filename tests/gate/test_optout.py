"""Whose wish it is to be left out: sentences that hold for an account, and others that only sound like it."""

import pytest

from earnest.gate.optout import WORDS, Wish, wish
from earnest.gate.protected import hear

LEAVES = {
    "English": [
        "Earnest opt out",
        "EARNEST OPT OUT!!!",
        "earnest, opt out please",
        "Earnest: opt out",
        "Earnest. Opt out.",
        "Earnest\nopt out",
        "@earnest opt out",
        "@earnest:server.example opt me out",
        "Earnest bot, opt me out",
        "* Earnest opt out",
        "Hey Earnest, leave me alone",
        "Earnest stop",
        "Earnest, stop please.",
        "Earnest, stop listening to me",
        "Please don't read me, Earnest",
        "Don’t listen to me, Earnest",
        "I want to opt out of Earnest",
        "Opting out of Earnest, thanks.",
        "please remove me from earnest",
        "Take my account off Earnest",
        "I don't want Earnest to read what I write here",
        "I no longer want to be heard by Earnest",
        "I do not consent to Earnest",
        "I withdraw my consent from Earnest",
        "The app is slow again. Earnest opt out. See you.",
        '"Earnest opt out"',
        "late again #noearnest",
        "#NoListening",
    ],
    "Español": [
        "Earnest, no me escuches",
        "Sí, Earnest, no me leas",
        "Earnest: dame de baja",
        "Earnest, por favor no me lean",
        "no quiero que Earnest me lea",
        "sácame de Earnest",
        "Quiero salir de Earnest",
        "Earnest, olvídame",
        "Earnest, deja de leerme",
        "No doy mi consentimiento a Earnest",
        "Earnest baja",
        "la app falla #noescuchen",
    ],
    "Português": [
        "Earnest, não me escute",
        "Earnest, por favor não me leia",
        "não quero que o Earnest me leia",
        "quero sair do Earnest",
        "me tire do Earnest",
        "Earnest, me esqueça",
        "Earnest, pare de me ler",
        "Retiro o meu consentimento ao Earnest",
        "Earnest sair",
    ],
    "Français": [
        "Earnest, ne m'écoute pas",
        "Earnest, s'il te plaît, ne me lis plus",
        "Ne m’écoutez plus, Earnest",
        "je ne veux pas qu'Earnest me lise",
        "retirez-moi d'Earnest",
        "Je veux me retirer d’Earnest",
        "Earnest, oubliez-moi",
        "Je retire mon consentement à Earnest",
        "Earnest, stop",
    ],
    "Deutsch": [
        "Earnest, nicht mitlesen",
        "Earnest, bitte nicht mehr zuhören!",
        "Earnest, hör auf mitzulesen",
        "Earnest, hoer mir nicht zu",
        "Ich möchte nicht, dass Earnest mich liest",
        "Ich will nicht mehr, dass Earnest mitliest",
        "Meldet mich von Earnest ab",
        "Ich melde mich bei Earnest ab.",
        "Lasst mich in Ruhe, Earnest",
        "Ich widerspreche Earnest",
        "Earnest abmelden",
    ],
    "a code": [
        "earnest-out-7f3k-2mmq-9x4t",
        "hello EARNEST-OUT-7F3K-2MMQ-9X4T there",
        "earnest‑out‑7f3k‑2mmq‑9x4t",
        "earnest out 7f3k 2mmq 9x4t",
    ],
}

STAYS = {
    "somebody else's opting out": [
        "Uber opted me out of the bonus",
        "They opted us out of the insurance",
        "opt out of emails",
        "How do I opt out of instant pay?",
        "Me dieron de baja de la plataforma",
        "je veux quitter la plateforme",
        "Ich melde mich vom Newsletter ab",
        "quero sair do grupo",
    ],
    "advice to others": [
        'You can write "Earnest opt out" to leave',
        "If you don't want to be heard, write Earnest opt out",
        "Just say Earnest opt out",
        "To leave it yourself: say #noearnest here. What you said is erased.",
        "Para salir tú: escribe #noearnest aquí.",
        "Whoever wants out can post #noearnest",
        "Members can leave by posting #Earnest opt out",
        "Puedes escribir Earnest opt out",
        "Si quieres salir de Earnest, escribe Earnest opt out",
        "Schreibt einfach Earnest opt out",
        "Wer nicht will: schreibt Earnest nicht mitlesen",
        "Se quiser sair do Earnest escreva Earnest sair",
        "Si vous voulez quitter Earnest, écrivez Earnest stop",
        "The notice says: Earnest opt out",
    ],
    "questions": [
        "How do I opt out of Earnest?",
        "Earnest opt out?",
        "Why would anyone opt out of Earnest",
        "¿Cómo salgo de Earnest?",
        "Wie melde ich mich bei Earnest ab?",
    ],
    "tales and refusals": [
        "My mate wants to opt out of Earnest",
        "She said she'd opt out of Earnest",
        "I will never opt out of Earnest",
        "I don't want to opt out of Earnest",
    ],
    "quoted": [
        "> Earnest opt out\nlol why",
        "> <@ann:server> Earnest opt out\n\nwhat is that",
        "> earnest-out-7f3k-2mmq-9x4t\nwhat is this code",
        "He wrote “Earnest opt out” and it answered",
    ],
    "another earnest": [
        "I am an earnest person, it stops",
        "Complaints began in earnest: stop charging me",
        "Why did Earnest stop working",
        "Earnest stop working for them, they never listen",
        "I want out of earnest money deposits",
        "The importance of being Earnest",
        "an earnest no from support",
    ],
    "for one post only": ["late again #nobot", "#noindex", "#offtherecord", "no me escuchen, la app falla"],
    "half a code": ["earnest-out-7f3k-2mmq", "earnest-out-0000-1111-llll", "earnest-7f3k-2mmq-9x4t"],
}

BACK = [
    "Earnest opt in",
    "Earnest, opt me back in please",
    "I want to opt back in to Earnest",
    "Earnest, you may hear me again",
    "Earnest, puedes escucharme",
    "Earnest, pode me ouvir de novo",
    "Earnest, vous pouvez à nouveau me lire",
    "Earnest, darf wieder mitlesen",
    "earnest-in-7f3k-2mmq-9x4t",
]

NOT_BACK = [
    "I'll never opt in to Earnest",
    "Don't opt me in to Earnest",
    "Earnest opt in?",
    "You can say Earnest opt in",
    "If you want to return: Earnest opt in, they say",
    "My mate did the Earnest opt in thing",
    "> Earnest opt in\nno thanks",
    "opt in to the bonus",
]


def rows(table: dict[str, list[str]]) -> list[object]:
    return [
        pytest.param(text, id=f"{group}: {text[:60]}") for group, texts in table.items() for text in texts
    ]


@pytest.mark.parametrize("text", rows(LEAVES))
def test_a_wish_to_leave(text: str) -> None:
    asked = wish(text)
    assert asked is not None
    assert not asked.back
    assert (asked.code is not None) == ("7" in text)
    assert hear(text) == "opted out"


@pytest.mark.parametrize(
    "text", rows({group: [one for one in texts if one[0] != '"'] for group, texts in LEAVES.items()})
)
def test_a_wish_to_leave_beside_protected_speech(text: str) -> None:
    both = f"We strike on Friday, join the union.\n{text}"
    assert hear(both) == "protected speech"
    asked = wish(both)
    assert asked is not None
    assert not asked.back


@pytest.mark.parametrize("text", rows(STAYS))
def test_no_wish(text: str) -> None:
    assert wish(text) is None


@pytest.mark.parametrize("text", BACK)
def test_a_wish_to_be_heard_again(text: str) -> None:
    asked = wish(text)
    assert asked is not None
    assert asked.back


@pytest.mark.parametrize("text", NOT_BACK)
def test_no_wish_to_be_heard_again(text: str) -> None:
    assert wish(text) is None


def test_where_both_are_said_it_is_out() -> None:
    assert wish("Earnest opt in. No: Earnest opt out.") == Wish(back=False)


def test_everything_that_leaves_is_withheld_by_the_one_search() -> None:
    assert len(WORDS) > 50
