// Jobs: asks for the present state every five seconds while the box is ticked and the page is in view.
const choice = document.querySelector("[data-follow-choice]");
const follow = choice.querySelector("[data-follow]");

choice.hidden = false;
setInterval(() => {
  const working = document.activeElement?.closest("#jobs");
  if (follow.checked && !document.hidden && !working) {
    htmx.ajax("GET", follow.dataset.address, { target: "#jobs", swap: "outerHTML" });
  }
}, 5000);
