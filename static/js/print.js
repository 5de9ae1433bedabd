// A button that prints the page; it is hidden until this script says that it works, also after a swap.
(function () {
  "use strict";

  function show() {
    document.querySelectorAll("[data-print]").forEach((button) => { button.hidden = false; });
  }

  show();
  document.addEventListener("htmx:load", show);
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-print]")) window.print();
  });
})();
