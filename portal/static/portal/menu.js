// The menu of a narrow window closes with Escape, and the keyboard is back at its button. Without this script its button closes it.
"use strict";

document.addEventListener("keydown", (event) => {
  // Who closed something nearer, such as the suggestions of the search box in the menu, has had this key.
  if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) {
    return;
  }
  for (const opened of document.querySelectorAll("details[data-escape][open]")) {
    const button = opened.querySelector("summary");
    // In a wide window the button is not there, and what belongs to it stands open for good.
    if (button.checkVisibility()) {
      opened.open = false;
      if (opened.contains(document.activeElement) || document.activeElement === document.body) {
        button.focus();
      }
    }
  }
});
