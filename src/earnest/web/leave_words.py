"""What the opt-out page says, in its languages."""

from typing import Any

WORDS: dict[str, dict[str, Any]] = {
    "en": {
        "title": "Leave",
        "heading": "Not to be heard by",
        "lead": (
            "You need no account and nobody’s leave. Leaving erases what you said and keeps "
            "away what you say later."
        ),
        "one": "Say it where you speak",
        "one_says": ("Write one of these in any place that is listened to, as a post of its own:"),
        "one_words": [
            "Earnest opt out",
            "Earnest, no me escuches",
            "Earnest, nicht mitlesen",
            "#noearnest",
        ],
        "one_holds": (
            "It holds for your account in that place, for good. To keep away only one post, "
            "write #nobot or #offtherecord in it."
        ),
        "two": "With a receipt, by a one-time code",
        "two_says": (
            "You get a code and a private page. Post the code in a place that is listened to, "
            "in a new post or by editing an old one. The page then shows what was erased."
        ),
        "two_act": "Give me a code",
        "three": "One thing that you sent by the form",
        "three_says": (
            "After sending, the form shows a private link. With it that submission can be "
            "erased, and no other. Without it nobody can say which submission was yours, not "
            "even we."
        ),
        "known": "What is known of you here",
        "knows": [
            (
                "Of who asked to leave a keyed hash is kept, in that place only, so that you "
                "are not heard again. It stands beside no post, and its key is not in the "
                "database."
            ),
            (
                "Posts are found by voice codes. Where the key of a quarter was destroyed, "
                "nothing leads from you to your posts of that time any more, and nobody can "
                "find them by your name. They can still be erased one by one: delete them where"
                " you wrote them, or write to the contact."
            ),
            ("A place that does not tell who speaks cannot leave anybody out. There, delete what you wrote."),
        ],
        "back": "To be heard again",
        "back_says": (
            "Write “Earnest opt in” as a post of its own, from the same account. What was "
            "erased does not come back."
        ),
        "contact": "If none of this works, write to",
        "notice": "The whole notice",
        "often": (
            "Many codes were asked for from your network in the last hour. Please try again "
            "later, or write “Earnest opt out” where you speak."
        ),
        "full": "Very many codes are waiting just now. Please try again later.",
        "mine": "Your code",
        "mine_waiting": (
            "Post this in a place that is listened to, from the account that should not be "
            "heard. It may stand alone or in the middle of a text, in a new post or an old one "
            "that you edit."
        ),
        "mine_keep": ("Keep the address of this page: it is the only way to your receipt. It works until"),
        "mine_again": "Look again",
        "mine_wait": ("Not heard yet. Places are read every few minutes; a review page may take a day."),
        "mine_places": "Places that are listened to",
        "mine_expired": "This code is too old. Get a new one.",
        "mine_done": "You are out",
        "mine_done_says": (
            "What this account says is not heard any more. You may delete the post with the code."
        ),
        "mine_posts": "Posts erased",
        "mine_where": "Not heard in",
        "receipt": "Your receipt",
        "receipt_says": "It names nobody. Save it: this page goes away on",
        "download": "Save the receipt",
        "return": "Should you want to be heard again, post this from the same account:",
        "linked": "Erase what you sent",
        "linked_says": (
            "This private address is for one submission. Erasing takes it out of the posts, the"
            " search, the figures and every report that quotes it. It cannot be undone."
        ),
        "linked_act": "Erase it",
        "linked_done": "It is erased",
        "linked_done_says": "If it was kept, it is gone; it does not come in again.",
    },
    "es": {
        "title": "Irse",
        "heading": "No ser escuchado por",
        "lead": (
            "No hace falta cuenta ni permiso de nadie. Al irte se borra lo que dijiste y no "
            "entra lo que digas después."
        ),
        "one": "Dilo donde hablas",
        "one_says": ("Escribe una de estas frases en cualquier lugar que se escuche, como mensaje aparte:"),
        "one_words": [
            "Earnest, no me escuches",
            "Earnest opt out",
            "#noescuchen",
            "#noearnest",
        ],
        "one_holds": (
            "Vale para tu cuenta en ese lugar, para siempre. Para apartar solo un mensaje, pon "
            "en él #nobot o #offtherecord."
        ),
        "two": "Con recibo, con un código de un solo uso",
        "two_says": (
            "Recibes un código y una página privada. Publica el código en un lugar que se "
            "escuche, en un mensaje nuevo o editando uno viejo. La página muestra después qué "
            "se borró."
        ),
        "two_act": "Dame un código",
        "three": "Una sola cosa que enviaste con el formulario",
        "three_says": (
            "Al enviar, el formulario muestra un enlace privado. Con él se borra ese envío y "
            "ningún otro. Sin él nadie puede decir cuál era el tuyo, tampoco nosotros."
        ),
        "known": "Qué se sabe de ti aquí",
        "knows": [
            (
                "De quien pide irse se guarda una huella cifrada con clave, solo para ese "
                "lugar, para no volver a oírte. No está junto a ningún mensaje, y su clave no "
                "está en la base de datos."
            ),
            (
                "Los mensajes se encuentran por códigos de voz. Si la clave de un trimestre se "
                "destruyó, nada lleva ya de ti a tus mensajes de entonces y nadie puede "
                "encontrarlos por tu nombre. Se pueden borrar uno a uno: bórralos donde los "
                "escribiste o escribe al contacto."
            ),
            ("Un lugar que no dice quién habla no puede dejar fuera a nadie. Allí, borra lo que escribiste."),
        ],
        "back": "Para volver a ser escuchado",
        "back_says": (
            "Escribe «Earnest opt in» como mensaje aparte, desde la misma cuenta. Lo borrado no vuelve."
        ),
        "contact": "Si nada de esto funciona, escribe a",
        "notice": "El aviso completo",
        "often": (
            "Se han pedido muchos códigos desde tu red en la última hora. Inténtalo más tarde o"
            " escribe «Earnest, no me escuches» donde hablas."
        ),
        "full": ("Ahora mismo hay muchísimos códigos esperando. Inténtalo más tarde, por favor."),
        "mine": "Tu código",
        "mine_waiting": (
            "Publícalo en un lugar que se escuche, desde la cuenta que no debe oírse. Puede ir "
            "solo o en medio de un texto, en un mensaje nuevo o en uno viejo que edites."
        ),
        "mine_keep": ("Guarda la dirección de esta página: es el único camino a tu recibo. Sirve hasta el"),
        "mine_again": "Mirar otra vez",
        "mine_wait": (
            "Aún no se ha oído. Los lugares se leen cada pocos minutos; una página de reseñas "
            "puede tardar un día."
        ),
        "mine_places": "Lugares que se escuchan",
        "mine_expired": "Este código es demasiado viejo. Pide uno nuevo.",
        "mine_done": "Ya estás fuera",
        "mine_done_says": ("Lo que diga esta cuenta ya no se oye. Puedes borrar el mensaje con el código."),
        "mine_posts": "Mensajes borrados",
        "mine_where": "No se oye en",
        "receipt": "Tu recibo",
        "receipt_says": "No nombra a nadie. Guárdalo: esta página desaparece el",
        "download": "Guardar el recibo",
        "return": "Si quieres que se te vuelva a oír, publica esto desde la misma cuenta:",
        "linked": "Borrar lo que enviaste",
        "linked_says": (
            "Esta dirección privada es de un solo envío. Al borrarlo sale de los mensajes, de "
            "la búsqueda, de las cifras y de todo informe que lo cite. No se puede deshacer."
        ),
        "linked_act": "Borrarlo",
        "linked_done": "Está borrado",
        "linked_done_says": "Si se guardaba, ya no está; no vuelve a entrar.",
    },
}
