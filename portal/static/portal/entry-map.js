// Placing an entry on the map of what the register knows: a click, or buttons, put latitude and longitude into their fields.
"use strict";

function placeOnMap(tool) {
  const fields = ["lat", "lon"].map((name) => document.getElementById(`id_${name}`));
  const shown = tool.querySelector("[data-map-shown]");
  const said = tool.querySelector("[data-map-said]");
  const opener = tool.querySelector("[data-map-open]");
  let asked = 0;

  async function show(view = {}) {
    asked += 1;
    const mine = asked;
    const [lat, lon] = fields.map((field) => field.value);
    const { html } = await ask(tool.dataset.url, { lat, lon, town: value("town"), ...view });
    // An answer that comes late must not replace that of a later click.
    if (mine !== asked) {
      return;
    }
    const held = shown.contains(document.activeElement) ? document.activeElement.dataset.mapTurn : "";
    shown.innerHTML = html;
    opener.hidden = true;
    said.textContent = shown.querySelector("[data-map-words]")?.textContent ?? "";
    if (held) {
      (shown.querySelector(`[data-map-turn="${held}"]:enabled`) ?? shown.querySelector("[data-map-turn]:enabled"))?.focus();
    }
  }

  function follow(view) {
    show(view).catch(() => {
      said.textContent = tool.dataset.failed;
    });
  }

  function put(lat, lon) {
    const picture = shown.querySelector("svg");
    [lat, lon].forEach((figure, number) => {
      fields[number].value = figure;
      changed(fields[number]);
    });
    follow({ at: picture.dataset.at, wide: picture.dataset.wide });
  }

  tool.hidden = false;
  tool.addEventListener("click", (event) => {
    if (event.target.closest("[data-map-open]")) {
      follow();
      return;
    }
    const button = event.target.closest("[data-map-turn]");
    if (button) {
      const { put: point, at, wide } = button.dataset;
      if (point === undefined) {
        follow({ at, wide });
      } else {
        put(...point.split(","));
      }
      return;
    }
    const picture = event.target.closest("svg");
    if (picture) {
      const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
      const { lat, lon, north, east } = picture.dataset;
      put((Number(lat) - y / north).toFixed(5), (Number(lon) + x / east).toFixed(5));
    }
  });
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-map]").forEach(placeOnMap);
});
