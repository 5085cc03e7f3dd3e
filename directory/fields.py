"""A model field for "any of these", stored as a JSON list in the order of the choices."""

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _


class ChoiceSetField(models.JSONField):
    """Several values out of a closed list; checkboxes in forms, a list of values in Python.

    `allowed` is a Django `Choices` class. It stays out of migrations, so that a new choice needs none.
    """

    def __init__(self, *args: Any, allowed: type[models.Choices] = models.Choices, **kwargs: Any) -> None:
        self.allowed = allowed
        kwargs.setdefault("default", list)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> tuple[str, str, Sequence[Any], dict[str, Any]]:
        """Leave the choices out of the migration."""
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("allowed", None)
        return name, path, args, kwargs

    def clean(self, value: Any, model_instance: models.Model | None) -> list:
        """Sort by the order of the choices and drop doubles; anything else is refused."""
        return super().clean(self._ordered(value), model_instance)

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        """Refuse values that are not among the choices."""
        super().validate(value, model_instance)
        if not value:
            return
        if strange := [item for item in value if item not in self.allowed.values]:
            raise ValidationError(_("選べない値です: %(values)s"), params={"values": ", ".join(map(str, strange))})

    def _ordered(self, value: Any) -> list:
        if not isinstance(value, list | tuple | set):
            raise ValidationError(_("一覧から選んでください。"))
        if not value:
            return []
        known = [item for item in self.allowed.values if item in value]
        return known + [item for item in value if item not in self.allowed.values]

    def formfield(self, **kwargs: Any) -> forms.Field:
        """Checkboxes; the values come back as the choices' own type."""
        cast: Callable[[Any], Any] = type(self.allowed.values[0])
        return forms.TypedMultipleChoiceField(
            choices=self.allowed.choices,
            coerce=cast,
            required=not self.blank,
            widget=forms.CheckboxSelectMultiple,
            label=self.verbose_name,
            help_text=self.help_text,
            initial=kwargs.get("initial"),
        )
