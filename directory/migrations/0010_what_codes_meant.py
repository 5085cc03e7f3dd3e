"""What the code of a type, a field, a need or a topic of danger said by itself until now stands in columns.

Rows with other codes, a city's own, stay as they were: nothing of them was hidden, and nobody has decided yet.
"""

from django.db import migrations

TYPE_ROLES = {
    'sogo': 'everything',
    'koho': 'section',
    'tabunka': 'interpreter',
    'crisis': 'crisis',
    'emergency': 'emergency',
    'ibasho': 'place',
    'shokuji': 'place',
    'chika_chan': 'place',
    'volunteer': 'volunteer',
    'sanka': 'work',
    'kosodate': 'activity',
    'chiiki': 'activity',
    'silver': 'activity',
}
NAMELESS_TYPES = ('dv', 'seibouryoku', 'jiso', 'kodomo')
SENSITIVE_TYPES = ('crisis', 'dv', 'jiso', 'kokoro', 'korei_gyakutai', 'seibouryoku', 'shogai_gyakutai')
NAMELESS_FIELDS = ('violence', 'children')
SENSITIVE_FIELDS = ('violence',)
LEAFLET_HEADINGS = {'work': '仕事のことだけでなく、くらしの困りごとも相談できます'}
NEED_ROLES = {
    'anything': 'where',
    'many-troubles': 'where',
    'gave-up': 'where',
    'procedure': 'section',
    'foreign-life': 'language',
    'volunteer': 'gives-help',
    'help-wanted': 'wants-help',
    'sudden-illness': 'sudden',
}
TOPIC_ROLES = {'suicide': 'always', 'bereaved': 'afterwards', 'calm': 'calm'}


def fill(apps, schema_editor):
    types, fields, needs, topics = (
        apps.get_model('directory', name).objects.using(schema_editor.connection.alias)
        for name in ('InstitutionType', 'Field', 'Need', 'DangerTopic')
    )
    # The columns came with what is right for new rows.
    for table, nameless, sensitive in (
        (types, NAMELESS_TYPES, SENSITIVE_TYPES),
        (fields, NAMELESS_FIELDS, SENSITIVE_FIELDS),
    ):
        table.exclude(code__in=nameless).update(hides_names=False)
        table.exclude(code__in=sensitive).update(is_sensitive=False)
    for table, column, values in (
        (types, 'role', TYPE_ROLES),
        (fields, 'leaflet_heading', LEAFLET_HEADINGS),
        (needs, 'role', NEED_ROLES),
        (topics, 'role', TOPIC_ROLES),
    ):
        for code, value in values.items():
            table.filter(code=code).update(**{column: value})


class Migration(migrations.Migration):
    """Apart from the columns: PostgreSQL alters no table that still waits for checks of its rows."""

    dependencies = [('directory', '0009_roles_and_protections')]

    # The way back takes the columns away, and codes speak for themselves again.
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
