// Shows with a pad the output of every layer, and how each number of each map was computed.
// input: what the network gets: its name, its shape, whether it is a picture (0 is dark) or a drawing (0 is paper), and a sample, which shows how large
// the numbers of each layer become.
(function (root, predict, names, input) {
  'use strict';

  const part = name => root.querySelector('[data-part="' + name + '"]');
  const escape = text => text.replace(/[&<>"]/g, sign => '&#' + sign.charCodeAt(0) + ';');
  const number = value => (Math.abs(value) < 0.005 ? '0' : value.toFixed(2)).replace('-', '−');
  const count = shape => shape.reduce((product, length) => product * length, 1);

  // Ink is dark and paper is light, in every drawing; a photo is light where it is bright. Below 0 is orange, above it blue. One table of colours for each, as in the charts.
  const blend = (from, to, share) => from.map((value, i) => Math.round(value + (to[i] - value) * share));
  const rgb = color => [1, 3, 5].map(i => parseInt(color.slice(i, i + 2), 16));
  const paperColor = rgb('var(--cnn-paper)'), inkColor = rgb('var(--cnn-ink)'), low = rgb('var(--cnn-low)'), high = rgb('var(--cnn-high)');
  const table = (below, above) => Array.from({ length: 511 }, (_, i) => blend(paperColor, i < 255 ? below : above, Math.abs(i - 255) / 255));
  const packed = colors => Uint32Array.from(colors, ([red, green, blue]) => (255 << 24 | blue << 16 | green << 8 | red) >>> 0);
  const inkTable = table(inkColor, inkColor), signTable = table(low, high);
  const lightTable = Array.from({ length: 511 }, (_, i) => Array(3).fill(Math.max(0, i - 255)));
  const level = (value, scale) => 255 + Math.round(255 * Math.max(-1, Math.min(1, value / scale)));

  // One prediction first: from then on each layer's numbers are in the same array.
  predict(input.sample);

  // A ReLU is shown together with the layer before it, as one step.
  const inColour = input.shape[0] === 3;
  const stages = [{ name: input.name, kind: 'input', shape: input.shape, values: new Float32Array(count(input.shape)), table: input.isPicture ? lightTable : inkTable, unit: true }];
  for (const layer of predict.layers) {
    const last = stages[stages.length - 1];
    if (layer.kind === 'relu' && stages.length > 1 && !last.relu) {
      Object.assign(last, { relu: true, values: layer.values, name: last.name });
    } else {
      stages.push({ name: layer.name, kind: layer.kind, shape: layer.output, values: layer.values, layer: layer, relu: layer.kind === 'relu' });
    }
  }
  stages.forEach(function (stage, i) {
    stage.maps = stage.shape.length === 3;
    stage.isLast = i === stages.length - 1;
    stage.table = stage.table || signTable;
    stage.colors = packed(stage.table);
    [stage.count, stage.rows, stage.columns] = stage.maps ? stage.shape : [stage.shape[0], 1, 1];
    // The least scale, so that the colours do not change with every stroke.
    stage.reference = Math.max(1e-6, ...stage.values.map(Math.abs));
  });

  const what = stage => stage.kind === 'input' ? (inColour ? 'its channels red, green and blue: ' : '') + (input.isPicture ? '0 is dark, 1 is light' : '0 is paper, 1 is ink')
    : (stage.maps ? stage.count + (stage.count === 1 ? ' map' : ' maps') + ' of ' + stage.rows + ' × ' + stage.columns : stage.count + (stage.isLast ? ' numbers, one for each class' : ' units'))
      + { convolution: ', after a ' + (stage.layer.kernel || []).join(' × ') + ' convolution', maxPool: ', the largest of each ' + (stage.layer.kernel || []).join(' × ') + ' window', linear: ', each a sum over all inputs', relu: '' }[stage.kind]
      + (stage.relu ? ' and ReLU' : '');

  part('layers').innerHTML = '<div class="sheets"><p>Each small picture is a <b>map</b>: dark blue where its filter found what it looks for, white where it did not. Click on a pixel of any map to see where its number comes from.</p>' + stages.map((stage, i) =>
    '<figure data-stage="' + i + '"><figcaption><b>' + (i === 0 ? 'What the network sees' : '<code>' + escape(stage.name) + '</code>') + '</b> ' + what(stage) + '</figcaption>'
      + '<div class="sheet" tabindex="0" role="application" aria-roledescription="maps" aria-label="' + escape(stage.name) + ': ' + what(stage) + '. Arrow keys choose a pixel, Page Up and Page Down another map, Enter leads back."><canvas></canvas><canvas class="marks"></canvas></div></figure>').join('')
    + '</div><div class="why" data-part="why"></div><div class="spoken" role="status" aria-live="polite" data-part="layer-spoken"></div>';
  const box = part('layers'), why = part('why');
  box.querySelectorAll('[data-stage]').forEach(function (figure, i) {
    const stage = stages[i];
    stage.figure = figure;
    stage.sheet = figure.querySelector('.sheet');
    [stage.canvas, stage.marks] = figure.querySelectorAll('canvas');
  });

  // The drawing stands above, beside the paper. The three channels stay below the picture that they make together.
  if (!inColour) {
    part('seen').closest('figure').replaceWith(stages[0].figure);
    stages[0].figure.className = 'seen';
  }
  root.classList.add('with-layers');

  let chosen = null, isOwnChoice = false, marked = '', trail = [], pause = 0, width = 0, picture = null;

  // Chooses how many maps stand in a row, and how large their pixels are, by the width of the page.
  function layOut() {
    box.classList.toggle('narrow', box.clientWidth < 720);
    const room = box.firstElementChild.clientWidth;
    if (room === 0 || room === width) return;
    width = room;
    for (const stage of stages) {
      stage.zoom = stage.kind === 'input' ? (inColour ? 3 : 5) : !stage.maps ? 17 : stage.columns >= 50 ? 1 : stage.columns >= 20 ? 2 : stage.columns >= 10 ? 3 : stage.columns >= 5 ? 5 : 8;
      stage.gap = stage.maps ? 1 : 0;
      const most = Math.max(1, Math.floor((room - 4) / ((stage.columns + stage.gap) * stage.zoom)));
      // Full rows, where the number allows it.
      stage.across = Math.min(stage.count, most);
      for (let across = stage.across; across > most / 2; across--) {
        if (stage.count % across === 0) {
          stage.across = across;
          break;
        }
      }
      stage.canvas.width = stage.across * (stage.columns + stage.gap) - stage.gap;
      stage.canvas.height = Math.ceil(stage.count / stage.across) * (stage.rows + stage.gap) - stage.gap;
      stage.image = stage.canvas.getContext('2d').createImageData(stage.canvas.width, stage.canvas.height);
      stage.pixels = new Uint32Array(stage.image.data.buffer);
      // Translucent grey between the maps. The bytes are little-endian, as on every machine that runs a browser.
      stage.pixels.fill(0x60808080);
      for (const side of ['width', 'height']) {
        stage.sheet.style[side] = stage.canvas[side] * stage.zoom + 'px';
        stage.marks[side] = stage.canvas[side] * stage.zoom * 2;
      }
    }
    draw();
    mark();
  }

  function draw() {
    for (const stage of stages) {
      const { values, rows, columns, across, pixels, gap, colors } = stage, line = stage.canvas.width;
      let largest = stage.reference;
      for (let i = 0; i < values.length; i++) largest = Math.max(largest, Math.abs(values[i]));
      stage.scale = stage.unit ? 1 : largest;
      for (let map = 0, from = 0; map < stage.count; map++) {
        let to = Math.floor(map / across) * (rows + gap) * line + map % across * (columns + gap);
        for (let y = 0; y < rows; y++, to += line - columns) {
          for (let x = 0; x < columns; x++) pixels[to++] = colors[level(values[from++], stage.scale)];
        }
      }
      stage.canvas.getContext('2d').putImageData(stage.image, 0, 0);
    }
  }

  const at = (stage, place) => (place.map * stage.rows + place.y) * stage.columns + place.x;
  const valueAt = place => stages[place.stage].values[at(stages[place.stage], place)];
  const within = (value, size) => Math.min(size - 1, Math.max(0, value));

  // The pixels of the stage before that a place was computed from; in padding they lie outside the image.
  function windowOf(place) {
    const { layer, kind, relu } = stages[place.stage], before = stages[place.stage - 1];
    if (kind === 'linear') return { top: 0, left: 0, bottom: before.rows - 1, right: before.columns - 1 };
    if (kind === 'relu' && relu) return { top: place.y, left: place.x, bottom: place.y, right: place.x };
    const top = place.y * layer.stride[0] - layer.padding[0], left = place.x * layer.stride[1] - layer.padding[1];
    return { top: top, left: left, bottom: top + layer.kernel[0] - 1, right: left + layer.kernel[1] - 1 };
  }

  // The pixels of the drawing that a place depends on.
  function behind(place) {
    let area = { top: place.y, left: place.x, bottom: place.y, right: place.x };
    for (let i = place.stage; i > 0; i--) {
      const first = windowOf({ stage: i, map: 0, y: area.top, x: area.left }), last = windowOf({ stage: i, map: 0, y: area.bottom, x: area.right });
      area = { top: first.top, left: first.left, bottom: last.bottom, right: last.right };
    }
    return { top: within(area.top, stages[0].rows), left: within(area.left, stages[0].columns), bottom: within(area.bottom, stages[0].rows), right: within(area.right, stages[0].columns) };
  }

  function outline(stage, map, area, color, around) {
    const pen = stage.marks.getContext('2d'), size = 2 * stage.zoom;
    const left = (map % stage.across * (stage.columns + stage.gap) + Math.max(0, area.left)) * size, top = (Math.floor(map / stage.across) * (stage.rows + stage.gap) + Math.max(0, area.top)) * size;
    const wide = (Math.min(stage.columns - 1, area.right) - Math.max(0, area.left) + 1) * size, high = (Math.min(stage.rows - 1, area.bottom) - Math.max(0, area.top) + 1) * size;
    for (const [line, style] of [[6, 'var(--cnn-paper)'], [3, color]]) {
      pen.lineWidth = line;
      pen.strokeStyle = style;
      // Around a single small pixel, so that it stays visible; otherwise within the window.
      pen.strokeRect(left + 2 - around, top + 2 - around, Math.max(2, wide - 4) + 2 * around, Math.max(2, high - 4) + 2 * around);
    }
  }

  function mark() {
    if (!chosen || width === 0) return;
    const stage = stages[chosen.stage], before = stages[chosen.stage - 1];
    const inputs = stage.kind === 'linear' ? strongest(chosen, 4) : stage.kind === 'convolution' ? channels(chosen).slice(0, before.count === 1 ? 1 : 3) : [chosen];
    // While the learner draws, the frames mostly stay where they are, so they are not drawn again.
    const key = width + JSON.stringify(chosen) + inputs.map(one => [one.map, one.y, one.x]).join();
    if (key === marked) return;
    marked = key;
    for (const other of stages) other.marks.getContext('2d').clearRect(0, 0, other.marks.width, other.marks.height);
    if (chosen.stage > 1) {
      for (let map = 0; map < stages[0].count; map++) outline(stages[0], map, behind(chosen), 'var(--cnn-accent)', 0);
    }
    if (chosen.stage > 0) {
      for (const one of inputs) outline(before, one.map, stage.kind === 'linear' ? { top: one.y, left: one.x, bottom: one.y, right: one.x } : windowOf(chosen), 'var(--cnn-orange)', 0);
    }
    outline(stage, chosen.map, { top: chosen.y, left: chosen.x, bottom: chosen.y, right: chosen.x }, 'var(--cnn-pink)', stage.zoom < 6 ? 6 : 0);
  }

  // How much each map of the stage before adds to a pixel of a convolution, the largest first; red, green and blue keep their order.
  function channels(place) {
    const { layer } = stages[place.stage], before = stages[place.stage - 1], area = windowOf(place);
    const size = layer.kernel[0] * layer.kernel[1], all = [];
    for (let map = 0; map < before.count; map++) {
      const pixels = [], weights = [], products = [];
      let sum = 0;
      for (let i = 0; i < size; i++) {
        const y = area.top + Math.floor(i / layer.kernel[1]), x = area.left + i % layer.kernel[1];
        const inside = y >= 0 && x >= 0 && y < before.rows && x < before.columns;
        pixels.push(inside ? before.values[(map * before.rows + y) * before.columns + x] : null);
        weights.push(layer.weight(place.map, map * size + i));
        products.push((pixels[i] || 0) * weights[i]);
        sum += products[i];
      }
      all.push({ map: map, pixels: pixels, weights: weights, products: products, sum: sum });
    }
    return before.kind === 'input' ? all : all.sort((a, b) => Math.abs(b.sum) - Math.abs(a.sum));
  }

  // The inputs that add most to a unit of a dense layer.
  function strongest(place, most) {
    const { layer } = stages[place.stage], before = stages[place.stage - 1];
    const all = Array.from(before.values, function (value, i) {
      const weight = layer.weight(place.map, i);
      return { stage: place.stage - 1, map: Math.floor(i / (before.rows * before.columns)), y: Math.floor(i / before.columns) % before.rows, x: i % before.columns, value: value, weight: weight, product: value * weight };
    });
    return all.sort((a, b) => Math.abs(b.product) - Math.abs(a.product)).slice(0, most);
  }

  const mapName = place => place.stage === 0 && inColour ? ['red', 'green', 'blue'][place.map] : 'map ' + place.map;
  const title = place => place.stage === 0 ? 'Row ' + place.y + ', column ' + place.x + ' of what the network sees' + (inColour ? ', ' + mapName(place) : '')
    : stages[place.stage].maps ? stages[place.stage].name + ', map ' + place.map + ', row ' + place.y + ', column ' + place.x
    : stages[place.stage].isLast && names[place.map] ? stages[place.stage].name + ', ' + names[place.map] : stages[place.stage].name + ', unit ' + place.map;

  function grid(label, values, columns, scale, colors, choice) {
    const unit = 34, rows = values.length / columns;
    const cells = values.map(function (value, i) {
      const color = value === null ? null : colors[level(value, scale)];
      const dark = color && color[0] * 0.3 + color[1] * 0.6 + color[2] * 0.1 < 140;
      const x = i % columns * unit, y = Math.floor(i / columns) * unit;
      return '<g' + (choice && value !== null ? ' data-go="' + escape(JSON.stringify(choice(i))) + '"' : '') + '><rect x="' + x + '" y="' + y + '" width="' + unit + '" height="' + unit + '" style="fill:' + (color ? 'rgb(' + color + ')' : 'none') + '"/><text x="' + (x + unit / 2) + '" y="' + (y + 21) + '" style="fill:' + (value === null ? 'currentColor' : dark ? 'var(--cnn-paper)' : 'var(--cnn-ink)') + '">' + (value === null ? '·' : number(value)) + '</text></g>';
    });
    return '<span class="grid"><svg viewBox="-1 -1 ' + (columns * unit + 2) + ' ' + (rows * unit + 2) + '" style="width:' + columns * 2.25 + 'em" role="img" aria-label="' + label + '">' + cells.join('') + '</svg><small>' + label + '</small></span>';
  }

  const go = (place, text) => '<button type="button" data-go="' + escape(JSON.stringify(place)) + '">' + text + '</button>';

  function sumLine(stage, terms, value) {
    const total = terms.reduce((sum, term) => sum + term, 0);
    return '<p class="sum">' + terms.map(number).join(' + ').replace(/\+ −/g, '− ') + ' = '
      + (!stage.relu ? '<b>' + number(value) + '</b>' : number(total) + (total > 0 ? '. It is above 0, so ReLU keeps it: <b>' + number(value) + '</b>' : '. It is not above 0, so ReLU makes it <b>0</b>')) + '.</p>';
  }

  function explainConvolution(place) {
    const stage = stages[place.stage], { layer } = stage, before = stages[place.stage - 1], area = windowOf(place);
    const all = channels(place), shown = all.slice(0, before.count === 1 ? 1 : 3), rest = all.slice(shown.length).reduce((sum, one) => sum + one.sum, 0);
    const size = layer.kernel.join(' × '), bias = layer.bias(place.map);
    const largestWeight = Math.max(...all.flatMap(one => one.weights.map(Math.abs)), 1e-6);
    const largestProduct = Math.max(...shown.flatMap(one => one.products.map(Math.abs)), 1e-6);
    return '<p>Filter ' + place.map + ' looked at ' + (before.count === 1 ? 'these ' + size + ' pixels' : size + ' pixels of each of the ' + before.count + (before.kind === 'input' ? ' channels' : ' maps before it')) + ', multiplied each with the weight at the same place of its kernel, and added up the products.'
      + (all.length > shown.length ? ' The ' + shown.length + ' maps that count most here:' : '') + '</p>'
      + shown.map(one => '<div class="product">'
        + grid(before.count === 1 ? 'pixels' : mapName({ stage: place.stage - 1, map: one.map }), one.pixels, layer.kernel[1], before.scale || 1, before.table, i => ({ stage: place.stage - 1, map: one.map, y: area.top + Math.floor(i / layer.kernel[1]), x: area.left + i % layer.kernel[1] }))
        + '<span>×</span>' + grid('kernel', one.weights, layer.kernel[1], largestWeight, signTable) + '<span>=</span>' + grid('products', one.products, layer.kernel[1], largestProduct, signTable)
        + '<span class="result">sum <b>' + number(one.sum) + '</b></span></div>').join('')
      + '<p>' + (before.count === 1 ? 'The sum of the products' : (before.kind === 'input' ? 'The sums of the channels' : 'The sums of these maps') + (all.length > shown.length ? ', of the other ' + (all.length - shown.length) + ' together' : '')) + ', and the filter’s bias:</p>'
      + sumLine(stage, [...shown.map(one => one.sum), ...(all.length > shown.length ? [rest] : []), bias], valueAt(place))
      + '<p class="back">Where did these pixels come from? ' + shown.map(one => go(inside({ stage: place.stage - 1, map: one.map, y: Math.floor((area.top + area.bottom) / 2), x: Math.floor((area.left + area.right) / 2) }), '← ' + (before.count === 1 ? escape(before.name) : mapName({ stage: place.stage - 1, map: one.map })))).join(' ') + '</p>';
  }

  const inside = place => Object.assign(place, { y: within(place.y, stages[place.stage].rows), x: within(place.x, stages[place.stage].columns) });

  function explainPool(place) {
    const stage = stages[place.stage], before = stages[place.stage - 1], area = windowOf(place), values = [], places = [];
    for (let y = area.top; y <= area.bottom; y++) {
      for (let x = area.left; x <= area.right; x++) {
        const isInside = y >= 0 && x >= 0 && y < before.rows && x < before.columns;
        places.push({ stage: place.stage - 1, map: place.map, y: y, x: x });
        values.push(isInside ? valueAt(places[places.length - 1]) : null);
      }
    }
    const largest = values.indexOf(Math.max(...values.filter(value => value !== null)));
    return '<p>Pooling keeps the largest number of this window of ' + mapName(places[0]) + ', and forgets its place.</p><div class="product">'
      + grid(mapName(places[0]), values, stage.layer.kernel[1], before.scale || 1, before.table, i => places[i]) + '<span class="result">largest <b>' + number(valueAt(place)) + '</b></span></div>'
      + '<p class="back">Where did it come from? ' + go(places[largest], '← ' + escape(title(places[largest]))) + '</p>';
  }

  function explainLinear(place) {
    const stage = stages[place.stage], before = stages[place.stage - 1], all = strongest(place, before.values.length), shown = all.slice(0, 5);
    const bias = stage.layer.bias(place.map), rest = all.slice(5).reduce((sum, one) => sum + one.product, 0);
    return '<p>' + (stage.isLast ? 'The score of this class' : 'This unit') + ' adds up all ' + all.length.toLocaleString('en') + ' numbers before it, each with a weight of its own. These count most here:</p><table><thead><tr><th scope="col">from</th><th scope="col">number</th><th scope="col">weight</th><th scope="col">product</th></tr></thead><tbody>'
      + shown.map(one => '<tr><td>' + go({ stage: one.stage, map: one.map, y: one.y, x: one.x }, '← ' + (before.maps ? mapName(one) + ', ' + one.y + ', ' + one.x : 'unit ' + one.map)) + '</td><td>' + number(one.value) + '</td><td>' + number(one.weight) + '</td><td>' + number(one.product) + '</td></tr>').join('')
      + '</tbody></table><p>These ' + shown.length + ', the other ' + (all.length - shown.length).toLocaleString('en') + ' together, and the bias:</p>' + sumLine(stage, [...shown.map(one => one.product), rest, bias], valueAt(place))
      + (stage.isLast ? '<p>Softmax turns it into a probability: the larger a score compared with the others, the nearer to 100 %.</p>' : '');
  }

  function explain() {
    if (!chosen) {
      why.innerHTML = '<p><b>Where does a number come from?</b></p><p>Click on a pixel of any map: here you see what the layer looked at, what it multiplied, and what came out. Rows, columns and maps are counted from 0, as in C#.</p>';
      return;
    }
    const stage = stages[chosen.stage], area = behind(chosen);
    const rows = area.bottom - area.top + 1, columns = area.right - area.left + 1;
    const body = stage.kind === 'convolution' ? explainConvolution(chosen) : stage.kind === 'maxPool' ? explainPool(chosen) : stage.kind === 'linear' ? explainLinear(chosen)
      : stage.kind === 'input' ? '<p>This is ' + stages[0].name + ' itself: ' + what(stages[0]) + '. There is no layer before it.</p>' : '<p>ReLU replaces numbers below 0 by 0.</p><p class="back">' + go(Object.assign({}, chosen, { stage: chosen.stage - 1 }), '← ' + escape(stages[chosen.stage - 1].name)) + '</p>';
    why.innerHTML = '<p class="name"><b>' + escape(title(chosen)) + '</b>: <b>' + number(valueAt(chosen)) + '</b></p>' + body
      + (chosen.stage > 1 ? '<p class="small">Behind it lie ' + rows + ' × ' + columns + ' pixels of ' + stages[0].name + ': the blue frame.</p>' : '')
      + (trail.length > 0 ? '<p class="small">' + go('back', '↩ ' + escape(title(trail[trail.length - 1]))) + '</p>' : '');
  }

  function speak() {
    clearTimeout(pause);
    pause = setTimeout(() => { part('layer-spoken').textContent = title(chosen) + ': ' + number(valueAt(chosen)) + '. ' + [...why.querySelectorAll('.sum')].map(line => line.textContent).join(' '); }, 400);
  }

  function choose(place, cameFrom) {
    trail = cameFrom ? [...trail, cameFrom].slice(-20) : trail;
    isOwnChoice = true;
    show(place);
    speak();
  }

  function show(place) {
    chosen = place;
    // Without room beside the maps, the explanation stands below the maps that it explains.
    if (box.classList.contains('narrow')) {
      if (why.previousElementSibling !== stages[place.stage].figure) stages[place.stage].figure.after(why);
    } else if (why.parentNode !== box) box.append(why);
    explain();
    mark();
  }

  stages.forEach(function (stage, i) {
    stage.sheet.addEventListener('click', function (event) {
      const area = stage.sheet.getBoundingClientRect();
      const x = Math.floor((event.clientX - area.left) / area.width * stage.canvas.width), y = Math.floor((event.clientY - area.top) / area.height * stage.canvas.height);
      const map = Math.floor(y / (stage.rows + stage.gap)) * stage.across + Math.floor(x / (stage.columns + stage.gap));
      if (map >= stage.count) return;
      trail = [];
      choose(inside({ stage: i, map: map, y: y % (stage.rows + stage.gap), x: x % (stage.columns + stage.gap) }));
    });
    stage.sheet.addEventListener('keydown', function (event) {
      const place = chosen && chosen.stage === i ? Object.assign({}, chosen) : { stage: i, map: 0, y: Math.floor(stage.rows / 2), x: Math.floor(stage.columns / 2) };
      const turn = map => { place.map = within(map, stage.count); };
      switch (event.key) {
        case 'ArrowLeft': if (stage.maps) place.x--; else turn(place.map - 1); break;
        case 'ArrowRight': if (stage.maps) place.x++; else turn(place.map + 1); break;
        case 'ArrowUp': if (stage.maps) place.y--; else turn(place.map - stage.across); break;
        case 'ArrowDown': if (stage.maps) place.y++; else turn(place.map + stage.across); break;
        case 'PageUp': turn(place.map - 1); break;
        case 'PageDown': turn(place.map + 1); break;
        case 'Enter': {
          const back = chosen && chosen.stage === i && why.querySelector('.back [data-go], table [data-go]');
          if (back) {
            back.click();
            // The focus moves to the maps that are explained now.
            stages[chosen.stage].sheet.focus();
          }
          event.preventDefault();
          return;
        }
        default: return;
      }
      event.preventDefault();
      trail = [];
      choose(inside(place));
    });
  });
  part('bars').addEventListener('click', function (event) {
    const bar = [...part('bars').children].indexOf(event.target.closest('li'));
    if (bar >= 0 && stages[stages.length - 1].count > bar) {
      trail = [];
      choose({ stage: stages.length - 1, map: bar, y: 0, x: 0 });
    }
  });
  why.addEventListener('click', function (event) {
    const target = event.target.closest('[data-go]');
    if (!target) return;
    const place = JSON.parse(target.dataset.go), had = document.activeElement === target || why.contains(document.activeElement);
    if (place === 'back') {
      const last = trail.pop();
      choose(last);
    } else choose(inside(place), chosen);
    // The button that was pressed is gone, so the focus moves to the maps that are explained now.
    if (had) stages[chosen.stage].sheet.focus({ preventScroll: true });
  });

  // Until the learner chooses a pixel: the strongest answer of the first filters.
  function chooseStrongest() {
    const first = stages.findIndex(stage => stage.kind === 'convolution');
    if (first < 0) return;
    const { values, rows, columns } = stages[first], at = i => ({ stage: first, map: Math.floor(i / (rows * columns)), y: Math.floor(i / columns) % rows, x: i % columns });
    // At the rim a part of the window lies outside the picture, which makes a poor example.
    const isInside = ({ x, y }) => x > 0 && y > 0 && x < columns - 1 && y < rows - 1;
    show(at(values.reduce((best, value, i) => value > values[best] && isInside(at(i)) ? i : best, columns + 1)));
  }

  // Called after the network has computed a picture: shows it in all maps.
  function update(pixels) {
    stages[0].values = picture = pixels;
    layOut();
    if (width === 0) return;
    draw();
    if (isOwnChoice) show(chosen);
    else if (pixels.some(value => value > 0)) chooseStrongest();
  }

  new ResizeObserver(layOut).observe(box);
  explain();
  // For the tests: what is chosen, and all numbers of every layer for a picture.
  root.chosen = () => chosen;
  root.layers = () => predict.layers.map(layer => layer.values);
  return { update: update };
})
