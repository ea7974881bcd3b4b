// The drawing pad: strokes go in, bars come out. All its code is here, so it works in a page as in a notebook.
(function (root, settings, createNetwork, createPicture, createLayers) {
  'use strict';

  const paperSize = 280;
  // The keys of the pen: the arrows, and beside them the four corners as they lie on a number pad.
  const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0], Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1] };

  function start(root) {
    const part = name => root.querySelector('[data-part="' + name + '"]');
    const paper = part('paper'), ink = part('ink'), pen = part('pen'), seen = part('seen').getContext('2d');
    const bars = [...part('bars').children].map(item => ({ item: item, bar: item.querySelector('i'), percent: item.querySelector('b') }));
    const predict = createNetwork(settings.network), picture = createPicture(settings.preparation);
    let strokes = [], drawing = null, frame = 0, pause = 0;
    // A seven shows how large the numbers of each layer become.
    const layers = createLayers && createLayers(root, predict, settings.names, picture([[{ x: 0.3, y: 0.2 }, { x: 0.7, y: 0.2 }, { x: 0.45, y: 0.8 }]]));
    let at = { x: 0.5, y: 0.3 }, penDown = false;

    const percent = share => (share < 0.01 ? '< 1' : Math.round(100 * share)) + ' %';

    // Draws all that changes, at most once per screen refresh.
    function show() {
      frame = 0;
      const pixels = picture(strokes), empty = strokes.length === 0;
      ink.innerHTML = strokes.map(stroke => '<polyline points="' + stroke.concat(stroke.length === 1 ? stroke : []).map(point => (point.x * paperSize).toFixed(1) + ',' + (point.y * paperSize).toFixed(1)).join(' ') + '"/>').join('');
      const image = seen.createImageData(28, 28);
      pixels.forEach(function (value, i) {
        // Ink is dark and paper is light, as in every picture of the course.
        image.data.fill(Math.round(255 * (1 - value)), 4 * i, 4 * i + 3);
        image.data[4 * i + 3] = 255;
      });
      seen.putImageData(image, 0, 0);
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

    function change() {
      frame = frame || requestAnimationFrame(show);
    }

    // Read aloud after a pause in drawing, not at every pixel.
    function say(before) {
      clearTimeout(pause);
      pause = setTimeout(() => { part('spoken').textContent = (before || '') + show(); }, 500);
    }

    function add(point) {
      const last = drawing[drawing.length - 1];
      if (!last || Math.hypot(point.x - last.x, point.y - last.y) > 0.004) drawing.push(point);
      change();
    }

    function begin(point) {
      drawing = [];
      strokes.push(drawing);
      add(point);
    }

    function end() {
      drawing = null;
      say();
    }

    const place = event => {
      const box = paper.getBoundingClientRect(), within = value => Math.min(1, Math.max(0, value));
      return { x: within((event.clientX - box.left - paper.clientLeft) / paper.clientWidth), y: within((event.clientY - box.top - paper.clientTop) / paper.clientHeight) };
    };
    let pointer = null;
    paper.addEventListener('pointerdown', function (event) {
      // One finger draws; the second one, a resting palm or the right button does not.
      if (pointer !== null || event.button !== 0 || !event.isPrimary) return;
      movePen(false);
      pointer = event.pointerId;
      paper.setPointerCapture(pointer);
      begin(place(event));
    });
    paper.addEventListener('pointermove', function (event) {
      if (event.pointerId !== pointer) return;
      // In a quick movement there are several points per screen refresh.
      const all = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      (all.length ? all : [event]).forEach(one => add(place(one)));
    });
    for (const name of ['pointerup', 'pointercancel', 'lostpointercapture']) {
      paper.addEventListener(name, function (event) {
        if (event.pointerId !== pointer) return;
        pointer = null;
        end();
      });
    }

    function movePen(down) {
      if (down !== penDown) {
        penDown = down;
        if (down) begin(at);
        else end();
      }
      pen.setAttribute('transform', 'translate(' + at.x * paperSize + ',' + at.y * paperSize + ')');
      pen.setAttribute('class', penDown ? 'down' : '');
    }

    function undo() {
      movePen(false);
      strokes.pop();
      change();
      say('Stroke taken back. ');
    }

    function clear() {
      movePen(false);
      strokes = [];
      change();
      say();
    }

    paper.addEventListener('keydown', function (event) {
      if (pointer !== null || event.altKey) return;
      const move = !event.ctrlKey && !event.metaKey && moves[event.key];
      if (move) {
        const limit = value => Math.min(0.97, Math.max(0.03, value));
        at = { x: limit(at.x + move[0] / 28), y: limit(at.y + move[1] / 28) };
        if (penDown) add(at);
        movePen(penDown);
        if (penDown) say('Pen down. ');
      } else if (event.key === ' ') {
        movePen(!penDown);
        say(penDown ? 'Pen down. ' : 'Pen up. ');
      } else if (event.key === 'Backspace' || event.key.toLowerCase() === 'z' && (event.ctrlKey || event.metaKey)) undo();
      else if (event.key === 'Delete') clear();
      else return;
      event.preventDefault();
    });
    paper.addEventListener('blur', () => movePen(false));
    part('undo').onclick = undo;
    part('clear').onclick = clear;
    // In Jupyter single keys are commands: an arrow would leave the cell, and X would cut it.
    root.addEventListener('keydown', function (event) {
      const others = event.ctrlKey || event.metaKey || event.altKey || event.key === 'Enter' && event.shiftKey;
      if (event.defaultPrevented || !others) event.stopPropagation();
    });

    // For trying it by hand, and for the tests. predict: 784 numbers from 0 to 1 in, probabilities out. look: the pixels that it sees now.
    root.predict = predict;
    root.look = () => Array.from(picture(strokes));
    movePen(false);
    show();
    // One prediction now: a browser compiles code when it first runs (16 to 85 ms instead of 2, measured), and the first stroke should not wait for that.
    const asked = performance.now();
    predict(picture([]));
    performance.measure('drawing pad: first prediction', { start: asked });
    part('waiting').remove();
    root.dataset.ready = 'yes';
  }

  start(root);
})
