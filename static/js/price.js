// The button says what it will cost. Without this script the price of an image stands at each quality.
(function () {
  "use strict";
  const button = document.querySelector("[data-price-label]");
  if (!button) return;
  const form = button.form;
  const language = document.documentElement.lang;

  function show() {
    const asked = new FormData(form);
    const images = Number(asked.get("image_count"));
    const price = Number(button.getAttribute(`data-price-${asked.get("quality")}`)) * images;
    if (!price || !Number.isInteger(images)) return;
    const words = new Intl.PluralRules(language).select(price) === "one" ? button.dataset.one : button.dataset.other;
    button.querySelector("span").textContent = words.replace("{n}", new Intl.NumberFormat(language).format(price));
  }

  form.addEventListener("input", show);
  show();
})();
