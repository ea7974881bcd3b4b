// Which pages were read, kept in this browser. If it stores nothing, nothing of this is shown.
(() => {
  // Pages of another run, in another folder, are other pages.
  const key = 'notebook-pages-read:' + location.pathname.slice(0, location.pathname.lastIndexOf('/') + 1);

  /** The file names of the pages that were read; null where the browser keeps nothing. */
  function load() {
    try {
      const text = localStorage.getItem(key);
      try {
        const pages = JSON.parse(text);
        return Array.isArray(pages) ? pages : [];
      } catch {
        return [];
      }
    } catch {
      return null;
    }
  }

  function save(pages) {
    try {
      localStorage.setItem(key, JSON.stringify(pages));
    } catch {
      // The storage is full or blocked; then the mark is not kept.
    }
  }

  // At the end of a page: a reader who gets here has read it, and can mark it as unread.
  function atTheEnd(line) {
    const page = line.dataset.page, words = line.querySelector('span'), button = line.querySelector('button');
    const isRead = () => load()?.includes(page) ?? false;
    const set = read => {
      const others = (load() ?? []).filter(other => other !== page);
      save(read ? [...others, page] : others);
      show();
    };
    function show() {
      line.hidden = load() === null;
      words.textContent = isRead() ? '✓ You have read this page.' : '';
      button.textContent = isRead() ? 'Mark as unread' : 'Mark as read';
    }

    let timer = 0;
    const observer = new IntersectionObserver(entries => {
      clearTimeout(timer);
      if (entries.at(-1).isIntersecting) {
        timer = setTimeout(() => {
          observer.disconnect();
          set(true);
        }, 1000);
      }
    });
    button.addEventListener('click', () => {
      clearTimeout(timer);
      observer.disconnect();
      set(!isRead());
    });
    show();
    if (!line.hidden && !isRead()) observer.observe(line);
    return show;
  }

  // In the list of all pages.
  function inTheList(summary) {
    const items = [...document.querySelectorAll('.results > [data-page]')];
    const [words, onward, forget] = ['.read-count', '.onward', 'button'].map(part => summary.querySelector(part));
    const bar = summary.querySelector('progress');
    function show() {
      const pages = load();
      summary.hidden = pages === null || items.length === 0;
      const read = items.filter(item => pages?.includes(item.dataset.page)).length;
      for (const item of items) {
        item.classList.toggle('is-read', pages?.includes(item.dataset.page) ?? false);
        item.querySelector('.read').hidden = !item.classList.contains('is-read');
      }

      bar.max = items.length;
      bar.value = read;
      words.textContent = read === items.length ? 'You have read every page.' : `You have read ${read} of ${items.length} pages.`;
      forget.hidden = read === 0;
      const first = items.find(item => !item.classList.contains('is-read'))?.querySelector('h2 a');
      onward.hidden = !first;
      if (first) {
        onward.href = first.getAttribute('href');
        onward.textContent = `${read === 0 ? 'Begin' : 'Go on'}: ${first.textContent}`;
      }
    }

    forget.addEventListener('click', () => {
      save([]);
      show();
      summary.querySelector('.onward').focus();
    });
    show();
    return show;
  }

  const line = document.querySelector('footer > .reading');
  const summary = document.querySelector('main > .reading');
  const show = line ? atTheEnd(line) : summary ? inTheList(summary) : null;
  if (show) {
    // Read meanwhile in another window, or before the reader came back here.
    addEventListener('storage', show);
    addEventListener('pageshow', show);
  }
})();
