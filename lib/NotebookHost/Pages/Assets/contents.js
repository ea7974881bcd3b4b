// Right after the table of contents: folded on a phone, open beside the text where there is room.
(() => {
  const contents = document.getElementById('page-contents');
  const wide = matchMedia('(min-width: 64rem)');
  const fit = () => { contents.open = wide.matches; };
  fit();
  wide.addEventListener('change', fit);
  contents.addEventListener('click', event => {
    if (event.target.closest('a') && !wide.matches) contents.open = false;
  });
})();
