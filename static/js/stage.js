// The stage: two pictures side by side or over one another, compared in five ways, zoomed and moved as one.
const BLINK_MS = 900;
const ZOOM_STEP = 1.5;
const MODE_REMEMBERED = "record-copy-review-mode";
const SHARES = { swipe: 0.5, onion: 0.5 };

// OpenSeadragon writes a style element, which the policy forbids, unless it finds one of its own: this one is none.
const written = document.createElementNS("urn:record-copy", "style");
written.setAttribute("data-openseadragon-mobile-css", "true");
document.head.append(written);

class ReviewStage {
  constructor(element) {
    this.element = element;
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.views = {};
    this.shares = { ...SHARES };
    this.mode = localStorage.getItem(MODE_REMEMBERED) || "side";
    this.isBlinking = !this.calm.matches;
    for (const host of element.querySelectorAll("[data-view]")) this.views[host.dataset.view] = this.viewer(host);
    this.link(this.views.a, this.views.b);
    this.link(this.views.b, this.views.a);
    for (const name of ["animation", "resize"]) this.views.a.addHandler(name, () => this.divide());
    this.slider = element.querySelector("[data-slider]");
    this.slider.querySelector("input").addEventListener("input", (event) => {
      this.shares[this.mode] = Number(event.target.value) / 100;
      this.arrange();
    });
    element.querySelector("[data-blink]").addEventListener("click", () => this.blink(!this.isBlinking));
    element.querySelector("[data-other]").addEventListener("click", () => this.turn());
    for (const button of element.querySelectorAll("[data-mode]")) {
      button.addEventListener("click", () => this.choose(button.dataset.mode));
    }
    for (const button of element.querySelectorAll("[data-zoom]")) {
      button.addEventListener("click", () => this.zoom(button.dataset.zoom));
    }
  }

  viewer(host) {
    const viewer = OpenSeadragon({
      element: host,
      drawer: "canvas",
      showNavigationControl: false,
      animationTime: this.calm.matches ? 0 : 0.3,
      maxZoomPixelRatio: 12,
      minZoomImageRatio: 0.9,
      visibilityRatio: 0.5,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true },
    });
    viewer.canvas.setAttribute("role", "group");
    viewer.canvas.setAttribute("aria-label", host.dataset.label);
    viewer.addHandler("canvas-key", (event) => {
      event.preventDefaultAction = !event.originalEvent.key.startsWith("Arrow");
    });
    return viewer;
  }

  link(from, to) {
    const follow = (move) => (event) => {
      if (this.isFollowing || this.effective !== "side" || !to.world.getItemCount()) return;
      this.isFollowing = true;
      move(to.viewport, event);
      this.isFollowing = false;
    };
    from.addHandler("zoom", follow((viewport, e) => viewport.zoomTo(e.zoom, e.refPoint, e.immediately)));
    from.addHandler("pan", follow((viewport, e) => viewport.panTo(e.center, e.immediately)));
  }

  /** Shows a pair; done when both pictures are painted. Showing what is shown already changes nothing. */
  show({ a, b, differences }) {
    const asked = `${a} ${b}`;
    if (asked === this.asked) return this.painted;
    this.asked = asked;
    this.isLaid = Boolean(differences);
    this.element.hidden = false;
    Object.values(this.views).forEach((view) => view.world.removeAll());
    this.items = {};
    this.element.querySelectorAll("[data-needs-laid]").forEach((button) => { button.disabled = !this.isLaid; });
    this.arrange();
    const needed = [this.add("a", "a", a), this.add("b", "b", b)];
    if (this.isLaid) {
      needed.push(this.add("a", "top", b));
      this.add("a", "differences", differences).catch(() => {});
    }
    this.painted = Promise.all(needed).then(() => new Promise((done) => {
      requestAnimationFrame(() => requestAnimationFrame(done));
    }));
    return this.painted;
  }

  add(view, layer, url) {
    const asked = this.asked;
    return new Promise((done, failed) => {
      this.views[view].addTiledImage({
        tileSource: { type: "image", url, buildPyramid: true },
        opacity: 0,
        preload: true,
        error: failed,
        success: ({ item }) => {
          if (asked !== this.asked) return;
          this.items[layer] = item;
          this.arrange();
          if (item.getFullyLoaded()) done();
          else item.addHandler("fully-loaded-change", (event) => event.fullyLoaded && done());
        },
      });
    });
  }

  get effective() {
    return this.isLaid ? this.mode : "side";
  }

  choose(mode) {
    this.mode = mode;
    localStorage.setItem(MODE_REMEMBERED, mode);
    this.isBlinking = !this.calm.matches;
    this.arrange();
  }

  /** Lets everything follow from the mode. */
  arrange() {
    const mode = this.effective;
    const find = (name) => this.element.querySelector(name);
    const wasSide = this.element.dataset.shows === "side";
    this.element.dataset.shows = mode;
    this.element.querySelectorAll("[data-mode]").forEach((button) => {
      button.setAttribute("aria-pressed", String(button.dataset.mode === mode));
    });
    const slides = mode in SHARES;
    this.slider.hidden = !slides;
    if (slides) this.slider.querySelector("input").value = Math.round(100 * this.shares[mode]);
    find("[data-line]").hidden = mode !== "swipe";
    find("[data-other]").hidden = mode !== "blink";
    find("[data-blink]").hidden = mode !== "blink";
    find("[data-unlaid]").hidden = this.isLaid;
    if (mode === "blink") this.blink(this.isBlinking);
    else clearInterval(this.beating);
    if (mode !== "blink") this.isOther = false;
    this.layer();
    if (wasSide !== (mode === "side")) this.resize();
  }

  layer() {
    const mode = this.effective;
    const strength = { a: 1, b: 1, top: 0, differences: Number(mode === "differences") };
    if (mode === "onion") strength.top = this.shares.onion;
    if (mode === "blink") strength.top = Number(Boolean(this.isOther));
    for (const [layer, item] of Object.entries(this.items || {})) {
      if (layer === "top" && mode === "swipe") continue;
      if (layer === "top") item.setClip(null);
      item.setOpacity(strength[layer]);
    }
    const letters = { a: !(mode === "blink" && this.isOther), b: mode !== "blink" || this.isOther };
    this.element.querySelectorAll("[data-letter]").forEach((letter) => {
      letter.hidden = mode === "differences" || mode === "onion" || !letters[letter.dataset.letter];
    });
    this.divide();
  }

  /** Cuts the upper picture where the line stands. */
  divide() {
    const top = this.items?.top;
    if (!top || this.effective !== "swipe") return;
    const across = this.views.a.viewport.getContainerSize().x * this.shares.swipe;
    this.element.querySelector("[data-line]").style.left = `${100 * this.shares.swipe}%`;
    const { x: width, y: height } = top.getContentSize();
    const left = Math.max(0, top.viewerElementToImageCoordinates(new OpenSeadragon.Point(across, 0)).x);
    if (left < width) top.setClip(new OpenSeadragon.Rect(left, 0, width - left, height));
    top.setOpacity(left < width ? 1 : 0);
  }

  resize() {
    this.isFollowing = true;
    for (const view of Object.values(this.views)) {
      const { clientWidth, clientHeight } = view.element;
      view.viewport.resize(new OpenSeadragon.Point(clientWidth || 1, clientHeight || 1), false);
      if (view.world.getItemCount()) view.viewport.goHome(true);
    }
    this.isFollowing = false;
  }

  blink(yes) {
    const button = this.element.querySelector("[data-blink]");
    this.isBlinking = yes;
    button.textContent = yes ? button.dataset.stop : button.dataset.go;
    clearInterval(this.beating);
    if (yes) this.beating = setInterval(() => this.turn(), BLINK_MS);
  }

  turn() {
    this.isOther = !this.isOther;
    this.layer();
  }

  zoom(how) {
    const { viewport } = this.views.a;
    if (how === "whole") viewport.goHome();
    else viewport.zoomBy(how === "in" ? ZOOM_STEP : 1 / ZOOM_STEP);
    viewport.applyConstraints();
  }
}
