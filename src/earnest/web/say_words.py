"""What the public form says, in its languages."""

from typing import Any

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "Say something to",
        "lead": (
            "Tell us what goes wrong, what works, or what you would change. A few people read it to "
            "find problems and mend them."
        ),
        "text": "What do you want to say?",
        "hint": "At most 5,000 characters. Leave out names and numbers of people.",
        "where": "City or region, if it matters",
        "language": "Language",
        "languages": [
            ("", "let it be recognised"),
            ("en", "English"),
            ("es", "Español"),
            ("other", "another"),
        ],
        "send": "Send",
        "trap": "Leave this empty",
        "what": "What happens with it",
        "happens": [
            "Nobody learns who wrote it: no name, no account, no address of your device is kept with it.",
            "Phones, e-mail addresses, order numbers and the like are taken out before it is stored.",
            (
                "What is about organising, being represented, or talking to the press, regulators or "
                "lawyers is not stored at all."
            ),
            "It is sorted by subject and counted. It is erased when its time is over.",
        ],
        "kept": "Kept for",
        "days": "days",
        "notice": "The whole notice: who listens, where, why",
        "thanks": "Thank you",
        "said": (
            "What you wrote has been received. If it is of the kind that this desk keeps, it is being "
            "read together with what others say."
        ),
        "untraceable": (
            "Nothing links it to you, so nobody can answer you here. If you need an answer, write to"
        ),
        "again": "Say something else",
        "mine": "Should you want it back",
        "mine_says": (
            "With this private address you can erase what you just sent, and nothing else. Save it "
            "now: it is shown once, and without it nobody can say which submission was yours."
        ),
        "leave": "How not to be heard, or erase what you said",
        "problems": {
            "empty": "There is nothing written yet.",
            "long": "This is longer than 5,000 characters. Please say it in fewer words.",
            "fields": "Something in the form cannot be read. Please look at it again.",
            "often": (
                "Many messages came from your network in the last hour. Please try again later; nothing "
                "was kept of this one."
            ),
            "down": (
                "It could not be taken just now, and nothing was kept. Please send it again in a moment."
            ),
        },
    },
    "es": {
        "title": "Dile algo a",
        "lead": (
            "Cuéntanos qué falla, qué funciona o qué cambiarías. Lo leen unas pocas personas para "
            "encontrar problemas y arreglarlos."
        ),
        "text": "¿Qué quieres decir?",
        "hint": "Como mucho 5.000 caracteres. No pongas nombres ni números de personas.",
        "where": "Ciudad o región, si importa",
        "language": "Idioma",
        "languages": [("", "que se reconozca solo"), ("en", "English"), ("es", "Español"), ("other", "otro")],
        "send": "Enviar",
        "trap": "Deja esto vacío",
        "what": "Qué pasa con ello",
        "happens": [
            (
                "Nadie sabe quién lo escribió: no se guarda con ello ningún nombre, ninguna cuenta ni la "
                "dirección de tu dispositivo."
            ),
            "Teléfonos, correos, números de pedido y datos parecidos se quitan antes de guardarlo.",
            (
                "Lo que trata de organizarse, de ser representado o de hablar con la prensa, las "
                "autoridades o abogados no se guarda."
            ),
            "Se ordena por temas y se cuenta. Se borra cuando pasa su plazo.",
        ],
        "kept": "Se guarda",
        "days": "días",
        "notice": "El aviso completo: quién escucha, dónde, por qué",
        "thanks": "Gracias",
        "said": (
            "Hemos recibido lo que escribiste. Si es de lo que esta mesa guarda, se lee junto con lo "
            "que dicen los demás."
        ),
        "untraceable": (
            "Nada lo une a ti, así que nadie puede responderte aquí. Si necesitas respuesta, escribe a"
        ),
        "again": "Decir otra cosa",
        "mine": "Por si quieres retirarlo",
        "mine_says": (
            "Con esta dirección privada puedes borrar lo que acabas de enviar, y nada más. Guárdala "
            "ahora: se muestra una sola vez, y sin ella nadie puede decir cuál era tu envío."
        ),
        "leave": "Cómo no ser escuchado, o borrar lo que dijiste",
        "problems": {
            "empty": "Todavía no hay nada escrito.",
            "long": "Tiene más de 5.000 caracteres. Dilo con menos palabras, por favor.",
            "fields": "Algo del formulario no se entiende. Míralo otra vez, por favor.",
            "often": (
                "Han llegado muchos mensajes desde tu red en la última hora. Inténtalo más tarde; de este "
                "no se ha guardado nada."
            ),
            "down": (
                "Ahora mismo no se ha podido recibir y no se ha guardado nada. Envíalo otra vez en un "
                "momento."
            ),
        },
    },
}
