"""The admin speaks one language and knows one time; who had chosen another has no way back to it and no use for it.

What Wagtail puts into a new database with English names is called in Japanese, unless somebody has renamed it.
"""

from django.db import migrations


def take_back(apps, schema_editor):
    """As for somebody who never chose."""
    apps.get_model("wagtailusers", "UserProfile").objects.update(preferred_language="", current_time_zone="")


def rename(apps, schema_editor):
    """What stands above all pages and all folders, and the page that stands there until a city has its own."""
    pages = apps.get_model("wagtailcore", "Page").objects
    for depth, english, japanese in (
        (1, "Root", "すべてのページ"),
        (2, "Welcome to your new Wagtail site!", "はじめのページ"),
    ):
        pages.filter(depth=depth, title=english).update(title=japanese, draft_title=japanese)
    apps.get_model("wagtailcore", "Collection").objects.filter(depth=1, name="Root").update(name="全体")


class Migration(migrations.Migration):

    dependencies = [
        ("portal", "0002_opened_at"),
        ("wagtailusers", "0009_userprofile_verbose_name_plural"),
    ]

    operations = [
        migrations.RunPython(take_back, migrations.RunPython.noop),
        migrations.RunPython(rename, migrations.RunPython.noop),
    ]
