// The drawing pad: strokes go in, bars come out. All its code is here, so it works in a page as in a notebook.
(function (root, settings, createPaper, createNetwork, createPicture, createLayers) {
  'use strict';

  const part = name => root.querySelector('[data-part="' + name + '"]');
  const bars = [...part('bars').children].map(item => ({ item: item, bar: item.querySelector('i'), percent: item.querySelector('b') }));
  // The maps of the layers take its place.
  const seen = part('seen');
  const predict = createNetwork(settings.network), picture = createPicture(settings.preparation);
  let frame = 0, pause = 0;
  // A seven shows how large the numbers of each layer become.
  const layers = createLayers && createLayers(root, predict, settings.names, picture([[{ x: 0.3, y: 0.2 }, { x: 0.7, y: 0.2 }, { x: 0.45, y: 0.8 }]]));
  const paper = createPaper(root, () => { frame = frame || requestAnimationFrame(show); }, say);

  const percent = share => (share < 0.01 ? '< 1' : Math.round(100 * share)) + ' %';

  // Draws all that changes, at most once per screen refresh.
  function show() {
    frame = 0;
    const pixels = picture(paper.strokes), empty = paper.strokes.length === 0;
    paper.draw();
    paper.paint(seen, pixels);
    const shares = empty && !layers ? bars.map(() => 0) : predict(pixels);
    if (layers) layers.update(pixels);
    const first = shares.indexOf(Math.max(...shares));
    bars.forEach(function (one, i) {
      one.bar.style.width = (empty ? 0 : 100 * shares[i]) + '%';
      one.percent.textContent = empty ? '' : percent(shares[i]);
      one.item.className = !empty && i === first ? 'first' : '';
    });
    part('answer').textContent = empty ? settings.empty : settings.names[first] + ', ' + percent(shares[first]);
    return empty ? 'The paper is empty.' : 'It says: ' + settings.names[first] + ', ' + percent(shares[first]) + '.';
  }

  // Read aloud after a pause in drawing, not at every pixel.
  function say(before) {
    clearTimeout(pause);
    pause = setTimeout(() => { part('spoken').textContent = before + show(); }, 500);
  }

  // For trying it by hand, and for the tests. predict: 784 numbers from 0 to 1 in, probabilities out. look: the pixels that it sees now.
  root.predict = predict;
  root.look = () => Array.from(picture(paper.strokes));
  show();
  // One prediction now: a browser compiles code when it first runs (16 to 85 ms instead of 2, measured), and the first stroke should not wait for that.
  const asked = performance.now();
  predict(picture([]));
  performance.measure('drawing pad: first prediction', { start: asked });
  part('waiting').remove();
  root.dataset.ready = 'yes';
})
