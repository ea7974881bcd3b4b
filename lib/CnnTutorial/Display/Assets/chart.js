// Draws one chart in a notebook's output or in an exported page.
// It runs after plotly.js in the same compressed block, so it is sent once with it.
window.cnnTutorialCharts = window.cnnTutorialCharts || (function () {
  'use strict';

  const transparent = 'rgba(0,0,0,0)';
  const grid = 'rgba(128,128,128,0.25)';

  // The page's own text colour, so that a chart is readable on light and on dark, in any host.
  function textColor(element) {
    return getComputedStyle(element).color || '#333';
  }

  // The course's own charts name these colours instead of choosing one: each is readable on its page.
  const onLight = { '@right': '#1259b5', '@wrong': '#b3201c' };
  const onDark = { '@right': '#7ab8ff', '@wrong': '#ff8f85' };

  function isLight(color) {
    const parts = (color.match(/[\d.]+/g) || [0, 0, 0]).map(Number);
    return 0.299 * parts[0] + 0.587 * parts[1] + 0.114 * parts[2] > 140;
  }

  function themed(original, element) {
    const color = textColor(element);
    const palette = isLight(color) ? onDark : onLight;
    const layout = JSON.parse(JSON.stringify(original), function (key, value) {
      return typeof value === 'string' && palette[value] || value;
    });
    const result = Object.assign({ paper_bgcolor: transparent, plot_bgcolor: transparent }, layout);
    result.font = Object.assign({ color: color, family: 'system-ui, sans-serif' }, layout.font);
    for (const key of Object.keys(layout).concat(['xaxis', 'yaxis'])) {
      if (/^[xy]axis\d*$/.test(key)) {
        result[key] = Object.assign({ gridcolor: grid, zerolinecolor: grid, automargin: true }, layout[key]);
        // XPlot writes a title as a plain string; as an object it can keep its distance from the tick labels.
        if (typeof result[key].title === 'string') {
          result[key].title = { text: result[key].title, standoff: 14 };
        }
      }
    }
    return result;
  }

  // A chart that keeps its proportions shrinks as a whole, letters included.
  function sized(layout, element) {
    const result = Object.assign({}, layout, { autosize: true });
    const meta = layout.meta || {};
    delete result.width;
    delete result.height;
    if (typeof layout.title === 'string' && layout.title) {
      // A title is one line: on a phone a long one takes smaller letters. A letter is about 0.55 of its size wide.
      const fits = (element.clientWidth || 700) / (0.55 * layout.title.length);
      result.title = { text: layout.title, font: { size: Math.max(11, Math.min(17, fits)) } };
    }
    if (meta.designWidth) {
      const scale = Math.min(1, (element.clientWidth || meta.designWidth) / meta.designWidth);
      if (meta.designHeight) {
        // The margins stay as they are, so the picture between them shrinks a little more than the whole.
        const margin = layout.margin || {}, beside = (margin.l || 0) + (margin.r || 0), around = (margin.t || 0) + (margin.b || 0);
        const inner = (meta.designWidth * scale - beside) / (meta.designWidth - beside);
        element.style.height = Math.round((meta.designHeight - around) * inner + around) + 'px';
      }
      result.annotations = (layout.annotations || []).map(function (annotation) {
        const font = Object.assign({ size: 12 }, annotation.font);
        // On a phone two thirds of a letter's size still fit beside each other, and smaller ones cannot be read.
        font.size *= Math.max(0.68, scale);
        return Object.assign({}, annotation, { font: font });
      });
    }
    return result;
  }

  function draw(element, data, layout) {
    let width = -1;
    function render() {
      width = element.clientWidth;
      return window.Plotly.react(element, data, sized(themed(layout, element), element), { responsive: false, displayModeBar: false });
    }
    Promise.resolve(render()).then(function () {
      element.dataset.drawn = 'yes';
      element.dispatchEvent(new Event('drawn'));
    });
    new ResizeObserver(function () {
      if (element.isConnected && element.clientWidth > 0 && element.clientWidth !== width) {
        render();
      }
    }).observe(element);
    document.addEventListener('themechange', render);
    matchMedia('(prefers-color-scheme: dark)').addEventListener('change', function () { setTimeout(render, 50); });
    // A page is printed on white paper, at the paper's width.
    window.addEventListener('beforeprint', render);
    window.addEventListener('afterprint', render);
  }

  return { draw: draw };
})();
