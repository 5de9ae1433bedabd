// What every htmx request on every page shares: tidy addresses, an expired session, and trouble said aloud.
(function () {
  "use strict";

  function say(kind) {
    const trouble = document.getElementById("trouble");
    if (trouble) trouble.textContent = kind ? trouble.dataset[kind] : "";
  }

  // An empty field says nothing: it stays out of the address, so that a filtered page has the shortest one.
  document.addEventListener("htmx:configRequest", (event) => {
    const { parameters, verb } = event.detail;
    if (verb !== "get") return;
    for (const name of Object.keys(parameters)) if (parameters[name] === "") delete parameters[name];
  });

  // Enter in a field that was changed both changes and submits: what is under way is asked for once, with one step back.
  const underWay = new WeakMap();
  const isFilter = (elt) => elt instanceof HTMLFormElement && elt.hasAttribute("hx-get");
  document.addEventListener("htmx:confirm", (event) => {
    const { elt } = event.detail;
    if (!isFilter(elt)) return;
    const asked = new URLSearchParams(new FormData(elt)).toString();
    if (underWay.get(elt) === asked) event.preventDefault();
    else if (underWay.has(elt)) underWay.set(elt, asked);
  });
  document.addEventListener("htmx:beforeSend", ({ detail: { elt } }) => {
    if (isFilter(elt)) underWay.set(elt, new URLSearchParams(new FormData(elt)).toString());
  });
  document.addEventListener("htmx:afterRequest", ({ detail: { elt } }) => underWay.delete(elt));

  // A whole page instead of a fragment: the session has ended. Reloading signs in and comes back to this very view.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (!/^\s*<!doctype/i.test(event.detail.serverResponse)) return;
    event.detail.shouldSwap = false;
    location.reload();
  });

  // What is asked again and again rests while nobody looks, and is no trouble of the reader's when it fails.
  const isPolling = (event) => event.detail.elt.hasAttribute("data-while-visible");
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!isPolling(event)) say("");
    else if (document.hidden) event.preventDefault();
  });
  for (const [trouble, kind] of [["responseError", "failed"], ["timeout", "offline"], ["sendError", "offline"]]) {
    document.addEventListener(`htmx:${trouble}`, (event) => isPolling(event) || say(kind));
  }

  // An open menu closes as menus do: by Escape, or by a click elsewhere.
  document.addEventListener("click", (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
  });
  document.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
})();
