// Search by picture: a picture that is dropped on the field or pasted is asked about at once.
const form = document.querySelector("[data-by-picture]");
const zone = form.querySelector("[data-drop]");
const field = zone.querySelector("input[type=file]");

function askAbout(files) {
  if (!files.length) return;
  const one = new DataTransfer();
  one.items.add(files[0]);
  field.files = one.files;
  form.requestSubmit();
}

zone.querySelector("[data-drop-hint]").hidden = false;
for (const kind of ["dragover", "dragleave", "drop"]) {
  zone.addEventListener(kind, (event) => {
    event.preventDefault();
    zone.classList.toggle("over", kind === "dragover");
    if (kind === "drop") askAbout(event.dataTransfer.files);
  });
}
document.addEventListener("paste", (event) => askAbout(event.clipboardData.files));
