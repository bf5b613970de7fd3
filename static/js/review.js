// Review: nothing can be pressed before both pictures are painted; one key a decision, which can be switched off.
const pair = document.querySelector("[data-pair]");

if (pair) {
  const buttons = [...document.querySelectorAll("[data-decide] button")];
  const pictures = [...pair.querySelectorAll("img")];
  const choice = document.querySelector("[data-keys-choice]");
  const keys = choice.querySelector("[data-keys]");
  const remembered = "record-copy-review-keys";

  const allow = (yes) => buttons.forEach((button) => { button.disabled = !yes; });
  const showKeys = () => document.querySelectorAll("kbd[hidden], kbd[data-shown]").forEach((key) => {
    key.hidden = !keys.checked;
    key.dataset.shown = "";
  });

  allow(false);
  Promise.allSettled(pictures.map((picture) => picture.decode())).then(() => requestAnimationFrame(() => allow(true)));

  choice.hidden = false;
  keys.checked = localStorage.getItem(remembered) !== "off";
  keys.addEventListener("change", () => {
    localStorage.setItem(remembered, keys.checked ? "on" : "off");
    showKeys();
  });
  showKeys();

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("textarea, input:not([type=checkbox]), select");
    if (!keys.checked || typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (target && !target.disabled) {
      event.preventDefault();
      target.click();
    }
  });
}
