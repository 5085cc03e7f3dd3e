"""Wagtail's application of log-ins with our views; Django reads this before there is any model."""

from wagtail.users.apps import WagtailUsersAppConfig


class PeopleConfig(WagtailUsersAppConfig):
    """See `people`."""

    user_viewset = "guard.logins.people.PeopleViewSet"
