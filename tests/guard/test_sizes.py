"""How large a body may be, and who one network is."""

from __future__ import annotations

import pytest

from guard import policy
from guard.sizes import brings_cookie, largest_body

FORM = policy.LARGEST_BODY
PICTURE = policy.LARGEST_PICTURE + policy.AROUND_A_FILE
DOCUMENT = policy.LARGEST_DOCUMENT + policy.AROUND_A_FILE
TABLE = policy.LARGEST_TABLE + policy.AROUND_A_FILE


@pytest.mark.parametrize(
    ("path", "method", "has_session", "size"),
    [
        ("/", "POST", True, FORM),
        ("/search/", "POST", True, FORM),
        ("/admin/login/", "POST", True, FORM),
        ("/admin/images/add/", "POST", True, PICTURE),
        ("/admin/images/add/", "POST", False, FORM),
        ("/admin/images/add/", "GET", True, FORM),
        ("/admin/images/add/", "PUT", True, FORM),
        ("/admin/documents/multiple/add/", "POST", True, DOCUMENT),
        ("/admin/words/", "POST", True, TABLE),
        ("//admin/images/", "POST", True, PICTURE),
        ("/admin//images/", "POST", True, FORM),
        ("/%61dmin/images/", "POST", True, FORM),
        ("/admin%2fimages/", "POST", True, FORM),
        ("/admin/images", "POST", True, FORM),
        ("/ADMIN/IMAGES/", "POST", True, FORM),
        ("/search/admin/images/", "POST", True, FORM),
        ("/admin/images/../../search/", "POST", True, PICTURE),
        ("", "POST", True, FORM),
    ],
)
def test_should_allow_files_only_where_files_belong(path: str, method: str, has_session: bool, size: int) -> None:
    assert largest_body(path, method, has_session=has_session) == size


@pytest.mark.parametrize(
    ("header", "brings"),
    [
        ("", False),
        ("sessionid=a", True),
        ("x=1; sessionid=a; y=2", True),
        ("x=1;sessionid=a", True),
        ("x=1, sessionid=a", True),
        ("sessionid=", False),
        ("sessionid", False),
        ("xsessionid=a", False),
        ("x=sessionid=a", False),
    ],
)
def test_should_see_whether_a_session_is_brought(header: str, brings: bool) -> None:
    assert brings_cookie(header, "sessionid") is brings
