"""Addresses of one's own account, of invitations, and of the steps of signing in.

Names that begin with `account_`, `mfa_` and `openid_connect_` are those by which allauth finds its pages.
"""

from django.urls import path

from earnest.web.views import account, account_steps, join, mailbox, sign_in, single_sign_on

urlpatterns = [
    path("sign-in", sign_in.page, name="sign_in"),
    path("sign-in", sign_in.page, name="account_login"),
    path("in/<str:token>", sign_in.link, name="sign_in_link"),
    path("sign-out", sign_in.out, name="sign_out"),
    path("sign-in/second", account_steps.second, name="mfa_authenticate"),
    path("sign-in/with/<slug:provider_id>", single_sign_on.go, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back", single_sign_on.back, name="openid_connect_callback"),
    path("sign-in/forgotten", mailbox.forgotten, name="password_forgotten"),
    path("sign-in/new/<str:token>", mailbox.renew, name="password_renew"),
    path("language", account.language, name="language"),
    path("join/<str:token>", join.page, name="join"),
    path("join/<str:token>/here", join.here, name="join_here"),
    path("join/<str:token>/with", join.elsewhere, name="join_with"),
    path("account", account.page, name="account"),
    path("account", account.page, name="mfa_index"),
    path("account/choices", account.choices, name="account_choices"),
    path("account/sessions/end", account.end_others, name="account_end_others"),
    path("account/sessions/<int:visit>/end", account.end_one, name="account_end_one"),
    path("account/mail", mailbox.address, name="account_mail"),
    path("account/mail/<str:token>", mailbox.confirm, name="account_mail_confirm"),
    path("account/password", account_steps.password, name="account_change_password"),
    path("account/password/first", account_steps.first_password, name="account_set_password"),
    path("account/again", account_steps.again, name="account_reauthenticate"),
    path("account/again/code", account_steps.again_code, name="mfa_reauthenticate"),
    path("account/again/key", account_steps.again_key, name="mfa_reauthenticate_webauthn"),
    path("account/app/add", account_steps.app_add, name="mfa_activate_totp"),
    path("account/app/remove", account_steps.app_remove, name="mfa_deactivate_totp"),
    path("account/keys", account_steps.keys, name="mfa_list_webauthn"),
    path("account/keys/add", account_steps.key_add, name="mfa_add_webauthn"),
    path("account/keys/<int:pk>/rename", account_steps.key_rename, name="mfa_edit_webauthn"),
    path("account/keys/<int:pk>/remove", account_steps.key_remove, name="mfa_remove_webauthn"),
    path("account/codes", account_steps.codes, name="mfa_view_recovery_codes"),
    path("account/codes/new", account_steps.codes_new, name="mfa_generate_recovery_codes"),
]
