// The notebook as the page knows it: its cells in order, and their messages to and from the server.
import { Cell, moment } from './cell.js';
import { Connection } from './connection.js';
import { Kept } from './kept.js';
import { Place } from './place.js';
import { bytes, closeNotice, element, notice, say } from './dom.js';
import { showConflict } from './conflict.js';

export class Notebook {
  cells = [];
  current = null;
  version = 0;
  undos = [];
  revision = null;
  loads = 0;
  #contents = 0;
  #slow = 0;
  #soon = 0;
  #saved = '';
  #checks = Promise.resolve();

  constructor(start, main) {
    this.start = start;
    this.main = main;
    this.kept = new Kept(start.notebook);
    this.place = new Place(this);
    this.connection = new Connection(`?notebook=${encodeURIComponent(start.notebook)}`, {
      message: message => this.#receive(message),
      up: () => {
        clearTimeout(this.#slow);
        closeNotice('connection');
        this.connection.send('hello', { revision: this.revision });
      },
      down: reason => {
        this.showSession({ state: 'away' });
        clearTimeout(this.#slow);
        this.#slow = setTimeout(() => notice(
          `${reason || 'The course\'s program does not answer. Is it still running?'} What you type is kept in this browser, and this page connects again by itself.`,
          { level: 'error', key: 'connection' }), 1500);
      },
    });
    addEventListener('beforeunload', () => this.cells.forEach(cell => cell.flush()));
    document.addEventListener('visibilitychange', () => document.hidden && this.cells.forEach(cell => cell.flush()));
  }

  find(id) { return this.cells.find(cell => cell.id === id); }

  ask(question, values) {
    if (question !== 'diagnostics') return this.connection.ask(question, values);
    // One after another: each cell asks, and of several questions at once the server answers only the newest.
    const answer = this.#checks.then(() => this.connection.ask(question, values));
    this.#checks = answer;
    return answer;
  }

  select(cell, { focus = true, scroll = focus } = {}) {
    if (!cell) return;
    if (this.current !== cell) {
      this.current?.element.classList.remove('current');
      this.current = cell;
      cell.element.classList.add('current');
      this.onSelect?.(cell);
    }
    if (focus) cell.element.focus({ preventScroll: true });
    // A cell that is higher than the window is read from its beginning.
    if (scroll) cell.element.scrollIntoView({ block: cell.element.offsetHeight > innerHeight - 160 ? 'start' : 'nearest' });
  }

  // What the reader does

  run(cells) {
    for (const cell of this.cells) cell.flush();
    const code = cells.filter(cell => cell.isCode);
    closeNotice('failed');
    if (code.length > 0 && !this.connection.send('run', { cells: code.map(cell => cell.id) })) say('There is no connection to the program.');
  }

  runUpTo(cell) {
    this.run(this.cells.slice(0, cell.number));
  }

  /** Who writes in a code cell goes on writing there. */
  runAndStay(cell) {
    if (cell.isCode && cell.isEditing) cell.editor.closePopups();
    else cell.leave();
    if (cell.isCode) this.run([cell]);
  }

  #leaveAndRun(cell) {
    cell.leave();
    if (cell.isCode) this.run([cell]);
  }

  runAndGoOn(cell) {
    this.#leaveAndRun(cell);
    if (cell.next) this.select(cell.next);
    else this.insertAfter(cell, 'code', { edit: true });
  }

  runAndInsert(cell) {
    this.#leaveAndRun(cell);
    this.insertAfter(cell, 'code', { edit: true });
  }

  insertAfter(cell, kind, { edit = false } = {}) {
    const id = crypto.randomUUID().slice(0, 8);
    this.#wanted = { id, edit };
    this.connection.send('insert', { after: cell?.id ?? null, kind, source: '', cell: id });
  }

  #wanted = null;

  delete(cell) {
    if (!cell) return;
    cell.flush();
    const { id, kind, source } = cell, after = cell.previous?.id ?? null;
    this.#undoable('The cell is deleted.', () => this.#putBack({ cell: id, kind, source, after }));
    const neighbour = cell.next ?? cell.previous;
    this.connection.send('delete', { cell: cell.id });
    if (neighbour) this.select(neighbour);
  }

  /** Remembers how a change of the cells is taken back, and says that it was made: one key is enough for it, also by mistake. */
  #undoable(text, undo) {
    this.undos.push(undo);
    this.onUndo?.();
    notice(text, { key: 'undo', seconds: 20, actions: [['Undo (Z)', () => this.undo()]] });
  }

  undo() {
    const undo = this.undos.pop();
    closeNotice('undo');
    this.onUndo?.();
    undo?.();
    if (undo) say('The change is taken back.');
  }

  #putBack(cell) {
    this.#wanted = { id: cell.cell, edit: false };
    this.connection.send('insert', { ...cell, after: this.find(cell.after) ? cell.after : null });
  }

  move(cell, by) {
    const at = this.cells.indexOf(cell), other = this.cells[at + (by > 0 ? 1 : -2)];
    if (by > 0 ? !other : at === 0) return;
    const after = cell.previous?.id ?? null;
    this.#undoable('The cell is moved.', () => this.connection.send('move', { cell: cell.id, after }));
    this.connection.send('move', { cell: cell.id, after: other?.id ?? null });
  }

  changeKind(cell, kind) {
    cell.flush();
    const before = cell.kind;
    if (before === kind) return;
    this.#undoable(kind === 'code' ? 'The cell is code now.' : 'The cell is text now.', () => this.connection.send('kind', { cell: cell.id, kind: before }));
    this.connection.send('kind', { cell: cell.id, kind });
  }

  merge(cell) {
    const below = cell.next;
    if (!below) return;
    cell.flush();
    below.flush();
    const before = { cell: cell.id, source: cell.source, below: below.id, kind: below.kind, belowSource: below.source };
    this.#undoable('The two cells are one now.', () => {
      cell.flush();
      this.#wanted = { id: below.id, edit: false };
      this.connection.send('unmerge', before);
    });
    this.connection.send('merge', { cell: cell.id });
  }

  // What the server says

  #receive(message) {
    const cell = this.find(message.cell?.id ?? message.cell ?? message.id);
    switch (message.type) {
      case 'snapshot':
      case 'reloaded':
        this.#snapshot(message);
        break;
      case 'cell':
        cell?.setState(message);
        if (message.state === 'done' || message.state === 'failed') this.variables?.refresh();
        break;
      case 'output':
        cell?.setOutput(message.index, message.output);
        break;
      case 'append':
        cell?.append(message.index, message.html);
        break;
      case 'clear':
        cell?.forgetOutputs();
        break;
      case 'edited':
        cell?.setSource(message.source);
        if (message.rendered !== undefined && message.rendered !== null && cell && !cell.isCode) cell.setRendered(message.rendered);
        break;
      case 'rendered':
        cell?.setRendered(message.html);
        break;
      case 'inserted':
        this.#insert(message.cell, message.after);
        break;
      case 'deleted':
        this.#drop(cell);
        break;
      case 'moved':
        this.#place(cell, message.after);
        break;
      case 'kindChanged':
        cell?.build(message.cell);
        this.contentsChanged();
        break;
      case 'saved':
        this.revision = message.revision;
        this.kept.saved();
        closeNotice('save');
        this.#showSave('Saved');
        break;
      case 'saveFailed':
        this.#showSave('Not saved');
        notice(`${message.reason} Your text is kept in this browser until it can be saved.`, { level: 'error', key: 'save' });
        break;
      case 'conflict':
        showConflict(message, choice => this.connection.send('resolve', { choice }));
        break;
      case 'session':
        this.showSession(message);
        if (message.death && message.wasAsked) notice(message.death, { key: 'death', seconds: 10 });
        else if (message.death) notice(message.death, { level: 'error', key: 'death' });
        break;
      case 'input':
        (cell ?? this.cells.find(other => other.state === 'running') ?? this.current)?.askInput(message);
        break;
      case 'inputTaken':
        document.getElementById(`input-${message.request}`)?.parentElement.remove();
        break;
      case 'notice':
        notice(message.text, { level: message.level ?? 'info' });
        break;
    }
  }

  #snapshot({ revision, session, cells, canRestore, dirty, loads }) {
    this.revision = revision;
    this.loads = loads;
    this.canRestore = canRestore ?? this.start.course;
    const selected = this.current?.id ?? decodeURIComponent(location.hash.slice(1)), had = document.activeElement?.closest?.('[data-cell]');
    const known = new Map(this.cells.map(cell => [cell.id, cell]));
    this.cells = [];
    const first = known.size === 0;
    for (const data of cells) {
      let cell = known.get(data.id);
      known.delete(data.id);
      if (cell && cell.kind === data.kind) {
        cell.setSource(data.source);
        if (!cell.isCode) cell.setRendered(data.rendered ?? '');
        this.cells.push(cell);
        cell.setState(data);
        if (cell.isCode) cell.setOutputs(data.outputs ?? []);
      } else if (cell) {
        this.cells.push(cell);
        cell.build(data);
      } else {
        cell = new Cell(this, data);
        this.cells.push(cell);
        cell.setState(data);
      }
    }
    for (const gone of known.values()) gone.remove();
    // Only elements in the wrong place are moved, because a moved element loses the focus.
    this.cells.forEach((cell, at) => {
      if (this.main.children[at] !== cell.element) this.main.insertBefore(cell.element, this.main.children[at] ?? null);
    });
    this.select(this.find(selected) ?? this.cells[0], { focus: Boolean(had), scroll: false });
    this.showSession(session);
    this.#showSave(dirty ? 'Saving' : 'Saved');
    this.contentsChanged();
    for (const cell of this.cells) cell.flush();
    if (first) this.#offerKept(cells);
    if (first && !this.place.restore() && location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
    this.main.dataset.ready = 'yes';
    this.onSelect?.(this.current);
    this.onUndo?.();
    this.onRunning?.();
  }

  #offerKept(cells) {
    const differing = this.kept.differing(cells);
    if (differing.size === 0) {
      this.kept.clear();
      return;
    }
    notice(`This browser has kept text of ${differing.size === 1 ? 'a cell' : `${differing.size} cells`} that was not saved.`, {
      level: 'warning', key: 'kept',
      actions: [
        ['Put it into the notebook', () => {
          for (const [id, source] of differing) {
            const cell = this.find(id);
            cell.makeEditor();
            cell.editor.type(source);
          }
        }],
        ['Forget it', () => this.kept.clear()],
      ],
    });
  }

  #insert(data, after) {
    if (this.find(data.id)) return;
    const cell = new Cell(this, data);
    const at = after === null || after === undefined ? 0 : this.cells.indexOf(this.find(after)) + 1;
    this.cells.splice(at, 0, cell);
    this.main.insertBefore(cell.element, this.main.children[at] ?? null);
    this.#renumber();
    this.contentsChanged();
    if (this.#wanted?.id === data.id) {
      const { edit } = this.#wanted;
      this.#wanted = null;
      this.select(cell);
      if (edit) cell.edit();
    }
  }

  #drop(cell) {
    if (!cell) return;
    const neighbour = cell.next ?? cell.previous, hadFocus = cell.element.contains(document.activeElement);
    this.cells.splice(this.cells.indexOf(cell), 1);
    cell.remove();
    if (this.current === cell) {
      this.current = null;
      this.select(neighbour, { focus: hadFocus });
    }
    this.#renumber();
    this.contentsChanged();
  }

  #place(cell, after) {
    if (!cell) return;
    const focused = cell.element.contains(document.activeElement);
    this.cells.splice(this.cells.indexOf(cell), 1);
    this.cells.splice(after === null || after === undefined ? 0 : this.cells.indexOf(this.find(after)) + 1, 0, cell);
    this.main.insertBefore(cell.element, this.cells[this.cells.indexOf(cell) + 1]?.element ?? null);
    if (focused || cell === this.current) this.select(cell, { focus: focused, scroll: true });
    this.#renumber();
    this.contentsChanged();
  }

  #renumber() { for (const cell of this.cells) cell.setState({}); }

  // The bar and the contents

  showSaving() { this.#showSave('Saving'); }

  // Not again with every key: the bar would be laid out again.
  #showSave(text) {
    if (this.#saved === text) return;
    document.getElementById('live-save').textContent = this.#saved = text;
  }

  showSession({ state, memory }) {
    this.session = state;
    clearTimeout(this.#soon);
    this.#soon = setTimeout(() => {
      const word = { starting: 'C# is starting', idle: 'C# is ready', busy: 'C# is running', dead: 'C# has stopped', away: 'No connection' }[state] ?? state;
      const place = document.getElementById('live-session');
      place.dataset.state = state;
      place.textContent = memory ? `${word} · ${bytes(memory)}` : word;
      this.onRunning?.();
    }, state === 'busy' ? moment : 0);
    if (state === 'busy') closeNotice('death');
    if (state === 'idle') for (const cell of this.cells) cell.editor?.checkAgain();
  }

  /** Updates the table of contents from the headings, at most once per frame. */
  contentsChanged() {
    cancelAnimationFrame(this.#contents);
    this.#contents = requestAnimationFrame(() => {
      const list = document.querySelector('#page-contents > ol');
      if (!list) return;
      const taken = new Set();
      const items = [];
      for (const heading of this.main.querySelectorAll('.rendered :is(h1, h2, h3)')) {
        const wanted = (heading.dataset.id ??= heading.id || 'section');
        let id = wanted;
        for (let number = 2; taken.has(id); number++) id = `${wanted}-${number}`;
        taken.add(heading.id = id);
        if (heading.localName !== 'h1') items.push(element('li', { class: heading.localName }, element('a', { href: `#${encodeURIComponent(id)}` }, heading.textContent)));
      }
      list.replaceChildren(...items);
    });
  }
}
