/* What is pasted into rich text from Word or Excel, put into shapes that the editor keeps: Word's lists are paragraphs with a sign in
   front, its large headings are ranks that pages have blocks for, and tables would fall apart into single words. All else the editor
   drops by itself. Where a browser cannot make the event anew, the paste goes on as it came. */
(() => {
  "use strict";
  const ORDERED = /^[\s(（]*(?:\d+|[a-zA-Z]|[ivxIVX]+|[一二三四五六七八九十]+|[①-⑳])[.)）、．]/;
  // One line of a row: cells with the sign between them by which the block for tables tells them apart.
  const line = (row) => [...row.cells].map((cell) => cell.textContent.replace(/\s+/g, " ").trim()).join(" ｜ ");

  const renamed = (node, name) => {
    const made = node.ownerDocument.createElement(name);
    made.append(...node.childNodes);
    node.replaceWith(made);
    return made;
  };

  const isListed = (node) =>
    node?.nodeName === "P" && (/MsoListParagraph/.test(node.className) || /mso-list:\s*l\d/.test(node.getAttribute("style") || ""));

  // The paragraphs of a list that stand behind one another, as one list.
  const listed = (first) => {
    const sign = first.querySelector('[style*="mso-list:Ignore"], [style*="mso-list: Ignore"]');
    const list = first.ownerDocument.createElement(sign && ORDERED.test(sign.textContent) ? "ol" : "ul");
    first.before(list);
    for (let node = first; isListed(node); ) {
      const next = node.nextElementSibling;
      node.querySelectorAll('[style*="mso-list:Ignore"], [style*="mso-list: Ignore"]').forEach((one) => one.remove());
      list.append(renamed(node, "li"));
      node = next;
    }
  };

  const cleaned = (html) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    page.querySelectorAll("script, style, meta, link, title, xml, img, iframe, object").forEach((node) => node.remove());
    page.querySelectorAll("h1, h2, h4, h5, h6").forEach((node) => renamed(node, "h3"));
    page.querySelectorAll("p").forEach((node) => {
      if (isListed(node) && node.isConnected) listed(node);
    });
    // The innermost first: what stands in a cell is one line by then.
    [...page.querySelectorAll("table")].reverse().forEach((table) => {
      table.replaceWith(
        ...[...table.rows].map((row) => Object.assign(page.createElement("p"), { textContent: line(row) })),
      );
    });
    return page.body.innerHTML.trim();
  };

  document.addEventListener(
    "paste",
    (event) => {
      const field = event.target instanceof Element && event.target.closest(".Draftail-Editor");
      const html = field && !event.cleaned && event.clipboardData?.getData("text/html");
      // What the editor itself copied comes back as it was.
      if (!html || /data-(draftjs-conductor|offset-key|editor)/.test(html)) return;
      try {
        const data = new DataTransfer();
        data.setData("text/plain", event.clipboardData.getData("text/plain"));
        data.setData("text/html", cleaned(html));
        const again = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
        if (again.clipboardData?.getData("text/html") === "") return;
        again.cleaned = true;
        event.preventDefault();
        event.stopImmediatePropagation();
        event.target.dispatchEvent(again);
      } catch {
        // As it came.
      }
    },
    true,
  );
})();
