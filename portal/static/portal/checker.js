// 言葉の点検 beside the forms of the admin: one more side panel, asked again two seconds after somebody last wrote.
"use strict";

(() => {
  const WAIT = 2000;
  const OPENING = 250;
  // Wagtail's tabs write their own there.
  const wanted = location.hash.match(/^#checker=(.+)$/);
  const forms = JSON.parse(document.getElementById("checker-forms").textContent);
  const form = document.querySelector("[data-edit-form]");
  const side = document.querySelector("[data-form-side]");
  const toggles = document.querySelectorAll(".w-side-panel-toggle");
  const isOurs = () => forms.some((beginning) => location.pathname.startsWith(beginning)) && /\/(add|edit)\//.test(location.pathname);
  if (!form || !side || !toggles.length || !isOurs()) {
    return;
  }
  // Before Wagtail looks for its panels.
  toggles[toggles.length - 1].after(document.getElementById("checker-toggle").content.cloneNode(true));
  side.append(document.getElementById("checker-panel").content.cloneNode(true));

  const panel = side.querySelector("[data-checker]");
  const said = panel.querySelector("[data-checker-said]");
  const list = panel.querySelector("[data-checker-list]");
  const item = panel.querySelector("[data-checker-item]");
  const every = panel.querySelector("[data-checker-every]");
  const everyButton = panel.querySelector("[data-checker-mend-all]");
  const words = panel.querySelector("[data-checker-words]").dataset;
  const counter = document.querySelector("[data-side-panel-toggle=words] [data-side-panel-toggle-counter]");
  const say = (text, value) => text.replace("%s", value);

  let asked = "";
  let timer = 0;
  let running = null;

  function posted() {
    const data = new URLSearchParams();
    for (const [name, value] of new FormData(form)) {
      if (typeof value === "string" && name !== "csrfmiddlewaretoken") {
        data.append(name, value);
      }
    }
    data.append("checker-form", location.pathname);
    return data;
  }

  function input(name) {
    const found = form.elements.namedItem(name);
    return found instanceof RadioNodeList ? found[0] : found;
  }

  function goTo(name) {
    const target = input(name);
    if (!target) {
      return;
    }
    // Tabs and folded panels around it are opened first.
    for (let around = target.parentElement; around && around !== form; around = around.parentElement) {
      if (around.getAttribute("role") === "tabpanel" && around.hidden) {
        document.querySelector(`[role=tab][aria-controls="${around.id}"], [role=tab][href="#${around.id}"]`)?.click();
      }
      const fold = around.matches("[data-panel]") && around.querySelector(":scope > .w-panel__header [data-panel-toggle][aria-expanded=false]");
      if (fold) {
        fold.click();
      }
    }
    const near = target.parentElement;
    const shown = target.type === "hidden" ? near.querySelector("[contenteditable=true]") || near.querySelector("button") : target;
    // What was folded or on another tab needs a moment to be there.
    setTimeout(() => {
      (shown || target).scrollIntoView({ block: "center" });
      (shown || target).focus();
    }, OPENING);
  }

  // Places are counted in characters, which for a script may be two units each.
  function mend(finding) {
    const target = input(finding.field);
    const signs = target ? Array.from(target.value) : [];
    if (!target || signs.slice(finding.start, finding.end).join("") !== finding.found) {
      return false;
    }
    const after = [...signs.slice(0, finding.start), finding.mend, ...signs.slice(finding.end)].join("");
    if (target.maxLength > 0 && after.length > target.maxLength) {
      return false;
    }
    target.value = after;
    for (const name of ["input", "change"]) {
      target.dispatchEvent(new Event(name, { bubbles: true }));
    }
    return true;
  }

  // From the end of each field, so that what comes before stays where it is.
  function mendAll(findings) {
    const order = [...findings].sort((one, other) => other.start - one.start);
    return order.filter(mend).length;
  }

  function show(answer) {
    const focused = list.contains(document.activeElement);
    list.replaceChildren(
      ...answer.findings.map((finding) => {
        const row = item.content.cloneNode(true);
        const level = row.querySelector("[data-level]");
        level.textContent = finding.levelName;
        level.classList.toggle("w-status--primary", finding.level === "mend");
        row.querySelector("[data-title]").textContent = finding.title;
        const link = row.querySelector("[data-field]");
        link.textContent = finding.label;
        link.setAttribute("aria-label", say(words.to, finding.label));
        link.addEventListener("click", (event) => {
          event.preventDefault();
          goTo(finding.field);
        });
        row.querySelector("[data-found]").textContent = finding.found ? say(words.quote, finding.found.slice(0, 60)) : "";
        row.querySelector("[data-say]").textContent = finding.say;
        row.querySelector("[data-why]").textContent = finding.why;
        const button = row.querySelector("[data-mend]");
        if (finding.mend !== null && input(finding.field)) {
          button.hidden = false;
          button.textContent = finding.mend ? say(words.mend, finding.mend.slice(0, 40)) : words.mendEmpty;
          button.addEventListener("click", () => {
            mend(finding);
            ask();
          });
        }
        return row;
      }),
    );
    const safe = answer.findings.filter((finding) => finding.mend !== null && input(finding.field));
    every.hidden = safe.length < 2;
    everyButton.textContent = say(words.mendAll, safe.length);
    everyButton.onclick = () => {
      const count = mendAll(safe);
      ask().then(() => {
        said.textContent = `${say(words.mended, count)}${said.textContent}`;
      });
    };
    const more = answer.count > answer.findings.length ? say(words.more, answer.findings.length) : "";
    said.textContent = answer.count ? `${say(words.count, answer.count)}${more}` : words.none;
    counter.textContent = answer.toMend;
    counter.hidden = !answer.toMend;
    if (focused) {
      said.tabIndex = -1;
      said.focus();
    }
  }

  async function ask() {
    clearTimeout(timer);
    const data = posted();
    const text = data.toString();
    if (text === asked || !isOurs()) {
      return;
    }
    asked = text;
    running?.abort();
    running = new AbortController();
    try {
      const response = await fetch(panel.dataset.url, {
        method: "POST",
        body: data,
        headers: { "X-CSRFToken": form.elements.namedItem("csrfmiddlewaretoken").value, Accept: "application/json" },
        signal: running.signal,
      });
      if (!response.ok) {
        throw new Error(String(response.status));
      }
      show(await response.json());
    } catch (error) {
      if (error.name !== "AbortError") {
        asked = "";
        said.textContent = words.failed;
      }
    }
  }

  function later() {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  }

  for (const name of ["input", "change", "keyup", "click"]) {
    form.addEventListener(name, later);
  }
  window.addEventListener("load", () => {
    ask();
    if (wanted) {
      // Blocks and editors of texts make themselves while the page loads.
      setTimeout(() => goTo(decodeURIComponent(wanted[1])), 500);
    }
  });
})();
