// In the head, before anything is painted: the theme that the reader chose, else the system's.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('notebook-page-theme');
  } catch {
    // Storage can be switched off; then the choice lasts as long as the page.
  }

  const dark = matchMedia('(prefers-color-scheme: dark)');
  const root = document.documentElement;

  const apply = theme => {
    root.dataset.theme = theme;
    document.dispatchEvent(new CustomEvent('themechange', { detail: { theme } }));
  };

  apply(chosen === 'dark' || chosen === 'light' ? chosen : dark.matches ? 'dark' : 'light');
  dark.addEventListener('change', () => chosen || apply(dark.matches ? 'dark' : 'light'));

  // Paper is white, also for what a script draws in the page's colours.
  addEventListener('beforeprint', () => {
    const shown = root.dataset.theme;
    apply('light');
    addEventListener('afterprint', () => apply(shown), { once: true });
  });

  addEventListener('DOMContentLoaded', () => {
    const button = document.getElementById('page-theme-button');
    const label = () => {
      const other = root.dataset.theme === 'dark' ? 'Light' : 'Dark';
      button.querySelector('span').textContent = other;
      button.setAttribute('aria-label', `${other} theme`);
    };

    label();
    button.hidden = false;
    document.addEventListener('themechange', label);
    button.addEventListener('click', () => {
      chosen = root.dataset.theme === 'dark' ? 'light' : 'dark';
      try {
        localStorage.setItem('notebook-page-theme', chosen);
      } catch {
        // Storage is switched off.
      }

      apply(chosen);
    });
  });
})();
