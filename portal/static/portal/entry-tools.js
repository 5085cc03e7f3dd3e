// What helps to fill in an entry: opening times by a sentence, a reading from the name, what an organisation or a town brings along.
// Each fills only empty fields, by a button or after a choice, and says what it filled.
"use strict";

const PROPOSE_AFTER = 500;

const value = (name) => document.getElementById(`id_${name}`)?.value ?? "";

function changed(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

function labelOf(name) {
  return document.getElementById(`id_${name}-label`)?.firstChild.textContent.trim() ?? "";
}

// Whether something was filled in: of a field that holds something already, nothing.
function fill(name, text) {
  const field = document.getElementById(`id_${name}`);
  if (!field || field.value || !text) {
    return false;
  }
  field.value = text;
  if (field.value !== String(text)) {
    // Not among what can be chosen here.
    field.value = "";
    return false;
  }
  field.dispatchEvent(new CustomEvent("chips:refresh"));
  changed(field);
  return true;
}

function choose(name, keys) {
  const select = document.getElementById(`id_${name}`);
  if (!select || select.selectedOptions.length) {
    return false;
  }
  const found = [...select.options].filter((option) => keys.map(String).includes(option.value));
  found.forEach((option) => {
    option.selected = true;
  });
  select.dispatchEvent(new CustomEvent("chips:refresh"));
  changed(select);
  return found.length > 0;
}

function rows(part) {
  return [...document.querySelectorAll(`#id_${part}-FORMS > [data-inline-panel-child]`)].filter(
    (row) => !row.classList.contains("deleted") && !document.querySelector(`#${row.id} [name$=-DELETE]`)?.value,
  );
}

// A new row with values by the names of its fields: text, or a list for boxes to be ticked.
function addRow(part, values) {
  document.getElementById(`id_${part}-ADD`).click();
  const number = document.getElementById(`id_${part}-TOTAL_FORMS`).value - 1;
  for (const [name, given] of Object.entries(values)) {
    const fields = [...document.getElementsByName(`${part}-${number}-${name}`)];
    for (const field of fields) {
      if (field.type === "checkbox") {
        field.checked = given.map(String).includes(field.value);
      } else {
        field.value = given;
      }
    }
    if (fields.length) {
      changed(fields[0]);
    }
  }
}

async function ask(url, words, options) {
  const answer = await fetch(`${url}${words ? `?${new URLSearchParams(words)}` : ""}`, options);
  if (!answer.ok) {
    throw new Error(`answered ${answer.status}`);
  }
  return answer.json();
}

function hoursBySentence(tool) {
  const field = tool.querySelector("[name=hours_sentence]");
  const read = tool.querySelector("[data-hours-read]");
  const { form } = field;
  let found = null;
  tool.querySelector("[data-needs-script]").hidden = false;
  // What is written here is put into rows by a button; a draft that is saved by itself must not do it again and again.
  const keepBack = () => field.removeAttribute("name");
  keepBack();
  // Who saves without that button has meant it all the same.
  form.addEventListener("submit", () => {
    if (!rows("opening_rules").length) {
      field.name = "hours_sentence";
      setTimeout(keepBack);
    }
  });

  async function look() {
    const token = form.querySelector("[name=csrfmiddlewaretoken]").value;
    const body = new URLSearchParams({ sentence: field.value, csrfmiddlewaretoken: token });
    found = await ask(tool.dataset.url, null, { method: "POST", body });
    read.innerHTML = found.html;
  }

  function put() {
    if (found.rows.length) {
      rows("opening_rules").forEach((row) => row.querySelector("[id$=-DELETE-button]").click());
      found.rows.forEach((row) => addRow("opening_rules", row));
    }
    const note = document.getElementById("id_hours_note");
    if (found.note && !note.value.includes(found.note)) {
      note.value = `${note.value} ${found.note}`.trim();
      changed(note);
    }
    read.textContent = found.rows.length ? tool.dataset.done : tool.dataset.noted;
    field.value = "";
    field.focus();
  }

  tool.addEventListener("click", (event) => {
    if (event.target.closest("[data-read-hours]")) {
      look().catch(() => {});
    } else if (event.target.closest("[data-put-hours]")) {
      put();
    }
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.isComposing) {
      // Reads, rather than sends the form; and what was read already is put in.
      event.preventDefault();
      const isRead = found && read.querySelector("[data-put-hours]");
      if (isRead) {
        put();
      } else {
        look().catch(() => {});
      }
    }
  });
  field.addEventListener("input", () => {
    found = null;
    read.replaceChildren();
  });
}

function readingOfName(tool) {
  const name = document.getElementById("id_name");
  const field = document.getElementById("id_reading");
  const said = tool.querySelector("[data-proposed]");
  const button = tool.querySelector("button");
  let proposed = "";
  let timer = 0;

  async function propose() {
    if (field.value || !name.value.trim()) {
      tool.hidden = true;
      return;
    }
    const asked = name.value;
    const { reading } = await ask(tool.dataset.url, { name: asked });
    // An answer that comes late must not replace that of newer letters.
    if (asked !== name.value) {
      return;
    }
    proposed = reading;
    tool.hidden = !proposed || Boolean(field.value);
    button.hidden = false;
    said.textContent = tool.dataset.proposal.replace("{reading}", proposed);
  }

  name.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => propose().catch(() => {}), PROPOSE_AFTER);
  });
  field.addEventListener("input", () => {
    tool.hidden = true;
  });
  button.addEventListener("click", () => {
    if (fill("reading", proposed)) {
      said.textContent = tool.dataset.done;
      tool.hidden = false;
      button.hidden = true;
      field.focus();
    }
  });
  propose().catch(() => {});
}

function bringAlong(tool) {
  const said = tool.querySelector("[data-bring-said]");
  tool.hidden = false;

  function fillIn({ source, fields, areas, channels }) {
    const filled = Object.entries(fields)
      .filter(([name, text]) => fill(name, text))
      .map(([name]) => labelOf(name));
    if (choose("areas", areas)) {
      filled.push(labelOf("areas"));
    }
    if (channels.length && !rows("channels").length) {
      channels.forEach((row) => addRow("channels", row));
      filled.push(tool.dataset.channels);
    }
    const words = filled.length ? tool.dataset.brought : tool.dataset.nothing;
    said.textContent = words.replace("{source}", source).replace("{names}", filled.join("、"));
  }

  tool.addEventListener("click", (event) => {
    if (!event.target.closest("[data-bring-along]")) {
      return;
    }
    const organisation = value("organisation");
    if (!organisation) {
      said.textContent = tool.dataset.first;
      return;
    }
    ask(tool.dataset.url, { organisation, entry: tool.dataset.entry })
      .then(fillIn)
      .catch(() => {
        said.textContent = tool.dataset.failed;
      });
  });
}

function placeByTown(select, root) {
  async function follow() {
    if (!select.value) {
      return;
    }
    const { areas, postal_code: code } = await ask(root.dataset.town, { town: select.value });
    const filled = [];
    if (choose("areas", areas)) {
      filled.push(labelOf("areas"));
    }
    if (fill("postal_code", code)) {
      filled.push(labelOf("postal_code"));
    }
    if (filled.length) {
      root.querySelector("[data-said]").textContent = root.dataset.followed.replace("{names}", filled.join("、"));
    }
  }

  select.addEventListener("change", () => follow().catch(() => {}));
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-hours]").forEach(hoursBySentence);
  document.querySelectorAll("[data-reading]").forEach(readingOfName);
  document.querySelectorAll("[data-bring]").forEach(bringAlong);
  const root = document.querySelector("[data-entry-form]");
  const town = document.getElementById("id_town");
  if (root && town) {
    placeByTown(town, root);
  }
});
