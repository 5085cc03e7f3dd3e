// Putting something into the list, without leaving the page: the list's part of it is replaced, and what happened is said to those
// who do not see it. Without this script the form is sent and the page comes anew.
"use strict";

const part = document.getElementById("my-list");
const said = document.getElementById("my-list-said");

async function send(form, button) {
  const words = new URLSearchParams(new FormData(form, button));
  const answer = await fetch(form.action, { method: "POST", body: words });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(part.id);
  if (!answer.ok || !fresh) {
    throw new Error("not the page that was expected");
  }
  part.replaceChildren(...fresh.childNodes);
  // The region stands on the page from the beginning: what changes in it is read out.
  said.textContent = button.value === "add" ? said.dataset.added : said.dataset.removed;
  (part.querySelector("button") ?? part).focus();
}

part?.addEventListener("submit", (event) => {
  const { target: form, submitter: button } = event;
  event.preventDefault();
  send(form, button).catch(() => {
    // As without this script; a form that a script sends does not say by which button.
    const field = Object.assign(document.createElement("input"), { type: "hidden", name: button.name, value: button.value });
    form.append(field);
    form.submit();
  });
});
