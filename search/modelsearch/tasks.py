"""When the work is done that a save hands on."""

from __future__ import annotations

from django_tasks.backends.immediate import ImmediateBackend
from django_tasks.base import TaskResult

from .renewal import is_waiting

# By its name: the module that holds it asks for this one.
OF_AN_ENTRY = "modelsearch.tasks.insert_or_update_object_task"


class Immediately(ImmediateBackend):
    """At once, as before; but no entry of the admin's search while somebody loads in bulk (`renewal`)."""

    def _execute_task(self, task_result: TaskResult) -> None:
        if task_result.task.module_path != OF_AN_ENTRY or not is_waiting():
            super()._execute_task(task_result)
