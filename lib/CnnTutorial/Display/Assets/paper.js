// The paper of a drawing pad: strokes by mouse, finger, pen or keyboard.
// changed: called after each point. ended: called with a sentence when a stroke ends, is taken back or the pen moves.
(function (root, changed, ended) {
  'use strict';

  const paperSize = 280;
  // The keys of the pen: the arrows, and beside them the four corners as they lie on a number pad.
  const moves = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0], Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1] };
  const part = name => root.querySelector('[data-part="' + name + '"]');
  const paper = part('paper'), ink = part('ink'), pen = part('pen');
  let strokes = [], drawing = null, at = { x: 0.5, y: 0.3 }, penDown = false, pointer = null;

  function add(point) {
    const last = drawing[drawing.length - 1];
    if (!last || Math.hypot(point.x - last.x, point.y - last.y) > 0.004) drawing.push(point);
    changed();
  }

  function begin(point) {
    drawing = [];
    strokes.push(drawing);
    add(point);
  }

  function end() {
    drawing = null;
    ended('');
  }

  const place = event => {
    const box = paper.getBoundingClientRect(), within = value => Math.min(1, Math.max(0, value));
    return { x: within((event.clientX - box.left - paper.clientLeft) / paper.clientWidth), y: within((event.clientY - box.top - paper.clientTop) / paper.clientHeight) };
  };
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
    changed();
    ended('Stroke taken back. ');
  }

  function clear() {
    movePen(false);
    strokes = [];
    changed();
    ended('');
  }

  paper.addEventListener('keydown', function (event) {
    if (pointer !== null || event.altKey) return;
    const move = !event.ctrlKey && !event.metaKey && moves[event.key];
    if (move) {
      const limit = value => Math.min(0.97, Math.max(0.03, value));
      at = { x: limit(at.x + move[0] / 28), y: limit(at.y + move[1] / 28) };
      if (penDown) add(at);
      movePen(penDown);
      if (penDown) ended('Pen down. ');
    } else if (event.key === ' ') {
      movePen(!penDown);
      ended(penDown ? 'Pen down. ' : 'Pen up. ');
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
  movePen(false);

  return {
    get strokes() { return strokes; },
    clear: clear,
    draw: () => {
      ink.innerHTML = strokes.map(stroke => '<polyline points="' + stroke.concat(stroke.length === 1 ? stroke : []).map(point => (point.x * paperSize).toFixed(1) + ',' + (point.y * paperSize).toFixed(1)).join(' ') + '"/>').join('');
    },
    // Ink is dark and paper is light, as in every picture of the course.
    paint: (canvas, pixels) => {
      const context = canvas.getContext('2d'), image = context.createImageData(28, 28);
      pixels.forEach(function (value, i) {
        image.data.fill(Math.round(255 * (1 - value)), 4 * i, 4 * i + 3);
        image.data[4 * i + 3] = 255;
      });
      context.putImageData(image, 0, 0);
    },
  };
})
