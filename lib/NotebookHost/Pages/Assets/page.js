(() => {
  // The current section: the last heading above the upper third of the window.
  const links = new Map([...document.querySelectorAll('#page-contents a')].map(link => [decodeURIComponent(link.hash.slice(1)), link]));
  const headings = [...links.keys()].map(id => document.getElementById(id)).filter(Boolean);
  if (headings.length > 0) {
    const mark = () => {
      const above = headings.filter(heading => heading.getBoundingClientRect().top < innerHeight / 3);
      const current = links.get(above.at(-1)?.id);
      for (const link of links.values()) {
        if (link === current) link.setAttribute('aria-current', 'location');
        else link.removeAttribute('aria-current');
      }

      const list = current?.closest('details');
      if (list && list.scrollHeight > list.clientHeight) {
        const place = current.offsetTop - list.clientHeight / 2;
        if (Math.abs(list.scrollTop - place) > list.clientHeight / 3) list.scrollTop = place;
      }
    };
    const observer = new IntersectionObserver(mark, { rootMargin: '0px 0px -66% 0px', threshold: [0, 1] });
    headings.forEach(heading => observer.observe(heading));
  }

  // Copy buttons.
  const copy = async code => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      return true;
    } catch {
      // No clipboard where the page isn't secure: select the code and use the old command.
      getSelection().selectAllChildren(code);
      return document.execCommand('copy');
    }
  };
  for (const source of document.querySelectorAll('main > .code > .source, main > .code > .folded > .source')) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.innerHTML = '<svg aria-hidden="true" viewBox="0 0 16 16" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.5">' +
      '<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M3.5 10.5A1.5 1.5 0 0 1 2.5 9V4A1.5 1.5 0 0 1 4 2.5h5A1.5 1.5 0 0 1 10.5 3.5"/></svg><span>Copy</span>';
    source.append(button);
    const label = button.querySelector('span');
    button.addEventListener('click', async () => {
      label.textContent = await copy(source.querySelector('code')) ? 'Copied' : 'Selected';
      button.classList.add('done');
      setTimeout(() => {
        label.textContent = 'Copy';
        button.classList.remove('done');
      }, 1500);
    });
  }

  // A button that unfolds everything at once, for printing or searching.
  const folds = [...document.querySelectorAll('main > .text details, main > .code > .folded')];
  const contents = document.getElementById('page-contents');
  if (contents && folds.length > 0) {
    const button = document.createElement('button');
    button.type = 'button';
    const label = () => { button.textContent = folds.every(fold => fold.open) ? 'Fold everything' : `Unfold everything (${folds.length})`; };
    button.addEventListener('click', () => {
      const open = !folds.every(fold => fold.open);
      for (const fold of folds) fold.open = open;
    });
    for (const fold of folds) fold.addEventListener('toggle', label);
    label();
    contents.append(button);
  }

  // Only a box that scrolls is a stop for the Tab key.
  const boxes = new ResizeObserver(entries => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth + 1 || target.scrollHeight > target.clientHeight + 1) target.tabIndex = 0;
      else target.removeAttribute('tabindex');
    }
  });
  document.querySelectorAll('.failure > pre, :is(.scroll, .math.display):not(.outputs > .html *)').forEach(box => boxes.observe(box));
})();
