"""Who answers for what has no office of its own: every site has one, named so that an editor sees what to do."""

from django.db import migrations

NAME = '担当係（未設定）'


def make(apps, schema_editor):
    offices = apps.get_model('directory', 'Office').objects.using(schema_editor.connection.alias)
    if not offices.filter(is_default=True).exists():
        offices.update_or_create(name=NAME, defaults={'is_default': True})


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0014_freshness'),
    ]

    operations = [
        # Going back takes the table away with all offices.
        migrations.RunPython(make, migrations.RunPython.noop),
    ]
