"use strict";
(() => {
  const query = document.getElementById("q"), bad = document.getElementById("bad"), shown = document.getElementById("shown");
  const items = [...document.querySelectorAll("[data-q]")].map((element) => ({
    element, text: element.textContent.toLowerCase(), bad: element.hasAttribute("data-bad"),
  }));
  const groups = [...document.querySelectorAll(".group")];
  document.querySelector(".search").hidden = false;

  const filter = () => {
    const words = query.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const { element, text, bad: isBad } of items) {
      const fits = (!bad.checked || isBad) && words.every((word) => text.includes(word));
      element.hidden = !fits;
      count += fits;
    }
    for (const group of groups) {
      group.hidden = !group.querySelector("[data-q]:not([hidden])");
    }
    shown.textContent = words.length || bad.checked ? `${count} of ${items.length}` : "";
    const url = new URL(location.href);
    words.length ? url.searchParams.set("q", query.value) : url.searchParams.delete("q");
    // Some browsers allow no such thing for a file.
    try { history.replaceState(null, "", url); } catch { /* the address stays as it was */ }
  };

  // What a link leads to is shown, whatever the filter says.
  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.hidden) {
      query.value = "";
      bad.checked = false;
      filter();
    }
    target?.scrollIntoView();
  };

  query.addEventListener("input", filter);
  bad.addEventListener("change", filter);
  addEventListener("hashchange", follow);
  addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== query) {
      event.preventDefault();
      query.focus();
    } else if (event.key === "Escape" && document.activeElement === query) {
      query.value = "";
      filter();
    }
  });
  if (navigator.clipboard) {
    for (const code of document.querySelectorAll(".again code")) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = "copy";
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(code.textContent);
        button.textContent = "copied";
        setTimeout(() => { button.textContent = "copy"; }, 1500);
      });
      code.after(button);
    }
  }
  query.value = new URL(location.href).searchParams.get("q") ?? "";
  if (query.value) filter();
  if (location.hash) follow();
})();
