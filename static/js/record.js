// A record's page: looking closely at its picture, and copying how it is cited.

const frame = document.querySelector("[data-close-up]");
if (frame) lookClosely(frame);
for (const button of document.querySelectorAll("[data-copies]")) offerToCopy(button);

function lookClosely(frame) {
  const viewer = document.querySelector(".viewer");
  const picture = viewer.querySelector(".viewer-picture");
  const error = viewer.querySelector(".viewer-error");
  const opener = document.querySelector("[data-does=open]");
  let zoomed = null;

  async function open(address, from) {
    frame.hidden = true;
    viewer.hidden = false;
    opener.hidden = true;
    error.hidden = true;
    try {
      await load(frame.dataset.viewer);
      show(address);
      viewer.querySelector("[data-does=in]").focus({ preventScroll: true });
    } catch {
      error.hidden = false;
    }
    viewer.from = from;
  }

  function show(address) {
    const source = { type: "image", url: address };
    if (zoomed) return zoomed.open(source);
    // The viewer asks for a style of its own, which the policy refuses, unless there is an element of this name.
    document.head.append(named("style", "data-openseadragon-mobile-css"));
    zoomed = OpenSeadragon({
      element: picture,
      tileSources: source,
      showNavigationControl: false,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      drawer: "canvas",
      maxZoomPixelRatio: 4,
      visibilityRatio: 0.5,
      immediateRender: matchMedia("(prefers-reduced-motion: reduce)").matches,
    });
    zoomed.addHandler("open", () => { viewer.dataset.state = "shown"; });
    zoomed.addHandler("open-failed", () => { error.hidden = false; });
  }

  function close() {
    viewer.hidden = true;
    frame.hidden = false;
    opener.hidden = false;
    (viewer.from ?? opener).focus({ preventScroll: true });
  }

  const does = {
    in: () => zoomed?.viewport.zoomBy(1.5).applyConstraints(),
    out: () => zoomed?.viewport.zoomBy(1 / 1.5).applyConstraints(),
    whole: () => zoomed?.viewport.goHome(),
    close,
  };
  opener.hidden = false;
  opener.addEventListener("click", () => open(frame.dataset.closeUp, opener));
  frame.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(frame.dataset.closeUp, frame);
  });
  for (const button of viewer.querySelectorAll("[data-does]")) {
    button.addEventListener("click", () => does[button.dataset.does]());
  }
  viewer.addEventListener("keydown", (event) => { if (event.key === "Escape") close(); });
  for (const page of document.querySelectorAll("[data-page]")) {
    page.addEventListener("click", (event) => {
      event.preventDefault();
      document.querySelector("[data-page][aria-current]")?.removeAttribute("aria-current");
      page.setAttribute("aria-current", "true");
      open(page.dataset.page, page);
    });
  }
}

/** An element that selectors find by this name and attribute, and that means nothing to the browser. */
function named(name, attribute) {
  const element = document.createElementNS("", name);
  element.setAttribute(attribute, "");
  return element;
}

/** Loads a script once, when it is first asked for. */
function load(address) {
  load.known ??= new Map();
  if (!load.known.has(address)) {
    load.known.set(address, new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = resolve;
      script.onerror = reject;
      document.head.append(script);
    }));
  }
  return load.known.get(address);
}

function offerToCopy(button) {
  const said = button.parentElement.querySelector("[role=status]");
  button.parentElement.hidden = false;
  button.addEventListener("click", async () => {
    const text = document.getElementById(button.dataset.copies).textContent;
    try {
      await navigator.clipboard.writeText(text);
      said.textContent = said.dataset.copied;
    } catch {
      said.textContent = said.dataset.notCopied;
    }
  });
}
