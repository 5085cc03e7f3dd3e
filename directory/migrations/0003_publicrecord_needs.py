from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def fill(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Take the codes out of what stands in the records already."""
    records = apps.get_model("directory", "PublicRecord")
    batch = []
    for record in records.objects.only("pk", "data").iterator(chunk_size=500):
        record.needs = "".join(f" {need['code']} " for need in record.data.get("needs", ()))
        batch.append(record)
        if len(batch) == 500:
            records.objects.bulk_update(batch, ["needs"])
            batch = []
    records.objects.bulk_update(batch, ["needs"])


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_vocabulary")]

    operations = [
        migrations.AddField("publicrecord", "needs", models.TextField(blank=True, default="")),
        migrations.AddIndex(
            "publicrecord",
            models.Index(fields=["kind", "type", "weight", "needs"], name="public_record_choice"),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
