"""When the work is done that a save hands on."""

from __future__ import annotations

from typing import Any

from django_tasks.backends.immediate import ImmediateBackend
from django_tasks.base import Task, TaskResult, TaskResultStatus
from django_tasks.utils import get_random_id

from .renewal import is_waiting

# By its name: the module that holds it asks for this one.
OF_AN_ENTRY = "modelsearch.tasks.insert_or_update_object_task"


class Immediately(ImmediateBackend):
    """At once, as before; but no entry of the admin's search while somebody loads in bulk (`renewal`)."""

    def enqueue(self, task: Task, args: Any, kwargs: Any) -> TaskResult:
        """See ImmediateBackend."""
        if task.module_path != OF_AN_ENTRY or not is_waiting():
            return super().enqueue(task, args, kwargs)
        return TaskResult(
            task=task,
            id=get_random_id(),
            status=TaskResultStatus.READY,
            enqueued_at=None,
            started_at=None,
            last_attempted_at=None,
            finished_at=None,
            args=args,
            kwargs=kwargs,
            backend=self.alias,
            errors=[],
            worker_ids=[],
        )
