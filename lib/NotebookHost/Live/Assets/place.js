// Where the reader was, so that a page that is loaded again, or gone back to, does not begin at its top.
import { store, stored } from './stored.js';

export class Place {
  #notebook;
  #key;

  constructor(notebook) {
    this.#notebook = notebook;
    this.#key = `notebook-place:${notebook.start.notebook}`;
    addEventListener('pagehide', () => this.#keep());
  }

  #keep() {
    const bar = document.querySelector('.bar').getBoundingClientRect().bottom;
    const top = this.#notebook.cells.find(cell => cell.element.getBoundingClientRect().bottom > bar);
    if (!top) return;
    store(this.#key, { cell: top.id, offset: top.element.getBoundingClientRect().top, current: this.#notebook.current?.id }, 'sessionStorage');
  }

  /** Goes to where the reader was; false where that is not known. */
  restore() {
    const how = performance.getEntriesByType('navigation')[0]?.type;
    if (how !== 'reload' && how !== 'back_forward') return false;
    const place = stored(this.#key, 'sessionStorage');
    const top = this.#notebook.find(place?.cell);
    if (!top) return false;
    this.#notebook.select(this.#notebook.find(place.current), { focus: false });
    scrollBy({ top: top.element.getBoundingClientRect().top - place.offset, behavior: 'instant' });
    return true;
  }
}
