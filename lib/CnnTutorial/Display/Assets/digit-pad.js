// The drawing pad: strokes go in, bars come out. All its code is here, so it works in a page as in a notebook.
(function (root, settings, createBars, createPaper, createNetwork, createPicture, createLayers) {
  'use strict';

  const part = name => root.querySelector('[data-part="' + name + '"]');
  const answer = createBars(root, settings);
  // The maps of the layers take its place.
  const seen = part('seen');
  const predict = createNetwork(settings.network), picture = createPicture(settings.preparation);
  let frame = 0, pause = 0;
  // A seven shows how large the numbers of each layer become.
  const layers = createLayers && createLayers(root, predict, settings.names, { name: 'the drawing', shape: [1, 28, 28], sample: picture([[{ x: 0.3, y: 0.2 }, { x: 0.7, y: 0.2 }, { x: 0.45, y: 0.8 }]]) });
  const paper = createPaper(root, () => { frame = frame || requestAnimationFrame(show); }, say);

  // Draws all that changes, at most once per screen refresh.
  function show() {
    frame = 0;
    const pixels = picture(paper.strokes), empty = paper.strokes.length === 0;
    paper.draw();
    paper.paint(seen, pixels);
    const shares = empty && !layers ? [] : predict(pixels);
    if (layers) layers.update(pixels);
    const said = answer(shares, empty);
    return empty ? 'The paper is empty.' : 'It says: ' + said + '.';
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
