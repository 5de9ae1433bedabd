// The feed by keyboard, and what its lines have to know of one another. Everything works without this script as well.
(function () {
  "use strict";
  const KEY = "feed-keys";
  const rows = () => [...document.querySelectorAll(".feed-row")];
  let last = null; // the id of the line that was gone to last: it stays the place, also where its element was replaced

  function isOn() {
    try {
      return localStorage.getItem(KEY) !== "off";
    } catch {
      return true; // storage is refused in some private windows
    }
  }

  function remember(on) {
    try {
      localStorage.setItem(KEY, on ? "on" : "off");
    } catch {
      // Not remembered, then.
    }
  }

  const current = () => document.activeElement?.closest(".feed-row") || (last && document.getElementById(last));

  function go(row) {
    if (!row) return;
    last = row.id;
    row.querySelector(".feed-link").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function move(step) {
    const all = rows();
    const at = all.indexOf(current());
    if (at < 0) return go(all[0]);
    if (at + step >= all.length) document.querySelector("#more a")?.click();
    go(all[Math.min(Math.max(at + step, 0), all.length - 1)]);
  }

  function undo() {
    (current()?.querySelector("[data-undo]") || document.getElementById("undo-last"))?.click();
  }

  function select(row) {
    const box = row?.querySelector(".feed-check");
    if (box) box.checked = !box.checked;
  }

  const dialog = () => document.getElementById("keys");
  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    r: () => current()?.querySelector("[data-resolve]")?.click(),
    u: undo,
    x: () => select(current()),
    "/": () => document.querySelector(".filter-q input")?.focus(),
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.matches("input:not([type=checkbox]), textarea, select") || dialog()?.open) return;
    if (event.key === "?") return dialog()?.showModal();
    if (!isOn() || !KEYS[event.key]) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-keys]")) dialog().showModal();
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest(".feed-row");
    if (row) last = row.id;
  });
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-keys-on]")) remember(event.target.checked);
    if (event.target.matches("[data-select-all]")) {
      document.querySelectorAll(".feed-check").forEach((box) => { box.checked = event.target.checked; });
    }
  });

  // An act is taken back as a whole: every line that it had resolved is asked for again.
  document.addEventListener("htmx:configRequest", (event) => {
    const act = event.detail.elt.dataset.undo;
    if (!act) return;
    document.querySelectorAll(`[data-undo="${act}"]`).forEach((button) => {
      if (button !== event.detail.elt) event.detail.formData.append(button.name, button.value);
    });
  });

  const box = document.querySelector("[data-keys-on]");
  if (box) box.checked = isOn();
})();
