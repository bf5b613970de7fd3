// Map: draws the city's outline and what the search finds, in clusters that the server counts for what is in view.
const part = document.querySelector("[data-map]");
const canvas = part.querySelector("[data-map-canvas]");
const words = part.querySelector("[data-map-words]");
const search = part.querySelector("[data-map-search]");
const CELL_PX = 64;
const APART_PX = 44;
const CLOSEST = 18;

const round = (degrees) => Number(degrees.toFixed(6));
const inWords = (count) => count.toLocaleString(document.documentElement.lang);
const within = (degrees, most) => Math.max(-most, Math.min(most, degrees));

canvas.hidden = false;
const map = L.map(canvas, { minZoom: 2, maxZoom: CLOSEST, worldCopyJump: true });
map.attributionControl.setPrefix(false);
L.control.scale().addTo(map);
if (part.dataset.tiles) L.tileLayer(part.dataset.tiles, { attribution: part.dataset.attribution, maxZoom: CLOSEST }).addTo(map);
const drawn = L.layerGroup().addTo(map);
let asked = 0;

function boundsInView() {
  const view = map.getBounds();
  const wide = view.getEast() - view.getWest() >= 360;
  const [west, east] = wide ? [-180, 180] : [view.getSouthWest().wrap().lng, view.getNorthEast().wrap().lng];
  return [round(west), round(within(view.getSouth(), 90)), round(east), round(within(view.getNorth(), 90))].join(",");
}

function withParams(address, changes) {
  const changed = new URL(address, location.href);
  for (const [name, value] of Object.entries(changes)) changed.searchParams.set(name, value);
  return changed;
}

async function show() {
  const turn = (asked += 1);
  const cells = Math.round(Math.max(canvas.clientWidth, canvas.clientHeight) / CELL_PX);
  const bounds = boundsInView();
  search.href = withParams(part.dataset.here, { view: "map", bounds });
  try {
    const answer = await fetch(withParams(part.dataset.clusters, { bounds, cells }));
    if (!answer.ok) throw new Error(answer.status);
    const told = await answer.json();
    if (turn !== asked) return;
    drawn.clearLayers();
    apart(told.clusters).forEach((cluster) => drawn.addLayer(marker(cluster)));
    words.textContent = told.words;
  } catch {
    words.textContent = part.dataset.failed;
  }
}

const cornersOf = (cluster) => cluster.bounds ?? [cluster.at, cluster.at];

/** Joins what would lie over one another, so that every mark can be hit: the larger takes in the smaller. */
function apart(clusters) {
  const kept = [];
  for (const cluster of clusters.toSorted((one, other) => other.count - one.count)) {
    const place = map.latLngToLayerPoint(cluster.at);
    const near = kept.find((other) => other.place.distanceTo(place) < APART_PX);
    if (near) Object.assign(near, joined(near, cluster));
    else kept.push({ ...cluster, place });
  }
  return kept;
}

function joined(one, other) {
  const bounds = L.latLngBounds([...cornersOf(one), ...cornersOf(other)]);
  const count = one.count + other.count;
  return {
    count,
    bounds: [[bounds.getSouth(), bounds.getWest()], [bounds.getNorth(), bounds.getEast()]],
    address: withParams(part.dataset.here, { bounds: bounds.toBBoxString() }),
    title: part.dataset.many.replace("#", inWords(count)),
    about: part.dataset.show,
    picture: "",
  };
}

/** A dot that opens the picture's card, or a number that leads closer. */
function marker(cluster) {
  const size = cluster.count === 1 ? 24 : 30 + 6 * Math.floor(Math.log10(cluster.count));
  const icon = L.divIcon({ className: cluster.count === 1 ? "spot" : "cluster", iconSize: [size, size], html: label(cluster) });
  const one = L.marker(cluster.at, { icon, title: cluster.title, riseOnHover: true });
  one.on("add", () => one.getElement().setAttribute("aria-label", cluster.title));
  const isClosest = () => map.getZoom() >= CLOSEST || !cluster.bounds || map.getBoundsZoom(cluster.bounds) <= map.getZoom();
  one.on("click", () => {
    if (cluster.bounds && !isClosest()) map.fitBounds(cluster.bounds, { padding: [40, 40], maxZoom: CLOSEST });
    else L.popup({ offset: [0, -size / 2 + 4] }).setLatLng(cluster.at).setContent(card(cluster)).openOn(map);
  });
  one.on("keydown", (event) => { if (event.originalEvent.key === "Enter") one.fire("click"); });
  return one;
}

function label(cluster) {
  const text = document.createElement("span");
  text.textContent = cluster.count === 1 ? "" : inWords(cluster.count);
  return text;
}

function card(cluster) {
  const link = document.createElement("a");
  link.href = cluster.address;
  link.className = "map-card";
  if (cluster.picture) {
    const picture = document.createElement("img");
    Object.assign(picture, { src: cluster.picture, alt: "", width: 200, height: 150 });
    link.append(picture);
  }
  const title = document.createElement("strong");
  title.textContent = cluster.title;
  const about = document.createElement("span");
  about.textContent = cluster.about;
  link.append(title, about);
  return link;
}

async function whereResultsLie() {
  const { clusters } = await (await fetch(part.dataset.clusters)).json();
  const corners = clusters.flatMap((cluster) => cluster.bounds ?? [cluster.at]);
  return corners.length ? L.latLngBounds(corners) : null;
}

/** A small map of the whole city in the corner, with what is in view: without tiles nothing else tells where one is. */
const Where = L.Control.extend({
  options: { position: "bottomright" },
  onAdd() {
    const corner = L.DomUtil.create("div", "where");
    corner.setAttribute("aria-hidden", "true");
    return corner;
  },
  draw(outline, city) {
    const still = { zoomControl: false, attributionControl: false, dragging: false, keyboard: false, scrollWheelZoom: false, doubleClickZoom: false, boxZoom: false, touchZoom: false, zoomSnap: 0, zoomAnimation: false };
    const small = L.map(this.getContainer(), still).fitBounds(city.getBounds(), { padding: [4, 4] });
    L.geoJSON(outline, { interactive: false, style: styleOf }).addTo(small);
    const frame = L.rectangle(map.getBounds(), { interactive: false, className: "in-view" }).addTo(small);
    const follow = () => {
      frame.setBounds(map.getBounds());
      this.getContainer().hidden = map.getBounds().contains(city.getBounds());
    };
    map.on("move", follow);
    follow();
  },
});

const styleOf = (feature) => ({ className: `outline-${feature.properties.kind}` });

async function begin() {
  const outline = await (await fetch(part.dataset.outline)).json();
  const city = L.geoJSON(outline, { interactive: false, style: styleOf }).addTo(map);
  const bounds = part.dataset.bounds.split(",").map(Number);
  if (bounds.length === 4) map.fitBounds([[bounds[1], bounds[0]], [bounds[3], bounds[2] < bounds[0] ? bounds[2] + 360 : bounds[2]]]);
  else map.fitBounds(await whereResultsLie() ?? city.getBounds(), { padding: [20, 20], maxZoom: 15 });
  new Where().addTo(map).draw(outline, city);
  await show();
  map.on("moveend", () => { search.hidden = false; show(); });
}

begin().catch(() => { words.textContent = part.dataset.failed; });
