// One cell on the page: its text or editor, its state, its outputs.
import { createEditor, highlight } from './editor.js';
import { button, duration, element, notice, say, setFormulas } from './dom.js';
import { makeFrame, tell } from './frames.js';
import { store, stored } from './stored.js';

const words = { waiting: 'Waiting', running: 'Running', done: 'Done', failed: 'Failed', stale: 'From before the restart', none: '' };

const earlier = 'From an earlier session';

/** In milliseconds: a state that is over sooner is not shown. */
export const moment = 60;

// The names that a cell above would have declared are missing.
const missesName = /\bCS(0103|0246|1061|0117)\b/;

// What an import prints stands in the imported notebook already.
const isImport = source => {
  const lines = source.split('\n').map(line => line.trim()).filter(line => line);
  return lines.some(line => /^#!import .*\.ipynb$/i.test(line)) && lines.every(line => /^(#!import |\/\/)/.test(line));
};

// Editors are there while their cells are in view: each listens to every key and is laid out with each. A cell looks alike without one,
// so they are made one by one when the page has come to rest, and what the reader does never waits for them.
const rest = 250;
const whenIdle = window.requestIdleCallback ?? (then => setTimeout(then));
const changed = new Set();
let resting = 0;

const inView = new IntersectionObserver(entries => {
  for (const { target, isIntersecting } of entries) {
    target.cell.isInView = isIntersecting;
    changed.add(target.cell);
  }
  clearTimeout(resting);
  resting = setTimeout(() => whenIdle(makeEditors), rest);
});

function unwatch(cell) {
  inView.unobserve(cell.element);
  changed.delete(cell);
}

function makeEditors() {
  const [cell] = changed;
  if (!cell) return;
  changed.delete(cell);
  if (cell.isInView) cell.makeEditor();
  else cell.dropEditor();
  whenIdle(makeEditors);
}

export class Cell {
  #timer = 0;
  #clock = 0;
  #soon = 0;
  #begun = 0;
  #kept = null;

  constructor(notebook, data) {
    this.notebook = notebook;
    this.id = data.id;
    this.outputs = [];
    this.frames = new Map();
    this.element = element('section', { 'data-cell': data.id, tabindex: '0' });
    this.element.cell = this;
    this.element.addEventListener('focusin', () => notebook.select(this, { focus: false }));
    this.build(data);
  }

  /** The key under which the browser keeps what was chosen in the cell's quiz. */
  get #quiz() { return `notebook-quiz:${this.notebook.start.notebook}:${this.id}`; }

  get isCode() { return this.kind === 'code'; }
  get number() { return this.notebook.cells.indexOf(this) + 1; }
  get next() { return this.notebook.cells[this.number]; }
  get previous() { return this.notebook.cells[this.number - 2]; }
  get isEditing() { return this.editor?.view.hasFocus ?? false; }

  /** Builds the cell's content: for a new cell, and after a change from text to code or back. */
  build(data) {
    this.editor?.destroy();
    this.editor = this.#kept = null;
    unwatch(this);
    Object.assign(this, { kind: data.kind, source: data.source, tags: data.tags ?? [], rendered: data.rendered ?? '', pending: false });
    this.element.replaceChildren();
    this.element.className = `cell ${this.isCode ? 'code' : 'text'}`;
    this.element.dataset.kind = this.kind;
    this.outputsElement = null;
    if (this.isCode) this.#buildCode(data);
    else this.#buildText();
    this.setState(data);
    if (this.isCode) this.setOutputs(data.outputs ?? []);
  }

  #buildCode() {
    this.runButton = button('▶', 'Run this cell (Ctrl+Enter)', () => this.notebook.run([this]));
    this.runButton.className = 'run';
    this.place = element('div', { class: 'place' });
    this.source_ = element('div', { class: 'source' }, element('div', { class: 'gutter' }, this.runButton), this.place);
    this.stateElement = element('p', { class: 'cell-state' });
    this.outputsElement = element('div', { class: 'outputs' });
    this.outputsElement.addEventListener('click', () => this.outputsElement.hidden && this.toggleOutputs());
    this.foldButton = button('What the import printed', null, () => this.toggleOutputs());
    this.foldButton.className = 'fold';
    this.foldButton.hidden = true;
    const hidden = this.tags.includes('hide-input');
    this.element.append(
      hidden ? element('details', { class: 'folded' }, element('summary', {}, 'Show the code'), this.source_) : this.source_,
      this.stateElement, this.foldButton, this.outputsElement);
    this.#showPlain();
    inView.observe(this.element);
  }

  #showPlain() {
    const code = element('code');
    code.append(highlight(this.source));
    this.place.replaceChildren(element('pre', { class: 'plain' }, code));
    this.place.onclick = () => this.edit();
  }

  #buildText() {
    this.renderedElement = element('div', { class: 'rendered' });
    this.place = element('div', { class: 'place text-source', hidden: true });
    this.element.append(this.renderedElement, this.place);
    this.renderedElement.addEventListener('dblclick', () => this.edit());
    if (this.kind === 'raw') this.#showRaw();
    else this.setRendered(this.rendered);
  }

  #showRaw() {
    this.renderedElement.replaceChildren(element('pre', { class: 'scroll' }, this.source));
  }

  makeEditor() {
    if (this.editor) return;
    this.place.onclick = null;
    this.place.replaceChildren();
    this.editor = createEditor({
      parent: this.place,
      source: this.source,
      kept: this.#kept,
      label: this.isCode ? `Code of cell ${this.number}` : `Text of cell ${this.number}`,
      isCode: this.isCode,
      onChange: text => this.#changed(text),
      ask: (question, code, position, name) => this.notebook.ask(question, { cell: this.id, code, position, name }),
      onFocus: () => this.notebook.select(this, { focus: false }),
      keys: {
        Escape: () => this.leave(),
        'Shift-Enter': () => this.notebook.runAndGoOn(this),
        'Ctrl-Enter': () => this.notebook.runAndStay(this),
        'Alt-Enter': () => this.notebook.runAndInsert(this),
        'Ctrl-Shift-f': () => this.format(),
      },
    });
  }

  dropEditor() {
    if (!this.editor || this.place.contains(document.activeElement)) return;
    this.#kept = this.editor.kept;
    this.editor.destroy();
    this.editor = null;
    this.#showPlain();
  }

  /** Puts the cursor into the cell. */
  edit(line) {
    const fold = this.element.querySelector(':scope > .folded');
    if (fold) fold.open = true;
    if (!this.isCode) {
      this.place.hidden = false;
      this.renderedElement.hidden = true;
    }
    this.makeEditor();
    if (line) this.editor.goTo(line);
    else this.editor.focus();
  }

  /** Moves the focus from the editor back to the cell. */
  leave() {
    this.closeText();
    this.element.focus({ preventScroll: true });
  }

  /** Closes the editor of a text cell and shows the rendered text. */
  closeText() {
    if (this.isCode || this.place.hidden) return;
    this.flush();
    if (this.kind === 'raw') this.#showRaw();
    this.place.hidden = true;
    this.renderedElement.hidden = false;
  }

  setRendered(html) {
    this.rendered = html;
    if (this.isCode) return;
    if (this.kind === 'raw') {
      this.#showRaw();
      return;
    }
    this.renderedElement.innerHTML = html || '<p class="empty">An empty text cell. Press Enter to write.</p>';
    setFormulas(this.renderedElement);
    this.notebook.contentsChanged();
  }

  #changed(text) {
    this.source = text;
    if (!this.pending) this.base = this.notebook.loads;
    this.pending = true;
    if (this.state === 'done' || this.state === 'failed') this.setState({ state: 'stale', changed: true });
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), 150);
    this.notebook.showSaving();
  }

  /** Sends what was typed and is not sent yet. */
  flush() {
    clearTimeout(this.#timer);
    if (!this.pending) return;
    this.notebook.kept.put(this.id, this.source);
    if (this.notebook.connection.send('edit', { cell: this.id, source: this.source, loads: this.base, version: ++this.notebook.version })) this.pending = false;
  }

  /** Text from the server or another page. */
  setSource(source) {
    if (this.pending || source === this.source) return;
    this.source = source;
    this.#kept = null;
    if (this.editor) this.editor.replace(source);
    else if (this.isCode) this.#showPlain();
    if (this.kind === 'raw') this.#showRaw();
  }

  setState({ state = this.state ?? 'none', count = this.count, seconds = this.seconds, changed = this.isChanged, stopped = this.wasStopped, started }) {
    const before = this.state;
    Object.assign(this, { state, count, seconds, isChanged: changed, wasStopped: stopped });
    clearTimeout(this.#soon);
    if (!this.isCode) {
      this.element.setAttribute('aria-label', `Text cell ${this.number}`);
      return;
    }
    if (state === 'running' && before !== state) this.#begun = performance.now() - (started ? Math.max(0, Date.now() - Date.parse(started)) : 0);
    // What lasts only a moment is not drawn: the result would wait for that.
    if ((state === 'waiting' || state === 'running') && before !== state) this.#soon = setTimeout(() => this.#showState(), moment);
    else this.#showState();
    if (before !== 'running' || state === 'running') return;
    if (state === 'done') say(`Cell ${this.number} is done.`);
    else if (state === 'failed' && stopped) say(`Cell ${this.number} was stopped.`);
    else if (state === 'failed') this.#failed();
    this.#toBeginning();
  }

  #showState() {
    const { state, count, seconds, wasStopped } = this;
    clearInterval(this.#clock);
    this.element.dataset.state = state;
    this.element.classList.toggle('stopped', state === 'failed' && Boolean(wasStopped));
    const word = state === 'failed' && wasStopped ? 'Stopped' : state === 'stale' && this.isChanged ? 'Changed since it ran' : words[state];
    if (state === 'running') {
      const show = () => {
        const passed = (performance.now() - this.#begun) / 1000;
        this.stateElement.textContent = passed < 0.4 ? '' : `Running, ${duration(passed)}`;
      };
      show();
      this.#clock = setInterval(show, 200);
    } else {
      const time = seconds !== null && seconds !== undefined && (state === 'done' || state === 'failed') ? ` in ${duration(seconds)}` : '';
      this.stateElement.textContent = state !== 'none' ? `${word}${time}` : this.outputs.length ? earlier : '';
      if (count && state !== 'waiting') this.stateElement.append(element('span', { class: 'count', title: 'Execution count' }, ` [${count}]`));
    }
    this.element.setAttribute('aria-label', `Code cell ${this.number}${state === 'none' ? '' : `, ${word.toLowerCase()}`}`);
    this.runButton.setAttribute('aria-label', `Run cell ${this.number}`);
    this.outputsElement.classList.toggle('old', state === 'waiting' || state === 'stale');
  }

  /** Says what failed, also where the reader is further down already. */
  #failed() {
    const error = this.outputsElement.querySelector('.error'), text = `Cell ${this.number} failed. ${error?.querySelector('p')?.textContent ?? ''}`;
    if (!error) return say(text);
    if (missesName.test(error.textContent) && this.notebook.cells.slice(0, this.number - 1).some(cell => cell.isCode && (cell.state === 'none' || cell.state === 'stale'))) {
      error.append(element('p', { class: 'links' }, 'Cells above have not run since C# started, and may declare what is missing. ',
        button('Run all above, then this cell', null, () => this.notebook.runUpTo(this))));
    }
    const { top, bottom } = error.getBoundingClientRect();
    if (bottom > 120 && top < innerHeight) return say(text);
    notice(text, { level: 'error', key: 'failed', actions: [['Show it', () => error.scrollIntoView({ block: 'center' })]] });
  }

  // While a cell prints, its box follows the last line. When it is done, it is read from the first.
  #toBeginning() {
    for (const box of this.outputsElement.querySelectorAll('pre.stream')) if (box.dataset.follows) box.scrollTop = 0;
  }

  clearOutputs() {
    this.outputs = [];
    this.frames.clear();
    this.outputsElement.replaceChildren();
    if (this.foldButton.hidden) return;
    this.foldButton.hidden = true;
    this.outputsElement.hidden = false;
  }

  /** The cell is run again: a new quiz begins. The outputs keep their height for a moment, so that what stands below does not jump. */
  forgetOutputs() {
    store(this.#quiz, null);
    if (this.outputs.length > 0) {
      this.outputsElement.style.minHeight = `${this.outputsElement.offsetHeight}px`;
      setTimeout(() => { this.outputsElement.style.minHeight = ''; }, 1500);
    }
    this.clearOutputs();
  }

  #fold(folded) {
    this.foldButton.hidden = false;
    this.foldButton.setAttribute('aria-expanded', `${!folded}`);
    this.outputsElement.hidden = folded;
  }

  setOutputs(outputs) {
    this.clearOutputs();
    outputs.forEach((output, index) => this.setOutput(index, output));
    if (this.state === 'none') this.setState({});
  }

  /** Shows an output: a new one, or a replacement. */
  setOutput(index, output) {
    const [old, fails] = [this.outputs[index], output.kind === 'error'];
    if ((!this.outputs.length || fails) && isImport(this.source)) this.#fold(!fails);
    if (output.kind === 'frame') {
      const frame = this.frames.get(output.frame);
      if (frame) {
        // Neighbouring outputs share one frame, which is told what changes.
        if (old?.output.frame === output.frame) tell(frame, { type: 'update', index, html: output.html });
        if (old && old.element !== frame) old.element.remove();
        this.outputs[index] = { output, element: frame };
        return;
      }
    }
    const made = this.#make(output, index);
    this.outputs[index] = { output, element: made };
    if (old && !(old.output.kind === 'frame' && this.outputs.some(other => other?.element === old.element))) {
      old.element.replaceWith(made);
      if (old.output.frame) this.frames.delete(old.output.frame);
    } else {
      const after = this.outputs.slice(index + 1).find(other => other && other.element !== made);
      if (after) after.element.before(made);
      else this.outputsElement.append(made);
    }
  }

  #make(output, index) {
    if (output.kind === 'frame') {
      const frame = makeFrame(output.frame, `Output of cell ${this.number}`, `${this.id}`, message => this.#heard(message, frame));
      this.frames.set(output.frame, frame);
      return frame;
    }
    const holder = element('div', { class: 'outputs-part' });
    holder.innerHTML = output.html;
    // The style sheet expects outputs as children of .outputs.
    let made = holder.childElementCount === 1 ? holder.firstElementChild : holder;
    if (output.kind === 'error' && output.links?.length) made.append(this.#links(output.links));
    for (const box of [made, ...made.querySelectorAll('pre.scroll, .scroll')]) if (box.matches('.scroll, pre')) box.tabIndex = 0;
    setFormulas(made);
    if (output.left) {
      // In one element with the button, so that both are removed when the whole text comes.
      made = element('div', { class: 'bounded' }, made);
      this.#more(made, index, output.left);
    }
    return made;
  }

  #links(links) {
    return element('p', { class: 'links' }, ...links.map(({ cell, line }) => {
      const target = this.notebook.find(cell);
      if (!target) return null;
      return button(`Go to cell ${target.number}, line ${line}`, null, () => target.edit(line));
    }));
  }

  #more(made, index, left) {
    const more = button(`Show all (${left.toLocaleString('en')} more characters)`, null, () => {
      more.disabled = true;
      this.notebook.connection.send('more', { cell: this.id, output: index });
    });
    more.className = 'more';
    made.append(more);
  }

  append(index, html) {
    const shown = this.outputs[index]?.element;
    const pre = shown?.matches('pre') ? shown : shown?.querySelector('pre');
    if (!pre) return;
    const atEnd = pre.scrollTop + pre.clientHeight >= pre.scrollHeight - 4;
    pre.insertAdjacentHTML('beforeend', html);
    if (!atEnd) return;
    pre.scrollTop = pre.scrollHeight;
    pre.dataset.follows = 'yes';
  }

  #heard(message, frame) {
    if (message.type === 'leave') this.element.focus({ preventScroll: true });
    else if (message.type === 'focus') this.notebook.select(this, { focus: false });
    else if (message.type === 'run') this.notebook[{ next: 'runAndGoOn', insert: 'runAndInsert', stay: 'runAndStay' }[message.how] ?? 'runAndStay'](this);
    else if (message.type === 'quiz') {
      this.notebook.connection.send('progress', { quiz: { answered: message.answered, right: message.right, of: message.of } });
      store(this.#quiz, message.chosen);
    } else if (message.type === 'ready') {
      const chosen = stored(this.#quiz);
      if (chosen) tell(frame, { type: 'quiz', chosen });
    }
  }

  /** Asks the reader for a line, as Console.ReadLine does. */
  askInput({ request, prompt, password }) {
    if (document.getElementById(`input-${request}`)) return;
    const field = element('input', { type: password ? 'password' : 'text', id: `input-${request}`, autocomplete: 'off', spellcheck: 'false' });
    const done = values => {
      this.notebook.connection.send('input', { request, ...values });
      form.remove();
      this.element.focus({ preventScroll: true });
    };
    const form = element('div', { class: 'output input', role: 'group', 'aria-label': 'The program asks' },
      element('label', { for: `input-${request}` }, prompt || 'The program waits for a line of text:'), field,
      button('Send', 'Enter', () => done({ text: field.value })),
      button('Cancel', null, () => done({ cancelled: true })));
    field.addEventListener('keydown', event => {
      if (event.key === 'Enter' && !event.isComposing) done({ text: field.value });
    });
    if (!this.foldButton.hidden) this.#fold(false);
    this.outputsElement.append(form);
    field.focus();
    say(prompt || 'The program waits for a line of text.');
  }

  toggleOutputs() {
    if (!this.isCode) return;
    if (this.foldButton.hidden) this.outputsElement.hidden = !this.outputsElement.hidden;
    else this.#fold(!this.outputsElement.hidden);
  }

  async format() {
    if (!this.isCode) return;
    const answer = await this.notebook.ask('format', { cell: this.id, code: this.source, position: 0 });
    if (!answer?.source || answer.source === this.source) {
      say(answer ? 'The cell is formatted already.' : 'The cell could not be formatted.');
      return;
    }
    this.makeEditor();
    this.editor.type(answer.source);
    say('The cell is formatted.');
  }

  remove() {
    unwatch(this);
    clearInterval(this.#clock);
    clearTimeout(this.#soon);
    clearTimeout(this.#timer);
    this.editor?.destroy();
    this.element.remove();
  }
}
