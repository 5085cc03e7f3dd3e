"""Addresses of the partner pages; all of them below /partners/, none of them with anything that only staff may know."""

from django.urls import path, re_path

from .views import hosts, looking_up, members, office, own, packs, signing_in

app_name = "partners"
urlpatterns = [
    path("", looking_up.home, name="home"),
    path("contacts/", looking_up.contacts, name="contacts"),
    path("contacts/<uuid:uuid>/", looking_up.contact, name="contact"),
    path("hosts/", hosts.hosts, name="hosts"),
    path("hosts/<str:short_id>/", hosts.host, name="host"),
    path("handover/", looking_up.handover, name="handover"),
    path("packs/<slug:code>/", packs.pack, name="pack"),
    path("packs/<slug:code>/print/", packs.printed, name="pack_print"),
    path("packs/<slug:code>/excel/", packs.as_excel, name="pack_excel"),
    re_path(r"^packs/(?P<code>[-\w]+)/(?P<part>contacts|resources)\.csv$", packs.as_csv, name="pack_csv"),
    path("packs/<slug:code>/received/", packs.confirm_received, name="pack_received"),
    path("own/", own.own, name="own"),
    path("own/new/", own.new, name="own_new"),
    path("own/<uuid:uuid>/", own.edit, name="own_edit"),
    path("own/<uuid:uuid>/still-right/", own.still_right, name="own_still_right"),
    path("members/", members.members, name="members"),
    path("members/<int:pk>/", members.change, name="member_change"),
    path("invitations/<int:pk>/revoke/", members.revoke, name="invitation_revoke"),
    path("account/", members.account, name="account"),
    path("office/", office.office, name="office"),
    path("office/partners/<int:pk>/", members.partner_members, name="office_partner"),
    path("office/packs/<slug:code>/send/", office.send_pack, name="office_send"),
    path("office/duties/<int:pk>/done/", office.duty_done, name="office_duty"),
    path("office/proposals/<int:pk>/", office.proposal, name="office_proposal"),
    path("office/look-as/", office.look_as, name="office_look_as"),
    path("office/trail/", office.trail_page, name="office_trail"),
    path("office/trail.jsonl", office.trail_file, name="office_trail_file"),
    path("login/", signing_in.login, name="login"),
    path("logout/", signing_in.sign_out, name="logout"),
    path("second-factor/", signing_in.second_factor, name="second_factor"),
    path("join/", signing_in.join, name="join"),
    path("join/<str:secret>/", signing_in.invitation_link, name="invitation"),
    path("password/", signing_in.PasswordReset.as_view(), name="password"),
    path("password/sent/", signing_in.password_sent, name="password_sent"),
    path("password/<uidb64>/<token>/", signing_in.PasswordConfirm.as_view(), name="password_confirm"),
]
