"""Pictures that already lie in the library and cannot be read any more.

Wagtail lives with a picture whose file is gone, and fails with whatever Pillow says of one that is damaged. It has no place to
say otherwise but its model, and a model of our own would move every picture to another table.
"""

from __future__ import annotations

import logging
from functools import wraps
from typing import Any

from django.core.files import File
from wagtail.images.models import AbstractImage, AbstractRendition, Filter, SourceImageIOError

logger = logging.getLogger(__name__)


def live_with_it() -> None:
    """Once, when the site starts: a damaged picture is like one that is gone, and neither makes a page fail."""
    make, get = AbstractImage.generate_rendition_file, AbstractImage.get_rendition

    @wraps(make)
    def generate_rendition_file(self: AbstractImage, filter: Filter, **options: Any) -> File:
        # What is wrong with the filter is no damage; Wagtail answers that.
        _ = filter.operations
        try:
            return make(self, filter, **options)
        except SourceImageIOError:
            raise
        # Whatever a decoder says.
        except Exception as error:
            logger.warning("Picture %s cannot be read: %s", self.pk, type(error).__name__)
            raise SourceImageIOError(str(error)) from error

    @wraps(get)
    def get_rendition(self: AbstractImage, filter: Filter | str) -> AbstractRendition:
        try:
            return get(self, filter)
        except SourceImageIOError:
            # As Wagtail's own tags have it for a file that is gone; its choosers do not.
            stand_in = self.get_rendition_model()(image=self, width=0, height=0)
            stand_in.file.name = "not-found"
            return stand_in

    AbstractImage.generate_rendition_file = generate_rendition_file
    AbstractImage.get_rendition = get_rendition
