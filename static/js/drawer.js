// The drawer is a <dialog> that the server renders open. Here it becomes modal: focus moves in and stays, Escape and
// Back close it, and focus returns to the row. Without this script its own address shows it, and Close is a link.
(function () {
  "use strict";
  let listAddress = null; // the list's address when the drawer was opened over it; null when it was opened directly
  let opener = null;

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
    (rowFor(dialog.dataset.path) || opener)?.focus();
  }

  function leave(dialog) {
    if (listAddress) return history.back();
    history.replaceState(history.state, "", dialog.dataset.closeUrl);
    remove();
  }

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id !== "drawer" || drawer()) return;
    listAddress = location.href;
    opener = event.detail.elt;
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

  // From the last control on to the first and back, instead of out into the browser's own.
  document.addEventListener("keydown", (event) => {
    const dialog = event.key === "Tab" && document.querySelector("dialog.drawer:modal");
    if (!dialog) return;
    const controls = [...dialog.querySelectorAll("a[href], button")].filter((control) => control.checkVisibility());
    const [from, to] = event.shiftKey ? [controls[0], controls.at(-1)] : [controls.at(-1), controls[0]];
    if (document.activeElement !== from && dialog.contains(document.activeElement)) return;
    event.preventDefault();
    to.focus();
  });

  // Heard before htmx hears it: going back to the list under the drawer needs no request, and the list stays as it is.
  window.addEventListener("popstate", (event) => {
    if (!drawer() || location.href !== listAddress) return;
    event.stopImmediatePropagation();
    remove();
  }, true);
})();
