"""Every address of the pages. Names are used by templates and by `frame.ROOMS`."""

from django.urls import path

from earnest.web.views import home, live, notice, overview, places, posts, report, say, sign_in, taxonomy

urlpatterns = [
    path("", home.page, name="home"),
    path("sign-in", sign_in.page, name="sign_in"),
    path("in/<str:token>", sign_in.link, name="sign_in_link"),
    path("sign-out", sign_in.out, name="sign_out"),
    path("say/<slug:programme>", say.page, name="say"),
    path("say/<slug:programme>/thanks", say.thanks, name="said"),
    path("notice/<slug:programme>", notice.page, name="notice"),
    path("notice/<slug:programme>.json", notice.as_json, name="notice_json"),
    path("<slug:programme>/", home.programme, name="programme"),
    path("<slug:programme>/overview", overview.page, name="overview"),
    path("<slug:programme>/live", live.page, name="live"),
    path("<slug:programme>/live/stream", live.stream, name="live_stream"),
    path("<slug:programme>/posts", posts.page, name="posts"),
    path("<slug:programme>/posts/<int:id>", posts.one, name="post"),
    path("<slug:programme>/posts/<int:id>/row", posts.row, name="post_row"),
    path("<slug:programme>/posts/<int:id>/correct", posts.correct, name="post_correct"),
    path("<slug:programme>/places", places.page, name="places"),
    path("<slug:programme>/taxonomy", taxonomy.page, name="taxonomy"),
    path("<slug:programme>/report", report.page, name="report"),
    path("<slug:programme>/report/<int:id>", report.one, name="report_one"),
    path("<slug:programme>/report/<int:id>/renew", report.renew, name="report_renew"),
    path("<slug:programme>/report/<int:id>.<str:format>", report.file, name="report_file"),
]
