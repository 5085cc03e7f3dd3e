from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils.dateparse import parse_date


def fill(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the last days of calls for volunteers out of what stands in the records already."""
    records = apps.get_model("directory", "PublicRecord").objects
    batch = []
    for record in records.filter(kind="volunteer").only("pk", "data").iterator(chunk_size=500):
        if deadline := (record.data.get("volunteer") or {}).get("deadline"):
            record.until = parse_date(deadline)
            batch.append(record)
        if len(batch) == 500:
            records.bulk_update(batch, ["until"])
            batch = []
    records.bulk_update(batch, ["until"])


class Migration(migrations.Migration):
    dependencies = [("directory", "0005_the_ear")]

    operations = [
        migrations.AddField(
            "publicrecord", "until", models.DateField(blank=True, db_index=True, null=True)
        ),
        migrations.RemoveIndex("publicrecord", "public_record_choice"),
        migrations.AddIndex(
            "publicrecord",
            models.Index(fields=["kind", "type", "weight", "needs", "until"], name="public_record_current"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterModelManagers("publicrecord", [("written", models.Manager())]),
    ]
