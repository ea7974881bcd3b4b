(() => {
  // The current section: the last heading above the upper third of the window.
  const links = new Map([...document.querySelectorAll('.contents a')].map(link => [decodeURIComponent(link.hash.slice(1)), link]));
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
  for (const button of document.querySelectorAll('button.copy')) {
    button.hidden = false;
    button.addEventListener('click', async () => {
      const done = await copy(button.parentElement.querySelector('code'));
      button.textContent = done ? 'Copied' : 'Selected';
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    });
  }

  // A box that scrolls can be reached by keyboard; one that doesn't is no stop on the way.
  const boxes = new ResizeObserver(entries => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth + 1 || target.scrollHeight > target.clientHeight + 1) target.tabIndex = 0;
      else target.removeAttribute('tabindex');
    }
  });
  document.querySelectorAll('.scroll').forEach(box => boxes.observe(box));
})();
