// Search within the page: in text, code and outputs, also in what is folded. The browser paints the matches
// (CSS Custom Highlight API), so nothing is put into the page for them, and a match may run across the colours of code.
(() => {
  if (!CSS.highlights) return;

  const button = document.getElementById('page-find-button');
  const panel = document.getElementById('page-find');
  const bar = panel.parentElement;
  const main = document.querySelector('main');
  const field = panel.querySelector('input');
  const count = panel.querySelector('output');
  const [previous, next, closing] = panel.querySelectorAll('button');

  // Stands between blocks, so that no match runs from one into the next. No query has it.
  const border = '\uFFFC';
  const passedOver = 'script, style, template, noscript, svg, canvas, annotation, button, select, textarea, .source > .count, .source > .copy';

  let matches = [];
  let current = -1;
  let waiting = 0;
  const unfolded = new Set();

  /** All text that can be seen or unfolded, and for each piece of it the node that holds it. */
  function read() {
    const pieces = [], starts = [], nodes = [];
    let length = 0;
    const add = (text, node) => {
      pieces.push(text);
      starts.push(length);
      nodes.push(node);
      length += text.length;
    };
    const visit = element => {
      const style = getComputedStyle(element);
      // What is cut to nothing is there for screen readers alone.
      if (style.display === 'none' || style.visibility === 'hidden' || style.clipPath !== 'none') return;

      const inline = /^(inline|contents)$|math/.test(style.display);
      if (!inline) add(border, null);
      for (const child of element.childNodes) {
        if (child.nodeType === Node.TEXT_NODE) add(child.data, child);
        else if (child.nodeName === 'BR') add('\n', null);
        else if (child.nodeType === Node.ELEMENT_NODE && !child.matches(passedOver)) visit(child);
      }
      if (!inline) add(border, null);
    };

    visit(main);
    return { text: pieces.join(''), starts, nodes };
  }

  function search(query) {
    const words = query.trim().split(/\s+/).filter(Boolean).map(word => word.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
    if (words.length === 0) return [];

    const { text, starts, nodes } = read();
    let piece = 0;
    const place = index => {
      while (piece + 1 < starts.length && starts[piece + 1] <= index) piece++;
      return [nodes[piece], index - starts[piece]];
    };
    return Array.from(text.matchAll(new RegExp(words.join('\\s+'), 'giu')), match => {
      const [startContainer, startOffset] = place(match.index);
      const [endContainer, last] = place(match.index + match[0].length - 1);
      return new StaticRange({ startContainer, startOffset, endContainer, endOffset: last + 1 });
    });
  }

  /** The match as a range that has a place on the screen; null where the page has changed under it. */
  function live(match) {
    const range = new Range();
    try {
      range.setStart(match.startContainer, match.startOffset);
      range.setEnd(match.endContainer, match.endOffset);
    } catch {
      return null;
    }

    return range.startContainer.isConnected ? range : null;
  }

  const folds = node => {
    const found = [];
    for (let fold = node.parentElement.closest('details'); fold; fold = fold.parentElement.closest('details')) {
      if (!fold.querySelector(':scope > summary')?.contains(node)) found.push(fold);
    }
    return found;
  };

  /** Unfolds what hides the match, and folds again what was unfolded for another. */
  function unfold(node) {
    const around = folds(node);
    for (const fold of unfolded) {
      if (!around.includes(fold)) {
        fold.open = false;
        unfolded.delete(fold);
      }
    }
    for (const fold of around.filter(fold => !fold.open)) {
      fold.open = true;
      unfolded.add(fold);
    }
  }

  function reveal(range) {
    for (let box = range.startContainer.parentElement; box !== main; box = box.parentElement) {
      if (!/auto|scroll/.test(getComputedStyle(box).overflow)) continue;

      const frame = box.getBoundingClientRect(), rect = range.getBoundingClientRect();
      if (rect.top < frame.top || rect.bottom > frame.bottom) box.scrollTop += rect.top - frame.top - box.clientHeight / 3;
      if (rect.left < frame.left || rect.right > frame.right) box.scrollLeft += rect.left - frame.left - box.clientWidth / 3;
    }

    const rect = range.getBoundingClientRect();
    if (rect.top < bar.getBoundingClientRect().bottom + 16 || rect.bottom > innerHeight - 16) {
      scrollBy({ top: rect.top - innerHeight / 3, behavior: 'instant' });
    }
  }

  /** The first match from the top of the window on, as a reader expects it. */
  function nearest() {
    const top = bar.getBoundingClientRect().bottom;
    const cell = [...main.children].find(child => child.getBoundingClientRect().bottom > top);
    const after = matches.findIndex(({ startContainer: node }) => {
      if (!cell?.contains(node)) return !cell || cell.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
      return (folds(node).findLast(fold => !fold.open) ?? node.parentElement).getBoundingClientRect().bottom > top;
    });
    return Math.max(0, after);
  }

  function paint(name, ranges, priority) {
    const highlight = new Highlight();
    highlight.priority = priority;
    for (const range of ranges) highlight.add(range);
    CSS.highlights.set(name, highlight);
  }

  function go(to) {
    if (matches.length === 0) return;
    current = (to + matches.length) % matches.length;
    const range = live(matches[current]);
    if (!range) {
      update();
      return;
    }

    unfold(range.startContainer);
    paint('page-find-current', [range], 1);
    count.textContent = `${current + 1} of ${matches.length}`;
    reveal(range);
  }

  function update() {
    clearTimeout(waiting);
    waiting = 0;
    matches = search(field.value);
    current = -1;
    paint('page-find', matches, 0);
    CSS.highlights.delete('page-find-current');
    for (const step of [previous, next]) step.disabled = matches.length === 0;
    if (matches.length > 0) {
      go(nearest());
    } else {
      for (const fold of unfolded) fold.open = false;
      unfolded.clear();
      count.textContent = field.value.trim() ? 'Nothing found' : '';
    }
  }

  function open() {
    panel.hidden = false;
    button.setAttribute('aria-expanded', 'true');
    field.focus();
    field.select();
    update();
  }

  function close() {
    if (panel.hidden) return;
    clearTimeout(waiting);
    waiting = 0;
    panel.hidden = true;
    button.setAttribute('aria-expanded', 'false');
    CSS.highlights.delete('page-find');
    CSS.highlights.delete('page-find-current');
    matches = [];
    count.textContent = '';
    // What was unfolded for the last match stays: the reader was looking at it.
    unfolded.clear();
    button.focus({ preventScroll: true });
  }

  button.hidden = false;
  button.addEventListener('click', () => (panel.hidden ? open() : close()));
  closing.addEventListener('click', close);
  next.addEventListener('click', () => go(current + 1));
  previous.addEventListener('click', () => go(current - 1));
  field.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(update, 120);
  });
  field.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    if (waiting) update();
    else go(current + (event.shiftKey ? -1 : 1));
  });
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape' && !event.isComposing && !panel.hidden) {
      event.preventDefault();
      close();
    } else if (event.key.toLowerCase() === 'k' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      open();
    }
  });
})();
