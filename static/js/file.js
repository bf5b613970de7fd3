// Choosing files: drop them on the field, and see what was chosen.
const zone = document.querySelector("[data-drop]");
const field = zone.querySelector("input[type=file]");
const list = document.querySelector("[data-chosen]");

function sizeInWords(bytes) {
  const units = ["bytes", "kB", "MB", "GB"];
  let step = 0;
  while (bytes >= 1000 && step < units.length - 1) {
    bytes /= 1000;
    step += 1;
  }
  return `${bytes.toLocaleString("en", { maximumFractionDigits: step ? 1 : 0 })} ${units[step]}`;
}

function showChosen() {
  list.replaceChildren(
    ...[...field.files].map((file) => {
      const line = document.createElement("li");
      const name = document.createElement("span");
      const size = document.createElement("span");
      name.textContent = file.name;
      size.textContent = sizeInWords(file.size);
      size.className = "muted number";
      line.append(name, size);
      return line;
    }),
  );
}

zone.querySelector("[data-drop-hint]").hidden = false;
field.addEventListener("change", showChosen);
for (const kind of ["dragover", "dragleave", "drop"]) {
  zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) {
      field.files = event.dataTransfer.files;
      showChosen();
    }
  });
}
document.querySelector("[data-focus]")?.focus();
