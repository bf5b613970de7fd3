// Builds static/vendor: one stylesheet of the design system, the fonts and pictures that it
// names, the icons that our pages name, htmx, Leaflet and OpenSeadragon.

import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compile } from "sass";

const source = dirname(fileURLToPath(import.meta.url));
const root = join(source, "..", "..");
const vendor = join(root, "static", "vendor");
const uswds = join(root, "node_modules", "@uswds", "uswds");
const modules = join(root, "node_modules");

/** Compiles the stylesheet: no byte order mark, no banner, no data: pictures (the CSP allows none). */
function stylesheet() {
  const { css } = compile(join(source, "uswds.scss"), {
    loadPaths: [join(uswds, "packages")],
    style: "compressed",
    quietDeps: true,
    silenceDeprecations: ["import", "global-builtin", "color-functions", "if-function"],
  });
  return css.replace(/^\uFEFF/, "");
}

/** Copies each file that the stylesheet refers to, so that no reference is left open. */
function copyReferences(css) {
  const references = [...css.matchAll(/url\(["']?([^"')]+)["']?\)/g)].map((match) => match[1]);
  for (const reference of new Set(references)) {
    if (reference.startsWith("data:")) throw new Error(`The policy allows no data: address: ${reference.slice(0, 80)}`);
    const target = join(vendor, reference);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(uswds, "dist", reference), target);
  }
}

/** Names the icons that templates ask for: {% include "icon.html" with name="search" %}. */
function iconNames(folder = join(root, "templates")) {
  const names = readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".html"))
    .flatMap((name) => [...readFileSync(join(folder, name), "utf8").matchAll(/icon\.html" with name="(\w+)"/g)])
    .map((match) => match[1]);
  return [...new Set(names)].sort();
}

function iconSprite(names) {
  const symbols = names.map((name) => {
    const svg = readFileSync(join(uswds, "dist", "img", "usa-icons", `${name}.svg`), "utf8");
    const shapes = svg.replace(/^[^]*?<svg[^>]*>/, "").replace(/<\/svg>\s*$/, "");
    return `<symbol id="${name}" viewBox="0 0 24 24">${shapes}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

/** Copies a script without the pointer to its source map, which is not served. */
function copyScript(from, to) {
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, readFileSync(from, "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, ""));
}

rmSync(vendor, { recursive: true, force: true });
mkdirSync(vendor, { recursive: true });
const css = stylesheet();
writeFileSync(join(vendor, "uswds.css"), css);
copyReferences(css);
writeFileSync(join(vendor, "icons.svg"), iconSprite(iconNames()));
cpSync(join(modules, "htmx.org", "dist", "htmx.min.js"), join(vendor, "htmx.min.js"));
for (const name of ["leaflet.css", "images"]) cpSync(join(modules, "leaflet", "dist", name), join(vendor, "leaflet", name), { recursive: true });
copyScript(join(modules, "leaflet", "dist", "leaflet.js"), join(vendor, "leaflet", "leaflet.js"));
copyScript(
  join(modules, "openseadragon", "build", "openseadragon", "openseadragon.min.js"),
  join(vendor, "openseadragon", "openseadragon.min.js"),
);
