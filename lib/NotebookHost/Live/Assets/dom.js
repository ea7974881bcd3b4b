// Small helpers for building elements.

/** An element with attributes (or properties, for functions and booleans) and children. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function' || typeof value === 'boolean') made[key] = value;
    else if (value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

export const button = (text, title, onclick) => element('button', { type: 'button', title, onclick }, text);

/** Says something once to a screen reader. */
export function say(text) {
  const place = document.getElementById('live-said');
  place.textContent = '';
  requestAnimationFrame(() => { place.textContent = text; });
}

/** A bar at the bottom that stays until it is closed, or for some seconds. */
export function notice(text, { level = 'info', actions = [], key = null, seconds = 0 } = {}) {
  if (key) document.querySelector(`#live-notices > [data-key="${key}"]`)?.remove();
  const bar = element('div', { class: `notice ${level}`, role: level === 'error' ? 'alert' : 'status', 'data-key': key }, element('p', {}, text));
  for (const [label, act] of actions) {
    bar.append(button(label, null, () => {
      bar.remove();
      act();
    }));
  }
  bar.append(button('✕', 'Close', () => bar.remove()));
  bar.lastChild.setAttribute('aria-label', 'Close this message');
  document.getElementById('live-notices').append(bar);
  if (seconds) setTimeout(() => bar.matches(':hover, :focus-within') || bar.remove(), 1000 * seconds);
  return () => bar.remove();
}

export const closeNotice = key => document.querySelector(`#live-notices > [data-key="${key}"]`)?.remove();

export function bytes(count) {
  if (count < 1e6) return `${Math.ceil(count / 1e3)} kB`;
  return count < 1e9 ? `${Math.round(count / 1e6)} MB` : `${(count / 1e9).toFixed(1)} GB`;
}

export function duration(seconds) {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${String(Math.floor(seconds % 60)).padStart(2, '0')} s`;
}

/** Renders the formulas in a part of the page. */
export function setFormulas(root) {
  if (!window.temml) return;
  for (const place of root.querySelectorAll('.math:not([data-set])')) {
    place.dataset.set = 'yes';
    window.temml.render(place.textContent, place, { displayMode: place.classList.contains('display'), annotate: true, throwOnError: false });
  }
}
