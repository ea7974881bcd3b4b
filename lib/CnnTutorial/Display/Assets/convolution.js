// The convolution explorer: all its code is here, so it works in a page as in a notebook.
(function (root) {
  'use strict';

  const kernels = {
    vertical: { name: 'vertical edge', weight: (row, column, size) => Math.sign(column - (size - 1) / 2) },
    horizontal: { name: 'horizontal edge', weight: (row, column, size) => Math.sign(row - (size - 1) / 2) },
    blur: { name: 'blur', weight: (row, column, size) => 1 / (size * size) },
  };

  // A slanted stroke with a bar on top, like a seven, at any size.
  function ink(row, column, size) {
    const last = size - 1;
    return row === 0 && column > 0 || column === Math.round(last - row * (last - 1) / last) ? 1 : 0;
  }

  function number(value) {
    return String(Math.round(value * 100) / 100).replace('-', '−');
  }

  function start(root) {
    const part = name => root.querySelector('[data-part="' + name + '"]');
    const inputs = { image: part('image'), kernel: part('kernel'), stride: part('stride'), padding: part('padding') };
    const buttons = ['first', 'back', 'play', 'next'].map(part);
    let settings, position = 0, timer = 0;

    function read() {
      const I = +inputs.image.value, K = +inputs.kernel.value, S = +inputs.stride.value, P = +inputs.padding.value;
      const steps = I - K + 2 * P;
      return { I, K, S, P, steps, O: steps < 0 ? 0 : Math.floor(steps / S) + 1, rest: steps < 0 ? 0 : steps % S, weights: kernels[part('weights').value].weight };
    }

    // The pixel at a place of the padded image.
    function pixel(row, column) {
      const { I, P } = settings;
      row -= P; column -= P;
      return row < 0 || column < 0 || row >= I || column >= I ? null : ink(row, column, I);
    }

    function products(at) {
      const { K, S, O, weights } = settings;
      const top = Math.floor(at / O) * S, left = at % O * S;
      const all = [];
      for (let row = 0; row < K; row++) {
        for (let column = 0; column < K; column++) {
          all.push([pixel(top + row, left + column) || 0, weights(row, column, K)]);
        }
      }
      return all;
    }

    function result(at) {
      return products(at).reduce((sum, pair) => sum + pair[0] * pair[1], 0);
    }

    function grid(name, size, cell, frame) {
      const unit = 30;
      const margin = 3;
      let svg = '<svg viewBox="' + [-margin, -margin, size * unit + 2 * margin, size * unit + 2 * margin].join(' ') + '" style="width:' + (size * 2.3 + 0.4) + 'em" role="img" aria-label="' + name + '">';
      for (let row = 0; row < size; row++) {
        for (let column = 0; column < size; column++) {
          const one = cell(row, column);
          svg += '<g' + (one.at === undefined ? '' : ' data-at="' + one.at + '"') + '><rect x="' + column * unit + '" y="' + row * unit + '" width="' + unit + '" height="' + unit + '" class="' + (one.look || '') + '"' + (one.fill ? ' style="fill:' + one.fill + '"' : '') + '/>'
            + '<text x="' + (column + 0.5) * unit + '" y="' + (row * unit + unit * 0.66) + '" style="fill:' + (one.ink || 'var(--cnn-ink)') + '">' + one.text + '</text></g>';
        }
      }
      if (frame) {
        svg += '<rect class="window" x="' + frame.left * unit + '" y="' + frame.top * unit + '" width="' + frame.size * unit + '" height="' + frame.size * unit + '"/>';
      }
      return svg + '</svg>';
    }

    function shade(value, largest) {
      const strength = largest === 0 ? 0 : Math.abs(value) / largest;
      const end = value < 0 ? [180, 83, 9] : [29, 78, 216];
      return { fill: 'rgb(' + end.map(c => Math.round(255 + (c - 255) * strength)).join(',') + ')', ink: strength > 0.6 ? 'var(--cnn-paper)' : 'var(--cnn-ink)' };
    }

    function drawInput() {
      const { I, K, S, P, O } = settings;
      const size = I + 2 * P;
      const seen = O === 0 ? size : (O - 1) * S + K;
      const top = Math.floor(position / O) * S, left = position % O * S;
      part('input').innerHTML = grid('the input', size, function (row, column) {
        const value = pixel(row, column);
        const look = value === null ? 'around' : S <= K && (row >= seen || column >= seen) ? 'unseen' : '';
        return { text: value === null ? '0' : value, look: look, fill: value === 1 ? 'var(--cnn-ink)' : '', ink: value === 1 ? 'var(--cnn-paper)' : 'var(--cnn-faint)' };
      }, O > 0 && { top: top, left: left, size: K });
      part('input-title').textContent = 'Input ' + I + ' × ' + I + (P ? ', padded to ' + size + ' × ' + size : '');
    }

    function drawKernel() {
      const { K, weights } = settings;
      part('kernel-grid').innerHTML = grid('the kernel', K, function (row, column) {
        const value = weights(row, column, K);
        return Object.assign({ text: number(value) }, shade(value, 1));
      });
      part('kernel-title').textContent = 'Kernel ' + K + ' × ' + K;
    }

    function drawOutput() {
      const { O } = settings;
      if (O === 0) {
        part('output').innerHTML = '';
        part('output-title').textContent = 'Output: none';
        return;
      }
      const all = Array.from({ length: O * O }, (_, at) => result(at));
      const largest = Math.max(...all.map(Math.abs));
      part('output').innerHTML = grid('the output so far', O, function (row, column) {
        const at = row * O + column;
        return at > position ? { text: '', look: 'later', at: at } : Object.assign({ text: number(all[at]), at: at }, shade(all[at], largest));
      }, { top: Math.floor(position / O), left: position % O, size: 1 });
      part('output-title').textContent = 'Output ' + O + ' × ' + O;
    }

    function explain() {
      const { I, K, S, P, O, steps, rest } = settings;
      part('image-value').textContent = I; part('kernel-value').textContent = K;
      part('stride-value').textContent = S; part('padding-value').textContent = P;
      if (O === 0) {
        part('formula').textContent = '';
        part('sum').textContent = '';
        part('note').textContent = 'Impossible: a kernel of ' + K + ' × ' + K + ' does not fit into an image of ' + I + ' × ' + I
          + (P ? ' that padding ' + P + ' makes ' + (I + 2 * P) + ' × ' + (I + 2 * P) : ' without padding') + '. Take a kernel of at most ' + (I + 2 * P) + ', a larger image, or a padding of at least ' + Math.ceil((K - I) / 2) + '.';
        return;
      }
      part('formula').innerHTML = '<i>O</i> = ⌊(' + I + ' − ' + K + ' + 2·' + P + ') / ' + S + '⌋ + 1 = ⌊' + steps + ' / ' + S + '⌋ + 1 = <b>' + O + '</b>';
      const terms = products(position).filter(pair => pair[0] !== 0 && pair[1] !== 0).map(pair => number(pair[0]) + '·' + (pair[1] < 0 ? '(' + number(pair[1]) + ')' : number(pair[1])));
      part('sum').textContent = 'Row ' + (Math.floor(position / O) + 1) + ', column ' + (position % O + 1) + ': '
        + (terms.length ? terms.join(' + ') + ' = ' : 'every product is 0, so the sum is ') + number(result(position)) + (terms.length && terms.length < K * K ? ' (products that are 0 left out)' : '');
      // On the right and at the bottom the padding lies outermost, so it is left out first.
      const lost = Math.max(0, rest - P);
      const unseen = lost === 0 ? 'Only padding is left out.' : (lost === 1 ? 'The last row and column' : 'The last ' + lost + ' rows and columns') + ' of the image are never looked at.';
      part('note').textContent = S > K ? 'The stride is larger than the kernel: pixels between two positions are never looked at.'
        : rest > 0 ? steps + ' is not a multiple of the stride ' + S + ': ' + rest + ' left over. ' + unseen
        : O === I && S === 1 ? 'The output is as large as the input: this is “same” padding.' : '';
    }

    function draw() {
      settings = read();
      position = Math.min(position, Math.max(0, settings.O * settings.O - 1));
      drawInput(); drawKernel(); drawOutput(); explain();
      const none = settings.O === 0, end = position === settings.O * settings.O - 1;
      buttons.forEach(button => { button.disabled = none; });
      if (!none) {
        part('first').disabled = part('back').disabled = position === 0;
        part('next').disabled = end;
      }
      part('play').textContent = timer ? 'Pause' : 'Play';
    }

    function stop() {
      clearInterval(timer);
      timer = 0;
      // Read aloud when playing has stopped, not at every step.
      part('sum').setAttribute('aria-live', 'polite');
    }

    function move(to) {
      stop();
      position = to;
      draw();
    }

    part('first').onclick = () => move(0);
    part('back').onclick = () => move(position - 1);
    part('next').onclick = () => move(position + 1);
    part('play').onclick = function () {
      if (timer) {
        stop();
        draw();
        return;
      }
      if (position === settings.O * settings.O - 1) position = 0;
      part('sum').setAttribute('aria-live', 'off');
      timer = setInterval(function () {
        // A notebook that clears or reruns the cell removes the figure; nothing else would stop the timer.
        if (!root.isConnected || ++position >= settings.O * settings.O - 1) stop();
        draw();
      }, 450);
      draw();
    };
    for (const input of [...Object.values(inputs), part('weights')]) {
      input.oninput = () => move(0);
    }
    part('output').onclick = function (event) {
      const cell = event.target.closest('[data-at]');
      if (cell) move(+cell.dataset.at);
    };
    draw();
    root.dataset.ready = 'yes';
  }

  start(root);
})
