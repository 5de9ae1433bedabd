// The button says what it will cost, and what that leaves. Without this script each quality bears its price.
(function () {
  "use strict";
  const language = document.documentElement.lang;
  const figure = (number) => new Intl.NumberFormat(language).format(number);

  function show(button) {
    const asked = new FormData(button.form);
    const images = Number(asked.get("image_count"));
    const price = Number(button.getAttribute(`data-price-${asked.get("quality")}`)) * images;
    if (!price || !Number.isInteger(images)) return;
    const words = new Intl.PluralRules(language).select(price) === "one" ? button.dataset.one : button.dataset.other;
    button.querySelector("span").textContent = words.replace("{n}", figure(price));
    const note = button.form.querySelector("[data-balance]");
    const left = Number(note.dataset.balance) - price;
    note.textContent = (left < 0 ? note.dataset.short : note.dataset.enough).replace("{n}", figure(Math.abs(left)));
  }

  const showAll = () => document.querySelectorAll("[data-price-label]").forEach(show);
  document.addEventListener("input", showAll);
  document.addEventListener("htmx:load", showAll);
  showAll();
})();
