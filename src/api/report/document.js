// Shows the variables whose name, equation, unit or documentation holds every word that is typed.
const field = document.getElementById("search");
const count = document.getElementById("count");
const rows = [...document.querySelectorAll("article")].map((row) => [
  row,
  row.textContent.toLowerCase(),
]);
const sections = [...document.querySelectorAll("section.variables")];
function search() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const [row, text] of rows) {
    row.hidden = !words.every((word) => text.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  for (const section of sections) {
    section.hidden = words.length > 0 && !section.querySelector("article:not([hidden])");
  }
  for (const other of document.querySelectorAll("section.other")) {
    other.hidden = words.length > 0;
  }
  count.textContent = words.length > 0 ? shown + " of " + rows.length : "";
}
let waiting;
field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(search, 120);
});
// A link to a variable that the search hides shows everything again.
window.addEventListener("hashchange", () => {
  const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.closest("[hidden]")) {
    field.value = "";
    search();
    target.scrollIntoView();
  }
});
