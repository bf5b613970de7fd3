// Moves the focus to the summary of what is to be mended, so that it is read out first.
document.querySelector("[data-focus]")?.focus();
