// Suggestions under the search box: a combobox with a list, as WAI-ARIA describes it. Without this script, a plain search box.
"use strict";

const WAIT = 150;

function attach(input) {
  const form = input.form;
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `${input.id}-suggestions`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", form.dataset.suggestionsLabel);
  list.hidden = true;
  // A list that scrolls would be a stop of the Tab key, and is gone as soon as the box loses the focus.
  list.tabIndex = -1;
  input.after(list);
  const said = form.querySelector("[role=status]");
  for (const [name, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) {
    input.setAttribute(name, value);
  }

  let timer = 0;
  let asked = "";
  let active = -1;

  function close() {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    said.textContent = "";
  }

  function choose(text) {
    input.value = text;
    close();
    form.requestSubmit();
  }

  function mark(number) {
    active = number;
    [...list.children].forEach((item, place) => item.setAttribute("aria-selected", String(place === active)));
    if (active < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", list.children[active].id);
      list.children[active].scrollIntoView({ block: "nearest" });
    }
  }

  function show(words) {
    list.replaceChildren(
      ...words.map((word, place) => {
        const item = document.createElement("li");
        item.id = `${list.id}-${place}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        item.textContent = word;
        // Before the box loses the focus, which would close the list.
        item.addEventListener("pointerdown", (event) => {
          event.preventDefault();
          choose(word);
        });
        return item;
      }),
    );
    list.hidden = words.length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    mark(-1);
    said.textContent = words.length ? form.dataset.suggestionsCount.replace("{count}", words.length) : "";
  }

  async function ask() {
    const text = input.value.trim();
    asked = text;
    if (!text) {
      close();
      return;
    }
    try {
      const answer = await fetch(`${form.dataset.suggestions}?${new URLSearchParams({ q: text })}`);
      const words = answer.ok ? (await answer.json()).suggestions : [];
      // An answer that comes late must not replace that of newer letters.
      if (asked === text && document.activeElement === input) {
        show(words.filter((word) => word !== text));
      }
    } catch {
      close();
    }
  }

  input.addEventListener("input", (event) => {
    clearTimeout(timer);
    // While a Japanese word is being composed, its kana are already worth asking for.
    timer = setTimeout(ask, event.isComposing ? WAIT * 2 : WAIT);
  });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) {
      return;
    }
    const count = list.children.length;
    if (event.key === "ArrowDown") {
      mark(active + 1 < count ? active + 1 : -1);
    } else if (event.key === "ArrowUp") {
      mark(active >= 0 ? active - 1 : count - 1);
    } else if (event.key === "Enter" && active >= 0) {
      choose(list.children[active].textContent);
    } else if (event.key === "Escape") {
      close();
    } else {
      return;
    }
    event.preventDefault();
  });
  input.addEventListener("blur", close);
}

document.querySelectorAll("form[data-suggestions] input[type=search]").forEach(attach);
