"""The admin speaks one language and knows one time; who had chosen another has no way back to it and no use for it."""

from django.db import migrations


def take_back(apps, schema_editor):
    """As for somebody who never chose."""
    apps.get_model("wagtailusers", "UserProfile").objects.update(preferred_language="", current_time_zone="")


class Migration(migrations.Migration):

    dependencies = [
        ("portal", "0002_opened_at"),
        ("wagtailusers", "0009_userprofile_verbose_name_plural"),
    ]

    operations = [migrations.RunPython(take_back, migrations.RunPython.noop)]
