// A copy control beside an id; it is hidden until this script says that copying works here.
(function () {
  "use strict";
  if (!navigator.clipboard) return;
  document.documentElement.dataset.clipboard = "on";

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const label = button.querySelector("span");
    const asked = label.textContent;
    await navigator.clipboard.writeText(button.dataset.copy);
    label.textContent = button.dataset.copied;
    setTimeout(() => { label.textContent = asked; }, 1500);
  });
})();
