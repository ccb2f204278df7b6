// The map's slider. Without scripts the map stands at its first date and the slider stays hidden.
(() => {
  const slider = document.getElementById("map-slider");
  if (!slider) return;
  const date = document.getElementById("map-date");
  const sentence = document.getElementById("map-sentence");
  const dates = slider.dataset.dates.split("|");
  const sentences = slider.dataset.sentences.split("|");
  const regions = document.querySelectorAll("[data-classes]");
  let timer = 0;
  const show = () => {
    const i = Number(slider.value);
    date.textContent = dates[i];
    slider.setAttribute("aria-valuetext", dates[i]);
    for (const region of regions) {
      region.setAttribute("class", "k" + region.dataset.classes[i]);
    }
    // Read aloud when the thumb rests.
    clearTimeout(timer);
    timer = setTimeout(() => { sentence.textContent = sentences[i]; }, 300);
  };
  slider.addEventListener("input", show);
  slider.closest("label").hidden = false;
  show();
})();
