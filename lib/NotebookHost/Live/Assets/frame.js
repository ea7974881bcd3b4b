// Runs in the frame of a cell's outputs: tells the page how high they are, takes its theme, and replaces an output that changes.
(() => {
  const tell = message => parent.postMessage(message, '*');
  const root = document.documentElement;
  let last = -1;
  const measure = () => {
    const height = document.body.getBoundingClientRect().height;
    if (Math.abs(height - last) > 0.5) tell({ type: 'height', height: last = height });
  };

  addEventListener('message', event => {
    if (event.source !== parent) return;
    if (event.data.type === 'theme') {
      root.dataset.theme = event.data.dark ? 'dark' : 'light';
      document.dispatchEvent(new CustomEvent('themechange', { detail: { theme: root.dataset.theme } }));
    } else if (event.data.type === 'quiz') {
      document.dispatchEvent(new CustomEvent('quizrestore', { detail: event.data.chosen }));
    } else if (event.data.type === 'update') {
      const place = document.querySelector(`[data-index="${Number(event.data.index)}"]`);
      if (!place) return;
      place.innerHTML = event.data.html;
      // Scripts that are set through innerHTML do not run; copies of them do.
      for (const script of place.querySelectorAll('script')) {
        const copy = document.createElement('script');
        for (const { name, value } of script.attributes) copy.setAttribute(name, value);
        copy.textContent = script.textContent;
        script.replaceWith(copy);
      }
    }
  });
  addEventListener('keydown', event => {
    if (event.key === 'Escape' && !event.defaultPrevented) tell({ type: 'leave' });
    else if (event.key === 'Enter' && (event.shiftKey || event.ctrlKey || event.altKey)) {
      event.preventDefault();
      tell({ type: 'run', how: event.shiftKey ? 'next' : event.altKey ? 'insert' : 'stay' });
    }
  }, true);
  document.addEventListener('quizprogress', event => tell({ type: 'quiz', ...event.detail }));
  document.addEventListener('focusin', () => tell({ type: 'focus' }));
  new ResizeObserver(measure).observe(document.body);
  addEventListener('load', measure);
  tell({ type: 'ready' });
})();
