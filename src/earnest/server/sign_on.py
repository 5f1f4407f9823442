"""The part of allauth that signs in by an issuer, without what it loads at every start."""

from allauth.socialaccount.apps import SocialAccountConfig


class SocialAccounts(SocialAccountConfig):  # type: ignore[misc]  # a library without types
    """Its provider takes a whole HTTP client along (a tenth of a second of every command): whoever signs in
    so loads it (`web.views.single_sign_on`), nobody else.
    """

    def ready(self) -> None:
        from allauth.socialaccount import checks  # noqa: F401 - registers what `check` looks at
