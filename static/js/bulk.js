// Many at once: how far it has come follows by itself; when all is done the page is asked for anew.
const LOOK_MS = 2000;

async function look() {
  const state = document.querySelector("[data-under-way]");
  if (!state) return;
  const answer = await fetch(location.href);
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-under-way]");
  if (!fresh) return location.reload();
  for (const part of ["[role=status]", "progress"]) {
    state.querySelector(part).replaceWith(fresh.querySelector(part));
  }
  setTimeout(look, LOOK_MS);
}

setTimeout(look, LOOK_MS);
