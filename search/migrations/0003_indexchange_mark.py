import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    # Empty is allowed: while a new version is put in, the program of before still writes rows, and knows no marks. The rows
    # that are there already get one mark in common, which no other database has.

    dependencies = [
        ('search', '0002_misses'),
    ]

    operations = [
        migrations.AddField(
            model_name='indexchange',
            name='mark',
            field=models.UUIDField(default=uuid.uuid4, editable=False, null=True, verbose_name='しるし'),
        ),
    ]
