// Draws a chart. The first on a page unpacks plotly.js, which an earlier output may have brought.
(function (element, data, layout) {
  const host = window;
  async function load() {
    const source = document.querySelector('script.plotly-source');
    const bytes = Uint8Array.from(atob(source.textContent.trim()), c => c.charCodeAt(0));
    const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
    const script = document.createElement('script');
    // A page with an AMD loader (Jupyter Notebook 6) would treat plotly.js as an anonymous module, so the loader is hidden from it.
    script.textContent = '(function(define, exports, module){' + text + '\n}).call(window);';
    document.head.appendChild(script).remove();
  }
  (async function () {
    try {
      if (!host.cnnTutorialCharts) await (host.cnnTutorialChartsLoading = host.cnnTutorialChartsLoading || load());
      host.cnnTutorialCharts.draw(element, data, layout);
    } catch (error) {
      element.textContent = 'The chart could not be drawn: ' + error;
    }
  })();
})
