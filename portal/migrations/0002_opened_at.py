"""A site is open from a moment on. Those that residents use already have been open all along."""

from django.db import migrations, models
from django.utils import timezone


def open_running_sites(apps, schema_editor):
    """A site whose first page is one of ours was public until now, and stays so."""
    Site = apps.get_model("wagtailcore", "Site")
    PortalSettings = apps.get_model("portal", "PortalSettings")
    HomePage = apps.get_model("portal", "HomePage")
    homes = set(HomePage.objects.values_list("pk", flat=True))
    for site in Site.objects.filter(root_page_id__in=homes):
        PortalSettings.objects.get_or_create(site=site)
        PortalSettings.objects.filter(site=site).update(opened_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [
        ("portal", "0001_initial"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
    ]

    operations = [
        migrations.AddField(
            model_name="portalsettings",
            name="opened_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="公開した日時"),
        ),
        migrations.RunPython(open_running_sites, migrations.RunPython.noop),
    ]
