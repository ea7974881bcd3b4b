// Each formula stands in the page as LaTeX; Temml makes MathML of it. A formula with an error stays readable, in red.
for (const place of document.querySelectorAll('.math')) {
  const displayMode = place.classList.contains('display');
  temml.render(place.textContent, place, { displayMode, annotate: true, throwOnError: false });
}
