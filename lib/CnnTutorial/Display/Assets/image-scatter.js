// Shows the image that belongs to a point of a chart: beside the mouse, the finger, or the point whose number was typed.
(function (root, settings) {
  'use strict';

  // Two pixels per byte, compressed, in base64: see ImageScatter.
  async function unpack() {
    const bytes = Uint8Array.from(atob(settings.images), letter => letter.charCodeAt(0));
    const halves = new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer());
    return at => 17 * (halves[at >> 1] >> 4 * (at & 1) & 15);
  }

  function start(root, chart, shade) {
    const part = name => root.querySelector('[data-part="' + name + '"]');
    const tip = part('tip'), ring = part('ring'), canvas = part('image'), number = part('number');
    const size = settings.rows * settings.columns;
    canvas.width = settings.columns;
    canvas.height = settings.rows;

    function describe(image) {
      const label = settings.labels[image], answer = settings.answers ? settings.answers[image] : label;
      return settings.names[label] + (answer === label ? '' : ', taken for ' + settings.names[answer]);
    }

    function paint(image) {
      const context = canvas.getContext('2d'), picture = context.createImageData(settings.columns, settings.rows);
      for (let i = 0; i < size; i++) {
        // As in the image grids: 0 is white paper, 255 dark ink.
        const ink = shade(image * size + i) / 255;
        picture.data.set([255 - ink * 239, 255 - ink * 231, 255 - ink * 223, 255], 4 * i);
      }
      context.putImageData(picture, 0, 0);
      part('caption').textContent = 'Image ' + image + ': ' + describe(image);
    }

    // A point's position follows from the axes, which change with the width of the page.
    function show(image) {
      const layout = chart._fullLayout, place = settings.places[image];
      const x = layout.xaxis._offset + layout.xaxis.l2p(place[0]), y = layout.yaxis._offset + layout.yaxis.l2p(place[1]);
      paint(image);
      tip.hidden = ring.hidden = false;
      ring.style.transform = 'translate(' + (x - 8) + 'px,' + (y - 8) + 'px)';
      // Beside the point, on the side on which there is room.
      const left = x + 14 + tip.offsetWidth > root.clientWidth ? Math.max(0, x - 14 - tip.offsetWidth) : x + 14;
      const top = Math.max(0, Math.min(y - tip.offsetHeight / 2, chart.clientHeight - tip.offsetHeight));
      tip.style.transform = 'translate(' + left + 'px,' + top + 'px)';
    }

    function hide() {
      tip.hidden = ring.hidden = true;
    }

    chart.on('plotly_hover', event => {
      const point = event.points[0];
      show(settings.members[point.curveNumber][point.pointNumber]);
    });
    chart.on('plotly_unhover', hide);
    number.addEventListener('input', function () {
      const image = number.valueAsNumber, known = Number.isInteger(image) && image >= 0 && image < settings.labels.length;
      if (known) show(image);
      else hide();
      part('said').textContent = known ? describe(image) : number.value === '' ? '' : 'There are images 0 to ' + (settings.labels.length - 1) + '.';
    });
    number.addEventListener('blur', hide);
    new ResizeObserver(hide).observe(chart);
    root.dataset.ready = 'yes';
  }

  const chart = document.getElementById('chart-' + root.id);
  const begin = async () => start(root, chart, await unpack());
  // The chart unpacks plotly.js first, and says when it is drawn (chart.js).
  if (chart.dataset.drawn) begin();
  else chart.addEventListener('drawn', begin, { once: true });
})
