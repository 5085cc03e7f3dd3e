"""The forms by which anything is uploaded to the admin's libraries. Adding, adding several, replacing, and uploading in a
chooser all go through them (the settings WAGTAILIMAGES_IMAGE_FORM_BASE and WAGTAILDOCS_DOCUMENT_FORM_BASE)."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.forms.fields import FileField
from django.utils.translation import gettext as _
from wagtail.documents.fields import WagtailDocumentField
from wagtail.documents.forms import BaseDocumentForm
from wagtail.images.fields import WagtailImageField
from wagtail.images.forms import BaseImageForm

from .. import policy
from . import documents, pictures
from .names import harmless


def _received(field: FileField, data: Any) -> Any:
    """What was uploaded, under a harmless name. Raises ValidationError where Django's own field does."""
    file = FileField.to_python(field, data)
    if file is not None:
        # Django refuses a file without a name.
        file.name = harmless(str(file.name))
    return file


def _check_size(file: UploadedFile, largest: int) -> None:
    if file.size is not None and file.size > largest:
        raise ValidationError(
            _("ファイルが大きすぎます（{size:.1f} MB）。{largest} MB までにして、もう一度選んでください。").format(
                size=file.size / policy.MEGABYTE, largest=largest // policy.MEGABYTE
            ),
            code="size",
        )


def _size_words(largest: int) -> str:
    return _("{largest} MB までのファイルを選んでください。").format(largest=largest // policy.MEGABYTE)


class PictureField(WagtailImageField):
    """Wagtail's field reads sizes without expecting damage; here everything it reads was looked at before."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        largest = _size_words(policy.LARGEST_PICTURE)
        formats = _("載せられる画像は {formats} です。").format(formats="・".join(policy.PICTURES))
        self.help_text = f"{formats}{largest}"
        # Said by scripts of the admin, before anything is sent.
        self.error_messages["file_too_large_unknown_size"] = largest
        self.error_messages["invalid_image_extension"] = formats

    def to_python(self, data: Any) -> Any:
        """The uploaded picture under a harmless name. Raises ValidationError for what `pictures.check` refuses."""
        file = _received(self, data)
        if file is None:
            return None
        _check_size(file, policy.LARGEST_PICTURE)
        pictures.check(file.name, file)
        try:
            return super().to_python(file)
        except ValidationError:
            raise
        # Wagtail tells the format by another library than Pillow; the two may differ about what was made to confuse.
        except Exception as error:
            raise ValidationError(self.error_messages["invalid_image"], code="invalid_image") from error


class DocumentField(WagtailDocumentField):
    """A document that is what its name says."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        largest = _size_words(policy.LARGEST_DOCUMENT)
        endings = _("名前の終わりが {endings} のファイルを載せられます。").format(endings="・".join(policy.DOCUMENTS))
        self.help_text = f"{endings}{largest}"
        self.error_messages["file_too_large_unknown_size"] = largest

    def to_python(self, data: Any) -> Any:
        """The uploaded document under a harmless name. Raises ValidationError for what `documents.check` refuses."""
        file = _received(self, data)
        if file is None:
            return None
        _check_size(file, policy.LARGEST_DOCUMENT)
        documents.check(file.name, file)
        return file


def _replace(form: Any, field: type[FileField]) -> None:
    """Where the form has a file: not declared on the class, since it would come back where Wagtail leaves it out."""
    old = form.fields.get("file")
    if old is not None:
        form.fields["file"] = field(label=old.label, required=old.required, widget=old.widget)


class ImageForm(BaseImageForm):
    """Pictures of the library."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _replace(self, PictureField)


class DocumentForm(BaseDocumentForm):
    """Documents of the library."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _replace(self, DocumentField)
