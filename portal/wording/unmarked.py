"""Words of Wagtail's templates that no catalogue reaches, because they are not marked: replaced while a template is read.

A copy of a template would stay behind when Wagtail changes it; a few letters are found again, or a test says that they are gone.
"""

from __future__ import annotations

from django.template import Origin
from django.template.loaders import app_directories

_SAYS_TRUE = "title=value|stringformat:'s'"
# By template, what stands there and what shall.
TEXTS: dict[str, tuple[tuple[str, str], ...]] = {
    "wagtailadmin/shared/header.html": (('value="Search"', 'value="さがす"'),),
    "wagtailadmin/shared/headers/_actions.html": (('aria-label="Actions"', 'aria-label="操作"'),),
    # Lists write yes and no as Python does. `in_words` is known to every template (settings).
    "wagtailadmin/tables/cell.html": (("{{ value }}", "{{ value|in_words }}"),),
    "wagtailadmin/tables/boolean_cell.html": ((_SAYS_TRUE, "title=value|in_words|default_if_none:'分かりません'"),),
    # Who is no superuser makes none (`guard.logins.people`): where the field is not, nothing stands.
    "wagtailusers/users/create.html": (
        (
            "<li>{% formattedfield form.is_superuser %}</li>",
            "{% if form.is_superuser %}<li>{% formattedfield field=form.is_superuser %}</li>{% endif %}",
        ),
    ),
    # A field that a form of Wagtail makes as it goes, called by its name in code.
    "wagtailadmin/workflows/task_chooser/chooser.html": (
        (
            "{% formattedfield field %}",
            "{% if field.name == 'task_type' %}{% formattedfield field=field label_text='段階の種類' %}"
            "{% else %}{% formattedfield field=field %}{% endif %}",
        ),
    ),
    # Of what nobody did.
    "wagtailadmin/shared/user_avatar.html": (("{{ user }}", "{{ user|default_if_none:'' }}"),),
}


class Loader(app_directories.Loader):
    """Reads templates of applications, with our words in those that are named above."""

    def get_contents(self, origin: Origin) -> str:
        """The text of a template. Raises TemplateDoesNotExist."""
        text = str(super().get_contents(origin))
        for theirs, ours in TEXTS.get(str(origin.template_name), ()):
            text = text.replace(theirs, ours)
        return text
