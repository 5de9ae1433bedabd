// Runs before the first paint: marks that scripts run, and puts on the colours chosen earlier on this device.
(function () {
  "use strict";
  const root = document.documentElement;
  const KEY = "theme";

  function remembered() {
    try {
      return localStorage.getItem(KEY) || "system";
    } catch {
      return "system"; // storage is refused in some private windows; the system's colours are right then
    }
  }

  function wear(theme) {
    if (theme === "system") delete root.dataset.theme;
    else root.dataset.theme = theme;
    document.querySelectorAll("[data-theme-choice]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
      button.parentElement.hidden = false;
    });
  }

  function choose(theme) {
    try {
      localStorage.setItem(KEY, theme);
    } catch {
      // Not remembered, but worn all the same.
    }
    wear(theme);
  }

  root.dataset.scripts = "on";
  wear(remembered());
  document.addEventListener("DOMContentLoaded", () => wear(remembered()));
  document.addEventListener("htmx:historyRestore", () => wear(remembered()));
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-theme-choice]");
    if (button) choose(button.dataset.themeChoice);
  });
})();
