"""Posts for the tests of themes: a few concrete problems, each said in many ways. Synthetic."""

PROBLEMS: dict[str, tuple[str, tuple[str, ...]]] = {
    "closed": (
        "pickup.wait",
        (
            "Restaurant closed but the order is still active in my app",
            "The restaurant is closed and my order still shows as active",
            "Drove to a closed restaurant, order still active and no way to cancel",
            "Shutters down, restaurant closed, but order still active on the screen",
            "Another closed restaurant tonight with the order still active",
            "restaurant closed at nine yet the order is still active at ten",
            "They sent me to a restaurant that is closed, order still active, great",
            "Why is an order still active when the restaurant closed an hour ago?",
            "Closed restaurant again. Order still active. I wait for support",
            "Order still active although the restaurant closed early today",
        ),
    ),
    "parking": (
        "pickup.parking",
        (
            "Parking ticket again while picking up at the mall garage",
            "Got a parking ticket at the mall garage during pickup",
            "The mall garage gave me a parking ticket after five minutes",
            "Second parking ticket this month at the mall garage",
            "Parking ticket of forty euros in the mall garage, who pays that?",
            "mall garage pickup means a parking ticket every single time",
            "No loading bay, so a parking ticket in the mall garage",
            "They fine us in the mall garage, a parking ticket per pickup",
        ),
    ),
    "casillero": (
        "pickup.checkin",
        (
            "El casillero de la estación norte no acepta el código",
            "Otra vez el casillero de la estación norte no acepta ningún código",
            "Casillero de la estación norte: el código no lo acepta",
            "El código del casillero no funciona en la estación norte",
            "No acepta el código el casillero de la estación norte desde ayer",
            "Tres paquetes de vuelta, el casillero de la estación norte no acepta el código",
            "casillero estación norte, código rechazado otra vez",
        ),
    ),
}
OPPOSITE = (
    "Not all restaurants are like that: mine was open, the order still active and fine",
    "Never had this problem with a closed restaurant here, order still active and all fine",
)


def texts(problem: str) -> tuple[str, ...]:
    """What is said of one problem."""
    return PROBLEMS[problem][1]
