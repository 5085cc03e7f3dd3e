// In the admin: typing is a click too, and a form survives a log-in in another tab. Without it everything works, but a text
// that took longer than the session to write has to be saved before.
(() => {
  "use strict";
  const script = document.currentScript;
  const { address, ended } = script.dataset;
  const EVERY = 60_000;
  let touched = false;
  let told = false;

  const token = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

  const tell = () => {
    if (told) return;
    told = true;
    const box = document.createElement("div");
    box.className = "messages new";
    box.setAttribute("role", "alert");
    const list = document.createElement("ul");
    const line = document.createElement("li");
    line.className = "warning";
    line.textContent = ended;
    list.append(line);
    box.append(list);
    (document.querySelector("main") ?? document.body).prepend(box);
  };

  const tick = async () => {
    if (!touched) return;
    touched = false;
    try {
      const answer = await fetch(address, {
        method: "POST",
        credentials: "same-origin",
        redirect: "manual",
        headers: { "X-CSRFToken": token(), "X-Requested-With": "XMLHttpRequest" },
      });
      if (answer.ok) told = false;
      else if (answer.status !== 429) tell();
    } catch {
      touched = true;
    }
  };

  for (const kind of ["keydown", "input", "pointerdown"]) {
    addEventListener(kind, () => { touched = true; }, { capture: true, passive: true });
  }
  setInterval(tick, EVERY);
  // Back in this tab: say at once whether the session is still there.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) { touched = true; tick(); }
  });
  // Whoever logged in again in another tab has a new token; the form that was written here takes it along.
  document.addEventListener("submit", (event) => {
    const field = event.target.querySelector?.("input[name=csrfmiddlewaretoken]");
    if (field && token()) field.value = token();
  }, { capture: true });
})();
