// Text that the server has not saved yet is kept in this browser, so that neither a full disk nor a stopped server loses it.
import { store, stored } from './stored.js';

export class Kept {
  #key;

  constructor(notebook) { this.#key = `notebook-kept:${notebook}`; }

  #load() { return stored(this.#key) ?? {}; }

  #store(texts) { store(this.#key, Object.keys(texts).length === 0 ? null : texts); }

  put(cell, source) { this.#store({ ...this.#load(), [cell]: { source, time: Date.now() } }); }

  /** Drops what the server has certainly saved: what was typed before its last save began. */
  saved() {
    const before = Date.now() - 1500;
    this.#store(Object.fromEntries(Object.entries(this.#load()).filter(([, text]) => text.time > before)));
  }

  clear() { this.#store({}); }

  /** What differs from the server's text: cell → source. */
  differing(cells) {
    const texts = this.#load();
    const found = new Map();
    for (const { id, source } of cells) if (texts[id] && texts[id].source !== source) found.set(id, texts[id].source);
    return found;
  }
}
