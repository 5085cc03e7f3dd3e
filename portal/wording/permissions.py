"""Names of permissions, which Django and Wagtail write into the database in English; groups are edited by them."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib.auth.models import Permission
from django.db import DEFAULT_DB_ALIAS, connections
from django.utils.translation import gettext, override

# What Django and Wagtail call them, with the name of the table where they say it.
VERBS = {
    "Can add": "追加",
    "Can change": "変更",
    "Can delete": "削除",
    "Can view": "見る",
    "Can publish": "公開する",
    "Can lock": "ロックする",
    "Can unlock": "ロックを外す",
    "Can choose": "選ぶ",
}


def translate(**kwargs: Any) -> None:
    """Write each in Japanese, once; what has no Japanese stays. Receives `post_migrate`."""
    using = kwargs.get("using", DEFAULT_DB_ALIAS)
    if Permission._meta.db_table not in connections[using].introspection.table_names():
        # Somebody migrates one application alone.
        return
    changed = []
    with override(settings.LANGUAGE_CODE):
        for permission in Permission.objects.select_related("content_type"):
            if (name := japanese(permission)) != permission.name:
                permission.name = name
                changed.append(permission)
    Permission.objects.bulk_update(changed, ["name"])


def japanese(permission: Permission) -> str:
    """What a permission may be called: the verb, with its table where the English says it, or as a catalogue has it."""
    for english, verb in VERBS.items():
        if permission.name == english:
            return verb
        if permission.name.startswith(f"{english} "):
            model = permission.content_type.model_class()
            table = str(model._meta.verbose_name) if model else permission.name.removeprefix(f"{english} ")
            return f"{table}を{verb}" if verb.endswith("る") else f"{table}の{verb}"
    return gettext(permission.name)
