// The pad that collects: drawings and photos of drawings become lines of text, which Drawings.Parse reads.
(function (root, settings, createPaper, createPicture) {
  'use strict';

  const side = 28, part = name => root.querySelector('[data-part="' + name + '"]');
  const picture = createPicture(settings.preparation), name = part('name'), text = part('text');
  const kept = [];
  // One line is one drawing, and a tab ends the name.
  const oneLine = text => text.trim().replace(/\s+/g, ' '), planned = settings.names.map(oneLine);
  let photo = null, frame = 0, pause = 0;
  const paper = createPaper(root, function () {
    photo = null;
    frame = frame || requestAnimationFrame(show);
  }, say);

  const pixels = () => photo || picture(paper.strokes);
  const isEmpty = () => !photo && paper.strokes.length === 0;

  function show() {
    frame = 0;
    paper.draw();
    paper.paint(part('seen'), pixels());
  }

  function say(sentence) {
    clearTimeout(pause);
    if (sentence) pause = setTimeout(() => { part('spoken').textContent = sentence; }, 300);
  }

  function tell(sentence) {
    part('message').textContent = sentence;
  }

  // 16 levels of grey, two pixels in a byte.
  function encode(values) {
    let bytes = '';
    const level = i => Math.round(15 * values[i]);
    for (let i = 0; i < values.length; i += 2) bytes += String.fromCharCode(level(i) << 4 | level(i + 1));
    return btoa(bytes);
  }

  function element(kind, attributes, content) {
    const made = document.createElement(kind);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    if (content !== undefined) made.textContent = content;
    return made;
  }

  // The classes so far: those named in advance and those drawn.
  function showClasses() {
    const names = [...new Set([...planned, ...kept.map(one => one.name)])];
    part('classes').replaceChildren(...names.map(function (one) {
      const count = kept.filter(other => other.name === one).length;
      const button = element('button', { type: 'button', 'aria-pressed': String(one === oneLine(name.value)) }, one + ': ' + count);
      button.onclick = function () {
        name.value = one;
        showClasses();
        // The buttons are new ones; the keyboard stays where it was.
        part('classes').querySelector('[aria-pressed=true]').focus();
      };
      return button;
    }));
  }

  function showKept() {
    part('kept').replaceChildren(...kept.map(function (one, i) {
      const item = element('li', {}), canvas = element('canvas', { width: side, height: side, role: 'img', 'aria-label': 'Drawing ' + (i + 1) + ', ' + one.name });
      paper.paint(canvas, one.pixels);
      const remove = element('button', { type: 'button', 'aria-label': 'Remove drawing ' + (i + 1) + ', ' + one.name }, '×');
      remove.onclick = function () {
        kept.splice(i, 1);
        showAll();
        tell('Removed.');
        (part('kept').querySelectorAll('button')[Math.min(i, kept.length - 1)] || part('name')).focus();
      };
      item.append(canvas, element('span', {}, one.name), remove);
      return item;
    }));
  }

  function showAll() {
    showClasses();
    showKept();
    text.value = kept.map(one => one.name + '\t' + encode(one.pixels)).join('\n');
    part('copy').disabled = kept.length === 0;
  }

  function next() {
    const given = oneLine(name.value);
    if (isEmpty()) tell('The paper is empty; draw something first.');
    else if (!given || given.startsWith('#')) {
      tell(given ? 'A name cannot begin with #.' : 'Name the class of this drawing first.');
      name.focus();
    } else {
      kept.push({ name: given, pixels: Float32Array.from(pixels()) });
      paper.clear();
      showAll();
      tell(kept.filter(one => one.name === given).length + ' of ' + given + '.');
    }
  }

  function copy() {
    text.select();
    // A frame without rights to the clipboard can still copy what is selected.
    const copied = document.execCommand('copy');
    tell(copied ? 'Copied ' + kept.length + ' drawings.' : 'The text is selected: press Ctrl+C.');
  }

  // A photo: what differs from the paper around it is ink.
  async function read(file) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch {
      tell((file.name || 'The file') + ' is no picture that this browser can read; take a PNG or JPEG.');
      return;
    }
    const scale = Math.min(1, 400 / Math.max(bitmap.width, bitmap.height));
    const width = Math.max(1, Math.round(bitmap.width * scale)), height = Math.max(1, Math.round(bitmap.height * scale));
    const canvas = element('canvas', { width: width, height: height }), context = canvas.getContext('2d', { willReadFrequently: true });
    // What is transparent is paper.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, width, height);
    context.drawImage(bitmap, 0, 0, width, height);
    const image = context.getImageData(0, 0, width, height), grey = new Float32Array(width * height), edge = [];
    for (let i = 0; i < grey.length; i++) {
      // https://www.w3.org/TR/WCAG21/#dfn-relative-luminance, without the gamma.
      grey[i] = (0.2126 * image.data[4 * i] + 0.7152 * image.data[4 * i + 1] + 0.0722 * image.data[4 * i + 2]) / 255;
      const row = Math.floor(i / width), column = i % width;
      if (row === 0 || column === 0 || row === height - 1 || column === width - 1) edge.push(grey[i]);
    }
    // The paper's tone is the middle one of the edge, so dark on light and light on dark both work.
    const tone = edge.sort((a, b) => a - b)[Math.floor(edge.length / 2)];
    const most = grey.reduce((most, value) => Math.max(most, Math.abs(value - tone)), 0);
    if (most < 0.1) {
      tell((file.name || 'The picture') + ' has nothing on it that differs from its edge.');
      return;
    }
    // Differences up to a third of the greatest are shadow and grain.
    let left = width, right = -1, top = height, bottom = -1;
    for (let i = 0; i < grey.length; i++) {
      const value = Math.max(0, (Math.abs(grey[i] - tone) / most - 1 / 3) * 1.5), row = Math.floor(i / width), column = i % width;
      image.data.fill(Math.round(255 * value), 4 * i, 4 * i + 3);
      image.data[4 * i + 3] = 255;
      if (value === 0) continue;
      [left, right, top, bottom] = [Math.min(left, column), Math.max(right, column), Math.min(top, row), Math.max(bottom, row)];
    }
    context.putImageData(image, 0, 0);
    const [wide, high] = [right - left + 1, bottom - top + 1], shrink = settings.preparation.box / Math.max(wide, high);
    const small = element('canvas', { width: side, height: side }), drawn = small.getContext('2d', { willReadFrequently: true });
    drawn.imageSmoothingQuality = 'high';
    drawn.drawImage(canvas, left, top, wide, high, 0, 0, Math.max(1, wide * shrink), Math.max(1, high * shrink));
    const data = drawn.getImageData(0, 0, side, side).data;
    paper.clear();
    photo = picture.place(Float32Array.from({ length: side * side }, (_, i) => data[4 * i] / 255));
    cancelAnimationFrame(frame);
    show();
    tell('This is how a network sees ' + (file.name || 'the picture') + '. Press Next to keep it.');
  }

  part('next').onclick = next;
  part('copy').onclick = copy;
  name.addEventListener('input', showClasses);
  name.addEventListener('keydown', function (event) {
    if (event.key === 'Enter' && !event.isComposing) next();
  });
  part('file').addEventListener('change', async function () {
    if (part('file').files.length > 0) await read(part('file').files[0]);
    part('file').value = '';
  });
  root.addEventListener('dragover', event => event.preventDefault());
  root.addEventListener('drop', function (event) {
    const files = event.dataTransfer.files;
    if (files.length === 0) return;
    event.preventDefault();
    if (files.length === 1) read(files[0]);
    else tell('Drop one picture at a time; each needs its class.');
  });
  root.look = () => Array.from(pixels());
  name.value = planned[0] || '';
  showAll();
  show();
  part('waiting').remove();
  root.dataset.ready = 'yes';
})
