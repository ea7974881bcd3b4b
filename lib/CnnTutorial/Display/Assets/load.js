(function (id, data, layout) {
  const host = window;
  async function load() {
    const source = document.querySelector('script.plotly-source');
    const bytes = Uint8Array.from(atob(source.textContent.trim()), c => c.charCodeAt(0));
    const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text();
    const script = document.createElement('script');
    // A page with an AMD loader (Jupyter Notebook 6) would take plotly.js for an anonymous module: hide the loader from it.
    script.textContent = '(function(define, exports, module){' + text + '\n}).call(window);';
    document.head.appendChild(script).remove();
  }
  async function show(tries) {
    const element = document.getElementById(id);
    // Some hosts run an output's script before the output itself is in the document.
    if (!element || !document.querySelector('script.plotly-source') && !host.cnnTutorialCharts) {
      if (tries > 0) setTimeout(show, 50, tries - 1);
      return;
    }
    try {
      if (!host.cnnTutorialCharts) await (host.cnnTutorialChartsLoading = host.cnnTutorialChartsLoading || load());
      host.cnnTutorialCharts.draw(element, data, layout);
    } catch (error) {
      element.textContent = 'The chart could not be drawn: ' + error;
    }
  }
  show(100);
})
