"""Addresses of the site; the page tree comes last."""

from django.conf import settings
from django.contrib.sitemaps import views as sitemap_views
from django.urls import include, path, re_path
from django.views.decorators.cache import never_cache
from django.views.decorators.vary import vary_on_cookie
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.admin.auth import require_admin_access
from wagtail.documents import urls as wagtaildocs_urls

from directory.partners.views import signing_in
from guard.uploads import media
from guard.uploads.account import AccountView

from .cms.page_serving import serve as serve_page
from .views import api, confirming, conventions, offering, sharing
from .views.counter import counter_list_change, counter_list_page
from .views.finder import find
from .views.health import healthz, readyz
from .views.now import prepared_page
from .views.resources import browse, browse_kind, resource_detail
from .views.results import results
from .views.sitemaps import SITEMAPS

handler500 = "portal.operations.spare.server_error"
urlpatterns = [
    path("search/", results, name="search"),
    path("find/", find, name="find"),
    path("browse/", browse, name="browse"),
    path("browse/<slug:kind>/", browse_kind, name="browse_kind"),
    # It says whether the resource is in the visitor's list.
    path("resources/<str:short_id>/", vary_on_cookie(resource_detail), name="resource"),
    path("api/search", api.search, name="api_search"),
    path("api/suggest", api.suggestions, name="api_suggest"),
    path("list/", counter_list_page, name="counter_list"),
    path("list/change/", counter_list_change, name="counter_list_change"),
    # Without a log-in: an organisation confirms what stands here of it.
    path("confirm/", confirming.confirm_code, name="confirm_code"),
    path("confirm/<str:token>/", confirming.confirm_link, name="confirm_link"),
    # What others can give; the link of a mail is the right to send it on.
    path("offer/", offering.offer_form, name="offer"),
    path("offer/sent/", offering.sent, name="offer_sent"),
    path("offer/link/<str:token>/", offering.offer_link, name="offer_link"),
    path("now/<slug:slug>/", prepared_page, name="now"),
    path("freshness/", confirming.figures, name="freshness_figures"),
    path("share/ended.csv", sharing.ended_as_csv, name="share_ended"),
    path("share/leaflet/", sharing.leaflet, name="share_leaflet"),
    *(
        path(f"share/list.{form.ending}", sharing.as_file, {"form": form}, name=f"share_{form.ending}")
        for form in sharing.FORMATS
    ),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("sitemap.xml", sitemap_views.index, {"sitemaps": SITEMAPS, "sitemap_url_name": "sitemap"}),
    path("sitemap-<section>.xml", sitemap_views.sitemap, {"sitemaps": SITEMAPS}, name="sitemap"),
    path("robots.txt", conventions.robots_txt, name="robots"),
    path("favicon.ico", conventions.favicon, name="favicon"),
    path(".well-known/security.txt", conventions.security_txt, name="security"),
    path("partners/", include("directory.partners.urls")),
    # The doors of the admin, with the limits of ours; before Wagtail's own of the same names.
    path("admin/login/", signing_in.AdminLogin.as_view(), name="wagtailadmin_login"),
    path("admin/password_reset/", signing_in.AdminPasswordReset.as_view(), name="wagtailadmin_password_reset"),
    path(
        "admin/password_reset/confirm/<uidb64>/<token>/",
        signing_in.AdminPasswordConfirm.as_view(),
        name="wagtailadmin_password_reset_confirm",
    ),
    path("admin/account/", never_cache(require_admin_access(AccountView.as_view())), name="wagtailadmin_account"),
    path("admin/", include(wagtailadmin_urls)),
    # Never reached: the one above answers. Wagtail asks for the address of this name before it looks at
    # WAGTAIL_FRONTEND_LOGIN_URL, and its own log-in of that name is left out below.
    path("admin/login/", signing_in.AdminLogin.as_view(), name="wagtailcore_login"),
    path("documents/", include(wagtaildocs_urls)),
]
if settings.SERVE_MEDIA:
    urlpatterns += [re_path(rf"^{settings.MEDIA_URL.strip('/')}/(?P<path>.*)$", media.serve)]
# Wagtail's own: pages behind a password. Not the way a page is looked up, and not another log-in beside the two.
PRIVATE = "wagtailcore_authenticate_with_password"
urlpatterns += [
    path("", include([pattern for pattern in wagtail_urls.urlpatterns if pattern.name == PRIVATE])),
    re_path(wagtail_urls.serve_pattern, serve_page, name="wagtail_serve"),
]
