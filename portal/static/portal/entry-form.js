// The form of an entry: from step to step, to what is missing, what is missing and when it opens as of now, and the page beside it.
"use strict";

const LOOK_AFTER = 900;
const SHOWN_AFTER = 50;
// Where there is room for the form and the page beside it.
const WIDE = "(width >= 75rem)";
const SIDE_PANEL = "wagtail:side-panel-open";

function tabOf(panel) {
  return panel && document.querySelector(`[role=tab][href="#${CSS.escape(panel.id)}"]`);
}

function showStep(tab) {
  tab.click();
  tab.focus({ preventScroll: true });
  tab.scrollIntoView({ block: "center" });
}

// The field itself, the box of a script that stands for it, or the button that adds a row of it.
function fieldNamed(name) {
  return (
    document.getElementById(`id_${name}-box`) ??
    document.getElementById(`id_${name}-ADD`) ??
    document.querySelector(`[data-chooser-url] #id_${name}, #id_${name}-chooser button:not([hidden])`) ??
    document.getElementById(`id_${name}`)
  );
}

function goTo(name) {
  const sought = name === "opening_rules" ? "hours_sentence" : name;
  const field = fieldNamed(sought);
  if (!field) {
    return;
  }
  tabOf(field.closest("[role=tabpanel]"))?.click();
  for (let panel = field.closest("[data-panel]"); panel; panel = panel.parentElement.closest("[data-panel]")) {
    const toggle = panel.querySelector("[data-panel-toggle]");
    if (toggle?.getAttribute("aria-expanded") === "false") {
      toggle.click();
    }
  }
  const seen = field.type === "hidden" ? field.parentElement.querySelector("button:not([hidden])") ?? field : field;
  // Steps are shown a moment after they are chosen, and what is hidden takes no focus.
  setTimeout(() => {
    seen.scrollIntoView({ block: "center" });
    seen.focus({ preventScroll: true });
  }, SHOWN_AFTER);
}

function openPreview() {
  const panel = document.querySelector("[data-side-panel=preview]");
  panel?.dispatchEvent(new CustomEvent("open"));
}

function rememberedPanel() {
  try {
    return localStorage.getItem(SIDE_PANEL);
  } catch {
    return null;
  }
}

function watch(root) {
  const form = root.closest("form");
  let timer = 0;
  let asked = 0;
  let sent = "";

  async function look() {
    const data = new FormData(form);
    // Pictures and files are not part of what is looked at.
    const words = new URLSearchParams([...data].filter(([, value]) => typeof value === "string"));
    if (words.toString() === sent) {
      return;
    }
    sent = words.toString();
    asked += 1;
    const mine = asked;
    const answer = await fetch(root.dataset.look, { method: "POST", body: words });
    // An answer that comes late must not replace that of newer letters.
    if (!answer.ok || mine !== asked) {
      return;
    }
    const { filled, hours } = await answer.json();
    const part = root.querySelector("[data-filled]");
    const isOpen = part.querySelector("details")?.open;
    const held = document.activeElement.closest?.("[data-goto]")?.dataset.goto;
    part.innerHTML = filled;
    const details = part.querySelector("details");
    if (details) {
      details.open = Boolean(isOpen);
    }
    if (held) {
      (part.querySelector(`[data-goto="${held}"]`) ?? part.querySelector("summary"))?.focus();
    }
    root.querySelector("[data-hours-shown]").innerHTML = hours;
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(() => look().catch(() => {}), LOOK_AFTER);
  }

  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, later);
  }
  // Rows that were taken away or moved send no event of a field.
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-inline-panel-child] button, [id$='-ADD']")) {
      later();
    }
  });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-goto]");
  if (link) {
    event.preventDefault();
    goTo(link.dataset.goto);
    return;
  }
  if (event.target.closest("[data-show-preview]")) {
    openPreview();
    // On a narrow screen the panel covers the form; the same button of the header closes it again.
    document.querySelector("[data-side-panel-toggle=preview]")?.focus();
    return;
  }
  const onward = event.target.closest("[data-onward]");
  if (onward) {
    const panels = [...document.querySelectorAll("[role=tabpanel]")];
    const next = panels[panels.indexOf(onward.closest("[role=tabpanel]")) + 1];
    showStep(tabOf(next));
  }
});

document.addEventListener("DOMContentLoaded", () => {
  const root = document.querySelector("[data-entry-form]");
  if (!root) {
    return;
  }
  watch(root);
  // Until somebody decides otherwise; Wagtail remembers that.
  if (rememberedPanel() === null && matchMedia(WIDE).matches) {
    setTimeout(openPreview);
  }
});
