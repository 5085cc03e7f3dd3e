"""Whether a picture can be read, told by Pillow: its size from the header first, then by decoding it once."""

from __future__ import annotations

import warnings
from io import BytesIO
from typing import IO

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError
from willow.plugins.pillow import PillowImage

from .. import policy
from .names import ending

# A JPEG with more pictures behind the first, as some phones write them. Pages show the first.
SEVERAL_IN_ONE = "MPO"
TRIAL = (8, 8)


def check(name: str, file: IO[bytes]) -> None:
    """Look at a picture. The file is left at its beginning.

    Raises ValidationError, with words for the person who uploads, for what is no picture, is damaged or too large.
    """
    last = ending(name)
    if last not in {one for endings in policy.PICTURES.values() for one in endings}:
        raise ValidationError(
            _("この種類の画像は載せられません。載せられるのは {formats} です。").format(
                formats="・".join(policy.PICTURES)
            ),
            code="ending",
        )
    file.seek(0)
    try:
        with warnings.catch_warnings():
            # Pillow warns of what may be too large or half broken, and goes on.
            warnings.simplefilter("ignore")
            _check_content(last, file)
    except ValidationError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except UnidentifiedImageError as error:
        raise _broken() from error
    # Whatever a decoder says of bytes that were made to confuse it.
    except Exception as error:
        raise _broken() from error
    finally:
        file.seek(0)


def _check_content(last: str, file: IO[bytes]) -> None:
    with Image.open(file, formats=list(policy.PICTURES)) as picture:
        kind = "JPEG" if picture.format == SEVERAL_IN_ONE else picture.format or ""
        if last not in policy.PICTURES[kind]:
            raise ValidationError(
                _(
                    "名前の終わり（.{ending}）と、画像の種類（{kind}）が合っていません。保存し直してから、もう一度選んでください。"
                ).format(ending=last, kind=kind),
                code="format",
            )
        pixels = picture.width * picture.height
        if pixels > policy.LARGEST_PIXELS:
            raise _too_large()
        picture.load()
        # The steps of every picture on a page, on the decoded picture made small: what a camera noted can be broken too.
        PillowImage(_small(picture)).auto_orient().save_as_webp(BytesIO())
        if picture.format != SEVERAL_IN_ONE:
            _check_frames(picture, pixels)


def _small(picture: Image.Image) -> Image.Image:
    small = picture.resize(TRIAL, Image.Resampling.NEAREST)
    small.info = picture.info
    return small


def _check_frames(picture: Image.Image, pixels: int) -> None:
    """Frame by frame, so that one that says it has a million is left in time. A later frame may be larger than the first."""
    frames = 1
    while True:
        try:
            picture.seek(frames)
        except EOFError:
            return
        frames += 1
        pixels += picture.width * picture.height
        if frames > policy.MOST_FRAMES or pixels > policy.LARGEST_PIXELS:
            raise ValidationError(
                _("動く画像が長すぎるか、大きすぎます。{frames}コマまで、小さめの画像にしてください。").format(
                    frames=policy.MOST_FRAMES
                ),
                code="frames",
            )
        picture.load()


def _broken() -> ValidationError:
    return ValidationError(
        _(
            "画像を読み取れませんでした。ファイルがこわれているようです。画像のアプリで開いて保存し直すか、ほかの画像を選んでください。"
        ),
        code="broken",
    )


def _too_large() -> ValidationError:
    return ValidationError(
        _("画像の縦と横が大きすぎます。縦×横で{millions}万画素までにして、もう一度選んでください。").format(
            millions=f"{policy.LARGEST_PIXELS // 10_000:,}"
        ),
        code="pixels",
    )
