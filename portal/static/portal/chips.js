// A long list (select[data-chips]) as a box with suggestions, and what was chosen as chips: a combobox, as WAI-ARIA describes it. The
// list goes on to be what the form sends; a script that changes it fires "chips:refresh" at it. Without this script, a plain list.
"use strict";

const MOST_SHOWN = 60;
// As the eye reads it: widths, capitals and the two kana are one.
function folded(text) {
  return text
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u30a1-\u30f6]/g, (kana) => String.fromCharCode(kana.charCodeAt(0) - 0x60));
}

function made(tag, properties = {}, attributes = {}) {
  const element = Object.assign(document.createElement(tag), properties);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  return element;
}

function attach(select) {
  const words = JSON.parse(select.dataset.chips);
  const options = [...select.options].filter((option) => option.value);
  const searched = new Map(options.map((option) => [option, folded(`${option.text} ${option.dataset.words ?? ""}`)]));
  const label = document.querySelector(`label[for="${CSS.escape(select.id)}"]`);
  const name = label?.firstChild?.textContent.trim() ?? "";
  const box = made("div", { className: "chips" });
  const chosen = made("ul", { className: "chips__chosen" }, { "aria-label": words.chosen.replace("{name}", name) });
  const input = made("input", { type: "text", id: `${select.id}-box`, placeholder: words.choose, autocomplete: "off" });
  const list = made("div", { className: "chips__list", id: `${select.id}-list`, hidden: true, tabIndex: -1 });
  const said = made("p", { className: "w-sr-only" }, { role: "status" });
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", name);
  if (select.multiple) {
    list.setAttribute("aria-multiselectable", "true");
  }
  for (const [attribute, value] of Object.entries({
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })) {
    input.setAttribute(attribute, value);
  }
  for (const attribute of ["aria-describedby", "aria-invalid"]) {
    if (select.hasAttribute(attribute)) {
      input.setAttribute(attribute, select.getAttribute(attribute));
    }
  }
  if (label) {
    label.htmlFor = input.id;
  }
  box.append(chosen, input, list, said);
  select.after(box);
  select.hidden = true;

  let active = -1;
  const shown = () => [...list.querySelectorAll("[role=option]")];

  function mark(number) {
    active = number;
    const items = shown();
    items.forEach((item, place) => item.classList.toggle("chips__option--active", place === active));
    if (active < 0) {
      input.removeAttribute("aria-activedescendant");
    } else {
      input.setAttribute("aria-activedescendant", items[active].id);
      items[active].scrollIntoView({ block: "nearest" });
    }
  }

  function close() {
    list.hidden = true;
    input.setAttribute("aria-expanded", "false");
    mark(-1);
  }

  function open() {
    const asked = folded(input.value).split(/\s+/).filter(Boolean);
    const found = options.filter((option) => asked.every((word) => searched.get(option).includes(word)));
    list.replaceChildren();
    let group = list;
    let heading = "";
    for (const option of found.slice(0, MOST_SHOWN)) {
      const above = option.parentElement.label ?? "";
      if (above !== heading) {
        heading = above;
        group = made("div", {}, { role: "group", "aria-label": above });
        group.append(made("p", { className: "chips__heading", textContent: above }, { "aria-hidden": "true" }));
        list.append(group);
      }
      const item = made("div", { className: "chips__option", textContent: option.text, id: `${list.id}-${option.index}` });
      item.setAttribute("role", "option");
      item.setAttribute("aria-selected", String(option.selected));
      item.dataset.value = option.value;
      group.append(item);
    }
    if (!found.length || found.length > MOST_SHOWN) {
      list.append(made("p", { className: "chips__heading", textContent: found.length ? words.more : words.none }));
    }
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    said.textContent = found.length ? words.found.replace("{count}", found.length) : words.none;
    mark(-1);
    list.scrollIntoView({ block: "nearest" });
  }

  function draw() {
    chosen.replaceChildren(
      ...options
        .filter((option) => option.selected)
        .map((option) => {
          const item = made("li");
          const button = made("button", { type: "button", className: "chips__chip", textContent: option.text });
          button.setAttribute("aria-label", words.remove.replace("{name}", option.text));
          button.dataset.value = option.value;
          item.append(button);
          return item;
        }),
    );
    chosen.hidden = !chosen.childElementCount;
  }

  function set(value, selected) {
    const option = options.find((one) => one.value === value);
    if (!select.multiple) {
      select.value = selected ? value : "";
    } else {
      option.selected = selected;
    }
    draw();
    said.textContent = (selected ? words.added : words.removed).replace("{name}", option.text);
    select.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function take(item) {
    const { value } = item.dataset;
    set(value, !options.find((one) => one.value === value).selected);
    input.value = "";
    if (select.multiple) {
      const place = active;
      open();
      mark(Math.min(place, shown().length - 1));
    } else {
      close();
    }
  }

  function remove(button) {
    const place = [...chosen.children].indexOf(button.parentElement);
    set(button.dataset.value, false);
    (chosen.children[Math.min(place, chosen.children.length - 1)]?.firstChild ?? input).focus();
  }

  input.addEventListener("input", open);
  input.addEventListener("click", open);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) {
      return;
    }
    const items = shown();
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (list.hidden) {
        open();
        mark(0);
      } else if (items.length) {
        const step = event.key === "ArrowDown" ? 1 : -1;
        mark((active + step + items.length) % items.length);
      }
    } else if (event.key === "Enter") {
      // Never sends the form: whoever searches for a word has not finished it.
      if (!list.hidden && items.length && (active >= 0 || input.value.trim())) {
        take(items[Math.max(active, 0)]);
      }
    } else if (event.key === "Escape" && !list.hidden) {
      close();
    } else if (event.key === "Backspace" && !input.value && chosen.lastElementChild) {
      chosen.lastElementChild.firstChild.focus();
    } else {
      return;
    }
    event.preventDefault();
  });
  input.addEventListener("blur", close);
  // Before the box loses the focus, which would close the list.
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const item = event.target.closest("[role=option]");
    if (item) {
      mark(shown().indexOf(item));
      take(item);
    }
  });
  chosen.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) {
      remove(button);
    }
  });
  chosen.addEventListener("keydown", (event) => {
    const button = event.target.closest("button");
    if (button && (event.key === "Delete" || event.key === "Backspace")) {
      event.preventDefault();
      remove(button);
    }
  });
  select.addEventListener("chips:refresh", draw);
  draw();
}

document.addEventListener("DOMContentLoaded", () => document.querySelectorAll("select[data-chips]").forEach(attach));
