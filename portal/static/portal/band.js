// What is urgent is read out once a visit, not again on every page. Without this script, or without its memory, on each.
"use strict";

for (const band of document.querySelectorAll("[data-once]")) {
  const name = `band-${band.dataset.once}`;
  try {
    if (sessionStorage.getItem(name)) {
      band.removeAttribute("role");
    }
    sessionStorage.setItem(name, "seen");
  } catch {
    // A browser that keeps nothing reads it out again.
  }
}
