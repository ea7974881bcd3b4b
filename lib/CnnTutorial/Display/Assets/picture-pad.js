// The pad for pictures: one is chosen or dropped, and bars and maps show what the network makes of it.
(function (root, settings, createBars, createNetwork, createLayers) {
  'use strict';

  const [channels, rows, columns] = settings.shape, area = rows * columns, part = name => root.querySelector('[data-part="' + name + '"]');
  const predict = createNetwork(settings.network), answer = createBars(root, settings);
  const bytes = Uint8Array.from(atob(settings.examples), letter => letter.charCodeAt(0));
  const examples = settings.labels.map((_, i) => Float32Array.from(bytes.subarray(i * channels * area, (i + 1) * channels * area), value => value / 255));
  const layers = createLayers(root, predict, settings.names, { name: 'the picture', shape: settings.shape, isPicture: channels === 3, sample: examples[0] || new Float32Array(channels * area) });
  let picture = new Float32Array(channels * area);

  function paint(canvas, pixels) {
    const context = canvas.getContext('2d'), image = context.createImageData(columns, rows);
    for (let i = 0; i < area; i++) {
      for (let channel = 0; channel < 3; channel++) image.data[4 * i + channel] = Math.round(255 * (channels === 3 ? pixels[channel * area + i] : 1 - pixels[i]));
      image.data[4 * i + 3] = 255;
    }
    context.putImageData(image, 0, 0);
  }

  function show(pixels, name, example) {
    picture = pixels;
    // With one channel the first map stands in its place.
    if (part('seen')) paint(part('seen'), pixels);
    const said = answer(predict(pixels), false);
    layers.update(pixels);
    part('spoken').textContent = name + ': ' + said + '.';
    [...part('examples').children].forEach((button, i) => button.setAttribute('aria-pressed', String(i === example)));
  }

  // As Datasets.FromFolder prepares a file: turned as the camera noted, over white, its middle square.
  async function read(file) {
    let bitmap;
    try {
      bitmap = await createImageBitmap(file);
    } catch {
      part('message').textContent = (file.name || 'The file') + ' is no picture that this browser can read; take a PNG or JPEG.';
      return;
    }
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [columns, rows];
    const context = canvas.getContext('2d', { willReadFrequently: true }), scale = Math.max(columns / bitmap.width, rows / bitmap.height);
    const [wide, high] = [bitmap.width * scale, bitmap.height * scale];
    context.fillStyle = '#fff';
    context.fillRect(0, 0, columns, rows);
    context.imageSmoothingQuality = 'high';
    context.drawImage(bitmap, (columns - wide) / 2, (rows - high) / 2, wide, high);
    const data = context.getImageData(0, 0, columns, rows).data, pixels = new Float32Array(channels * area);
    for (let i = 0; i < area; i++) {
      const [red, green, blue] = data.subarray(4 * i, 4 * i + 3);
      if (channels === 3) [pixels[i], pixels[area + i], pixels[2 * area + i]] = [red / 255, green / 255, blue / 255];
      // The weights of ITU-R BT.601, as in ImageSplit.ToGrey.
      else pixels[i] = (255 - Math.round(0.299 * red + 0.587 * green + 0.114 * blue)) / 255;
    }
    part('message').textContent = '';
    show(pixels, file.name || 'The picture', -1);
  }

  examples.forEach(function (pixels, i) {
    const button = document.createElement('button'), canvas = document.createElement('canvas'), name = 'Picture ' + (i + 1) + ', ' + settings.names[settings.labels[i]];
    [button.type, canvas.width, canvas.height] = ['button', columns, rows];
    button.setAttribute('aria-label', name);
    canvas.setAttribute('aria-hidden', 'true');
    paint(canvas, pixels);
    button.append(canvas);
    button.onclick = () => show(pixels, name, i);
    part('examples').append(button);
  });
  part('file').addEventListener('change', async function () {
    if (part('file').files.length > 0) await read(part('file').files[0]);
    part('file').value = '';
  });
  root.addEventListener('dragover', event => event.preventDefault());
  root.addEventListener('drop', function (event) {
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    read(event.dataTransfer.files[0]);
  });
  // In Jupyter single keys are commands: an arrow would leave the cell.
  root.addEventListener('keydown', function (event) {
    if (!event.ctrlKey && !event.metaKey && !event.altKey && !(event.key === 'Enter' && event.shiftKey)) event.stopPropagation();
  });

  // For the tests.
  root.predict = predict;
  root.look = () => Array.from(picture);
  answer([], true);
  if (examples.length > 0) part('examples').firstElementChild.click();
  part('waiting').remove();
  root.dataset.ready = 'yes';
})
