// The panel of variables: name, type and value of what the session holds, asked for when it is open and a cell has ended.
import { bytes, element } from './dom.js';

export class Variables {
  constructor(notebook, panel) {
    this.notebook = notebook;
    this.panel = panel;
    panel.querySelector('button').addEventListener('click', () => this.toggle());
  }

  toggle() {
    this.panel.hidden = !this.panel.hidden;
    document.body.classList.toggle('with-variables', !this.panel.hidden);
    document.getElementById('live-variables-button').setAttribute('aria-expanded', String(!this.panel.hidden));
    if (this.panel.hidden) document.getElementById('live-variables-button').focus();
    else this.refresh();
  }

  async refresh() {
    if (this.panel.hidden) return;
    const answer = await this.notebook.ask('variables', {});
    const place = this.panel.querySelector('.list');
    if (!answer) return;
    if (!answer.items?.length) {
      place.replaceChildren(element('p', {}, 'No variables yet. They appear when a cell has declared some.'));
      return;
    }
    const open = new Set([...place.querySelectorAll('details[open]')].map(one => one.dataset.name));
    place.replaceChildren(...answer.items.map(item => this.#row(item, open.has(item.name))));
  }

  #row({ name, type, value, shape, dtype, device, bytes: size }, isOpen) {
    const facts = [shape && `[${shape.join(', ')}]`, dtype, device, size && bytes(size)].filter(Boolean).join(' · ');
    const more = element('div', { class: 'more-of-it' });
    const row = element('details', { 'data-name': name },
      element('summary', {}, element('code', { class: 'name' }, name), ' ', element('span', { class: 'type' }, type),
        element('span', { class: 'value' }, facts || value || '')),
      more);
    const load = async () => {
      if (!row.open) return;
      const answer = await this.notebook.ask('variable', { name });
      if (answer?.html) more.innerHTML = answer.html;
      else more.textContent = value ?? '';
    };
    row.addEventListener('toggle', load);
    row.open = isOpen;
    return row;
  }
}
