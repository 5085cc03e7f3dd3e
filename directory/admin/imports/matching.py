"""Which column of a file is which of ours: guessed, shown, chosen, and kept under a name."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ...areas.index import area_index, home_area
from ...choices import Kind, Surface
from ...exchange.importing.ways import table_of
from ...exchange.tables.reading.books.files import sample
from ...exchange.tables.reading.books.grid import Book
from ...exchange.tables.reading.columns import columns, normalised
from ...exchange.tables.reading.matching import Guess, guess
from ...exchange.tables.reading.profiles import FROM_FACTS, BadProfile, Profile
from ...exchange.tables.reading.standard import profile_of_guesses, recognised
from ...models import Field, ImportProfile, InstitutionType

NOTHING = "nothing"
MOST_SAMPLES = 3


class Matching:
    """A sheet of a file, and how it would be read: by a profile that was kept for such headers, a known layout, or a guess.

    Raises `own_reading.NotOurs` where no table is found.
    """

    def __init__(self, book: Book, sheet: str = "", header_row: int = 0) -> None:
        chosen = book.sheet(sheet)
        self.book, self.sheet = book, chosen.name if chosen else sheet
        self.table = table_of(book, sheet)
        if header_row and header_row != self.table.first_row:
            self.table = table_of(book, sheet, header_row)
        self.headers = [header for header in self.table.headers if header]
        self.guesses: list[Guess] = guess(self.table, sample(chosen)) if chosen else []
        self.kept = ImportProfile.objects.filter(headers=signature(self.headers)).first()
        self.profile = self._profile()

    def _profile(self) -> Profile:
        if self.kept:
            try:
                return Profile.from_json(self.kept.content)
            except BadProfile:
                self.kept = None
        return recognised(self.table.headers) or profile_of_guesses("", self.guesses, summary=FROM_FACTS)

    @property
    def layout(self) -> str:
        """What a known layout is called; empty for a table of the city's own."""
        return "" if self.kept else self.profile.label

    def column_of(self, item: Guess) -> str:
        """Our column for one of theirs, as it is chosen before anybody looks."""
        if item.header in self.profile.key:
            return "key"
        return self.profile.column_of(item.header) or NOTHING


def signature(headers: list[str]) -> str:
    """By what the next file of a kind is known: its headers, whatever their order."""
    return json.dumps(sorted(map(normalised, headers)), ensure_ascii=False)


class MatchingForm(forms.Form):
    """One choice a column, and what the file says of no row: kind, type, field, area."""

    name = forms.CharField(
        label=_("この読み方の名前"),
        max_length=80,
        help_text=_("同じ形のファイルを次に取り込むとき、この選び方が最初から入ります。例：高齢福祉課のサロン一覧"),
    )
    kind = forms.ChoiceField(label=_("何の一覧ですか"), choices=Kind)
    type = forms.ModelChoiceField(
        label=_("機関の種類"),
        queryset=InstitutionType.objects.none(),
        to_field_name="code",
        empty_label=_("選んでください"),
    )
    what = forms.CharField(
        label=_("ひとことで言うと、何ですか"),
        max_length=40,
        required=False,
        help_text=_(
            "例：ふれあいサロン。ファイルに短い説明の列がないとき、「日の出にある「ふれあいサロン」です。」のように入ります"
        ),
    )
    fields_of_all = forms.ModelMultipleChoiceField(
        label=_("分野"),
        queryset=Field.objects.none(),
        to_field_name="code",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("ファイルに分野の列がないとき、すべての行に入ります"),
    )
    areas = forms.MultipleChoiceField(
        label=_("対象の圏域"),
        required=False,
        help_text=_("ファイルに圏域の列がないとき、すべての行に入ります。選ばなければ、市町村の全体です"),
        widget=forms.SelectMultiple(attrs={"size": 6}),
    )
    organisation = forms.CharField(
        label=_("機関・団体"),
        max_length=120,
        required=False,
        help_text=_("ファイルに団体の列がないとき。空なら市町村の名前です"),
    )

    def __init__(self, matching: Matching, *args: Any, **kwargs: Any) -> None:
        self.matching = matching
        profile = matching.profile
        kwargs.setdefault(
            "initial",
            {
                "name": matching.kept.name if matching.kept else (profile.label or ""),
                "kind": profile.kind,
                "type": profile.type,
                "what": profile.what,
                "fields_of_all": [code for code in profile.fields.split("、") if code],
                "areas": [slug for slug in profile.areas.split("、") if slug],
                "organisation": profile.organisation,
            },
        )
        super().__init__(*args, **kwargs)
        public = InstitutionType.objects.filter(surface=Surface.PUBLIC)
        self.fields["type"].queryset = public  # type: ignore[attr-defined]
        self.fields["fields_of_all"].queryset = Field.objects.filter(retired=False)  # type: ignore[attr-defined]
        self.fields["areas"].choices = _areas()  # type: ignore[attr-defined]
        for item in matching.guesses:
            if item.header:
                self.fields[column_name(item)] = forms.ChoiceField(
                    label=item.header, choices=self._choices, initial=matching.column_of(item)
                )

    @cached_property
    def _choices(self) -> list[tuple[str, Any]]:
        known = [(name, column.label) for name, column in columns().items() if name not in {NOTHING, "key"}]
        return [(NOTHING, _("取り込まない")), ("key", _("番号（同じ記録かどうかの目印）")), *known]

    @property
    def of_all(self) -> list[forms.BoundField]:
        """What the file says of no row."""
        return [self[name] for name in ("name", "kind", "type", "what", "fields_of_all", "areas", "organisation")]

    @property
    def columns(self) -> list[dict[str, Any]]:
        """A row of the page for each column of the file: header, samples, the choice, what to look at."""
        return [
            {
                "header": item.header,
                "samples": item.samples[:MOST_SAMPLES],
                "field": self[column_name(item)],
                "is_unsure": 0 < item.sure < 0.8 and not self.matching.layout and not self.matching.kept,
                "looks_like": item.looks_like and columns().get(item.looks_like, None),
            }
            for item in self.matching.guesses
            if item.header
        ]

    def clean(self) -> dict[str, Any]:
        """A table without names is no register."""
        cleaned = super().clean() or {}
        chosen = self._chosen(cleaned)
        if "name" not in chosen.values():
            self.add_error(None, _("どの列が名前かを選んでください。"))
        if not cleaned.get("fields_of_all") and "fields" not in chosen.values():
            self.add_error("fields_of_all", _("分野を、少なくとも1つ選んでください。"))
        return cleaned

    def _chosen(self, cleaned: dict[str, Any]) -> dict[str, str]:
        return {
            item.header: cleaned[column_name(item)]
            for item in self.matching.guesses
            if item.header and cleaned.get(column_name(item))
        }

    def profile(self) -> Profile:
        """What was chosen, as a profile (after `is_valid`)."""
        chosen = self._chosen(self.cleaned_data)
        return replace(
            self.matching.profile,
            name=self.cleaned_data["name"],
            label=self.cleaned_data["name"],
            sheet=self.matching.sheet,
            header_row=self.matching.table.first_row,
            header_rows=self.matching.table.last_row - self.matching.table.first_row + 1,
            kind=self.cleaned_data["kind"],
            type=self.cleaned_data["type"].code,
            what=self.cleaned_data["what"] or str(Kind(self.cleaned_data["kind"]).label),
            fields="、".join(field.code for field in self.cleaned_data["fields_of_all"]),
            areas="、".join(self.cleaned_data["areas"]),
            organisation=self.cleaned_data["organisation"],
            columns={header: column for header, column in chosen.items() if column not in {NOTHING, "key"}},
            key=tuple(header for header, column in chosen.items() if column == "key"),
        )

    def keep(self) -> ImportProfile:
        """Keep the profile under its name, in the place of one that had it."""
        profile = self.profile()
        kept, _created = ImportProfile.objects.update_or_create(
            name=profile.name,
            defaults={"content": profile.to_json(), "headers": signature(self.matching.headers)},
        )
        return kept


def column_name(item: Guess) -> str:
    """The form's name for the choice of a column."""
    return f"column-{item.index}"


def _areas() -> list[tuple[str, str]]:
    home = home_area()
    return [(node.slug, node.name) for node in area_index().choices(home.pk if home else None)]
