// A page on which work goes on is asked for again until the work is done, and what changed is put in without moving its reader.
"use strict";

const AGAIN_AFTER = 3_000;

function put(box, fresh) {
  const [said, saidNow] = [box, fresh].map((part) => part.querySelector(":scope > [role=status]"));
  // The place stays, so that what it says anew is read out, and only then.
  if (said.innerHTML !== saidNow.innerHTML) {
    said.innerHTML = saidNow.innerHTML;
  }
  const isHeld = box.contains(document.activeElement);
  [...box.childNodes].filter((part) => part !== said).forEach((part) => part.remove());
  box.append(...[...fresh.childNodes].filter((part) => part !== saidNow));
  box.dataset.work = fresh.dataset.work;
  if (isHeld) {
    box.querySelector("a, button, summary, input:not([type=hidden])")?.focus();
  }
}

function follow(box) {
  setTimeout(async () => {
    try {
      const answer = await fetch(location.href);
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-work]");
      if (fresh) {
        put(box, fresh);
      } else if (answer.status < 500) {
        // Logged out, or nothing to follow any more: the page itself says so.
        location.reload();
        return;
      }
    } catch {
      // Away for a moment; the work goes on all the same.
    }
    if (box.dataset.work === "going") {
      follow(box);
    }
  }, AGAIN_AFTER);
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-work=going]").forEach(follow);
});
