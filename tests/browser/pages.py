"""Every page that can be opened, by the name of its address: what a browser looks at.

A new address has a row here, or a place among those that are no page;
`tests/web/test_pages_listed.py` says so. `{p}` is the programme, `{post}` and `{theme}` are one of it.
"""

SIGNED_IN: dict[str, str] = {
    "home": "/",
    "programme": "/{p}/",
    "today": "/{p}/today",
    "desk_setup": "/{p}/desk",
    "cases": "/{p}/cases",
    "case_new": "/{p}/cases/new?alert=1",
    "case": "/{p}/cases/1",
    "ticket_new": "/{p}/cases/1/ticket?channel=the-tracker",
    "inbox": "/{p}/inbox",
    "tags": "/{p}/tags",
    "overview": "/{p}/overview",
    "live": "/{p}/live",
    "alerts": "/{p}/alerts",
    "alert_rules": "/{p}/alerts/rules",
    "alert_rule": "/{p}/alerts/rules/burst",
    "alert": "/{p}/alerts/1",
    "posts": "/{p}/posts",
    "post": "/{p}/posts/{post}",
    "themes": "/{p}/themes",
    "theme": "/{p}/themes/{theme}",
    "channels": "/{p}/channels",
    "channel_add": "/{p}/channels/add/apprise",
    "channel": "/{p}/channels/the-tracker",
    "sent": "/{p}/sent",
    "teams": "/{p}/teams",
    "team_one": "/{p}/teams/app",
    "routes": "/{p}/routes?route=much-said",
    "route_add": "/{p}/routes/add",
    "routes_file": "/{p}/routes/file",
    "route": "/{p}/routes/to/much-said",
    "escalations": "/{p}/escalations",
    "places": "/{p}/places",
    "places_health": "/{p}/places/health",
    "place_choose": "/{p}/places/add",
    "place_add": "/{p}/places/add/feed",
    "place_invite": "/{p}/places/invite/matrix",
    "place": "/{p}/place/courier-reviews",
    "place_settings": "/{p}/place/courier-reviews/settings",
    "community": "/{p}/community",
    "team": "/{p}/team",
    "tokens": "/{p}/tokens",
    "setup": "/{p}/setup",
    "setup_notice": "/{p}/setup/notice",
    "setup_step": "/{p}/setup/purpose",
    "review": "/{p}/review",
    "review_blind": "/{p}/review/blind",
    "learning": "/{p}/learning",
    "second": "/{p}/second",
    "taxonomy": "/{p}/taxonomy",
    "taxonomy_change": "/{p}/taxonomy/change",
    "taxonomy_history": "/{p}/taxonomy/history",
    "report": "/{p}/report",
    "report_one": "/{p}/report/1",
    "actions": "/{p}/actions",
    "action": "/{p}/actions/1",
    "account": "/account",
    "account_mail": "/account/mail",
    "account_change_password": "/account/password",
    "account_set_password": "/account/password/first",
    "account_reauthenticate": "/account/again",
    "mfa_activate_totp": "/account/app/add",
    "mfa_list_webauthn": "/account/keys",
    "mfa_add_webauthn": "/account/keys/add",
}

PUBLIC: dict[str, str] = {
    "sign_in": "/sign-in",
    "password_forgotten": "/sign-in/forgotten",
    "notice": "/notice/{p}",
    "leave": "/leave/{p}",
    "acknowledge": "/ack/none",
    "join": "/join/none",
}

ELSEWHERE = frozenset(
    {
        "say", "said", "password_renew", "account_mail_confirm", "leave_mine", "leave_linked",
        "programme_new", "taxonomy_preview", "mfa_authenticate",
        "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes", "mfa_edit_webauthn", "mfa_remove_webauthn", "mfa_deactivate_totp",
    }
)  # fmt: skip
"""Pages that need a state of their own; the tests of leaving, of accounts and of places look at them."""

ALIASES = frozenset({"account_login", "mfa_index"})

NO_PAGES = frozenset(
    {
        "sign_in_link", "sign_out", "openid_connect_login", "openid_connect_callback", "language",
        "join_here", "join_with", "account_choices", "account_end_others", "account_end_one",
        "leave_mine_receipt", "leave_linked_receipt", "notice_json", "notice_schema", "well_known",
        "mail_wishes", "cases_bulk", "case_live", "case_fields", "case_note", "case_undo", "case_add",
        "case_out", "case_merge", "case_split", "case_attach", "case_file", "case_detach", "inbox_take",
        "inbox_back", "inbox_do", "inbox_undo", "inbox_why", "inbox_view_save", "inbox_view",
        "inbox_terms", "tag", "live_stream", "alert_rule_remove", "alert_rule_snooze",
        "alert_rule_calmer", "alert_close", "alert_feed", "case_alerts_close", "alert_snooze", "post_row",
        "post_correct", "theme_name", "theme_merge", "theme_unmerge", "theme_dismiss", "theme_out",
        "theme_aside", "channel_test", "channel_renew", "channel_hook", "channel_hook_close",
        "channel_remove", "sent_again", "sent_drop", "hook", "ticket_link", "ticket_unlink",
        "ticket_tell", "ticket_answer", "team_gone", "routes_download", "route_switch", "route_back",
        "route_remove", "escalate", "escalation_ask", "escalation_wish", "escalation_act", "place_pause",
        "place_resume", "place_close", "place_look", "place_moved", "place_past", "place_past_stop",
        "healthz", "healthz_live", "metrics", "team_invite", "team_revoke", "team_change",
        "team_remove", "token_revoke", "setup_live", "review_blind_answer", "review_answer",
        "learning_run", "learning_begin", "learning_use", "learning_back", "taxonomy_back",
        "taxonomy_apply", "taxonomy_drop", "taxonomy_export", "report_renew", "report_file",
        "action_back", "action_again", "action_add", "case_in_report", "case_leave_closed",
    }
)  # fmt: skip
"""What takes a form, answers a script, streams or hands out a file."""
