"""The row that publication writes.

modelsearch follows `post_save`, at which the children (telephone numbers, say) are still those of the version before.
"""

from typing import Any

from django.db.models import Model
from django.dispatch import receiver
from modelsearch.index import class_is_indexed, insert_or_update_object
from wagtail.signals import published


@receiver(published)
def follow_publication(sender: type[Model], instance: Model, **kwargs: Any) -> None:
    """Write the entry once more, now that everything is in place."""
    if class_is_indexed(type(instance)):
        insert_or_update_object(instance)
