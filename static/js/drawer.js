// The drawer is a <dialog> that the server renders open. Here it becomes modal: focus moves in and stays, Escape and
// Back close it, and focus returns to the row. Without this script its own address shows it, and Close is a link.
(function () {
  "use strict";
  let listAddress = null; // the list's address when the drawer was opened over it; null when it was opened directly

  const drawer = () => document.querySelector("dialog.drawer");
  const rowFor = (path) => [...document.querySelectorAll("#timeline a")].find((link) => link.pathname === path);

  function show() {
    const dialog = drawer();
    if (!dialog || dialog.matches(":modal")) return;
    dialog.dataset.path = location.pathname;
    dialog.removeAttribute("open");
    dialog.showModal();
  }

  function remove() {
    const dialog = drawer();
    if (!dialog) return;
    listAddress = null;
    dialog.remove();
    rowFor(dialog.dataset.path)?.focus();
  }

  function leave(dialog) {
    if (listAddress) return history.back();
    history.replaceState(history.state, "", dialog.dataset.closeUrl);
    remove();
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id === "drawer" && !drawer()) listAddress = location.href;
  });
  document.addEventListener("htmx:afterSwap", show);
  document.addEventListener("htmx:load", show);

  // "cancel" is Escape, or a phone's Back gesture; it doesn't bubble.
  document.addEventListener("cancel", (event) => {
    if (!event.target.matches("dialog.drawer")) return;
    event.preventDefault();
    leave(event.target);
  }, true);
  document.addEventListener("click", (event) => {
    const dialog = event.target.closest("dialog.drawer:modal");
    if (!dialog || !(event.target === dialog || event.target.closest("[data-close]"))) return;
    event.preventDefault();
    leave(dialog);
  });

  // Heard before htmx hears it: going back to the list under the drawer needs no request, and the list stays as it is.
  window.addEventListener("popstate", (event) => {
    if (location.href !== listAddress) return;
    event.stopImmediatePropagation();
    remove();
  }, true);
})();
