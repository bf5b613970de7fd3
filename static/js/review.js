// Review: nothing can be pressed before both pictures are painted; the next pair is loaded while one is looked at; one
// key for each thing that can be done, which can be switched off. Without this file every form and link does the same.
const KEYS_REMEMBERED = "record-copy-review-keys";
const TYPING = "textarea, select, input:not([type=checkbox], [type=range])";
const page = document.querySelector("main > .wrap");
const find = (name) => page.querySelector(name);
const all = (name) => [...page.querySelectorAll(name)];

let stage = null;
let isBusy = false;
let loadedAhead = [];
let turns = 0;

/** Says whether the server is still asked for something, though nothing was pressed. */
const rest = (yes) => document.body.toggleAttribute("data-busy", !yes);
const keysAreOn = () => localStorage.getItem(KEYS_REMEMBERED) !== "off";
const allow = (yes) => all("[data-decide] button").forEach((button) => { button.disabled = !yes; });

function showKeys() {
  all("kbd[aria-hidden]").forEach((key) => { key.hidden = !keysAreOn(); });
}

/** Done when the pictures of the pair on the page are painted. */
async function paint() {
  const pictures = find("[data-part=pictures]");
  const shown = [...pictures.querySelectorAll(".pair img")].map((picture) => picture.decode());
  if (stage) {
    pictures.classList.add("is-staged");
    shown.push(stage.show(pictures.dataset).catch(() => {
      stage.element.hidden = true;
      pictures.classList.remove("is-staged");
    }));
  }
  await Promise.allSettled(shown);
  await new Promise(requestAnimationFrame);
}

/** Loads the next pair's pictures one after the other: the first of them makes the server draw the others, too. */
async function loadAhead() {
  const next = find("[data-next]")?.content.querySelector("[data-part=pictures]");
  rest(!next);
  if (!next) return;
  const { a, b, differences } = next.dataset;
  const plain = [...next.querySelectorAll(".pair img")].map((picture) => picture.src);
  const turn = turns;
  loadedAhead = [];
  for (const address of new Set([...plain, a, b, differences].filter(Boolean))) {
    if (turn !== turns) return;
    const picture = new Image();
    picture.src = address;
    loadedAhead.push(picture);
    await picture.decode().catch(() => {});
  }
  rest(true);
}

/** Paints the next pair while the answer is on its way; what may be pressed, the answer says. */
async function showAhead() {
  const next = find("[data-next]");
  if (!next) return;
  for (const part of [...next.content.cloneNode(true).children]) find(`[data-part=${part.dataset.part}]`).replaceWith(part);
  await paint();
  performance.measure("next pair painted", { start: "pressed" });
}

/** Takes an answer's page in place of this one; the stage stays. */
function take(html, address) {
  const answer = new DOMParser().parseFromString(html, "text/html");
  const old = find("[data-stage]");
  page.replaceChildren(...answer.querySelector("main > .wrap").childNodes);
  const place = find("[data-stage]");
  if (place && old && stage) place.replaceWith(old);
  else stage = null;
  document.title = answer.title;
  history.replaceState(null, "", address); // a pair that was decided has no page to go back to
  start();
  if (document.activeElement === document.body) find("h1").focus({ preventScroll: true });
}

async function go(address, options) {
  if (isBusy) return;
  isBusy = true;
  turns += 1;
  rest(false);
  allow(false);
  performance.mark("pressed");
  const ahead = options.isUndo ? null : showAhead();
  try {
    const answer = await fetch(address, options.request);
    const html = await answer.text();
    await ahead;
    isBusy = false;
    take(html, answer.redirected ? answer.url : location.href);
  } catch {
    location.assign("/review"); // what became of it stands there
  }
}

async function start() {
  const review = find("[data-review]");
  showKeys();
  rest(!review);
  if (!review) return;
  const choice = find("[data-keys]");
  choice.checked = keysAreOn();
  find("[data-keys-choice]").hidden = find("[data-help]").hidden = false;
  const turn = turns;
  allow(false);
  stage ??= "OpenSeadragon" in window ? new ReviewStage(find("[data-stage]")) : null;
  await paint();
  if (turn !== turns) return;
  allow(true);
  loadAhead();
}

page.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-decide], [data-undo]") || !find("[data-review]")) return;
  event.preventDefault();
  const body = new FormData(form, event.submitter);
  go(form.action, { request: { method: "POST", body }, isUndo: form.matches("[data-undo]") });
});

page.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-later], [data-help]");
  if (!pressed || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (pressed.matches("[data-help]")) find("[data-keys-dialog]").showModal();
  else go(pressed.href, { request: {} });
});

page.addEventListener("change", (event) => {
  if (!event.target.matches("[data-keys]")) return;
  localStorage.setItem(KEYS_REMEMBERED, event.target.checked ? "on" : "off");
  showKeys();
});

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest(TYPING);
  if (typing && event.key === "Escape") typing.blur();
  if (!keysAreOn() || typing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (isBusy || find("dialog[open]")) return;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  const target = key === "r" ? find("#reason") : find(`[data-key="${CSS.escape(key)}"]`);
  if (!target || target.disabled || target.closest("[hidden]")) return;
  event.preventDefault();
  if (key === "r") target.focus();
  else target.click();
});

window.addEventListener("pagehide", () => {
  const review = find("[data-review]");
  if (!review) return;
  const said = new FormData();
  said.set("csrfmiddlewaretoken", find("[name=csrfmiddlewaretoken]").value);
  said.set("until", review.dataset.until);
  navigator.sendBeacon(review.dataset.leave, said);
});
window.addEventListener("pageshow", (event) => event.persisted && location.reload());
window.addEventListener("popstate", () => location.reload());

start();
