// The bar of buttons: they do what the keys do, with the current cell.
import { showHelp } from './help.js';
import { say } from './dom.js';

export function bindTools(notebook) {
  const bar = document.getElementById('live-tools');
  const menu = document.getElementById('live-menu');
  const cell = () => notebook.current;
  const is = (...states) => notebook.cells.some(one => states.includes(one.state));
  const sure = question => !is('running', 'done', 'failed')
    || confirm(`${is('running') ? 'A cell is running. ' : ''}${question} All variables are lost then, a trained network too. Your text and the outputs stay.`);
  notebook.restart = () => {
    if (!sure('Restart C#?')) return;
    notebook.connection.send('restart');
    say('C# is restarted. All variables are gone; your text and the outputs stay.');
  };
  const actions = {
    run: () => notebook.runAndGoOn(cell()),
    runAbove: () => {
      for (const one of notebook.cells) one.flush();
      notebook.connection.send('runAbove', { cell: cell().id });
    },
    runAll: () => {
      for (const one of notebook.cells) one.flush();
      notebook.connection.send('runAll');
    },
    interrupt: () => notebook.connection.send('interrupt'),
    restart: () => notebook.restart(),
    restartAndRunAll: () => {
      if (!sure('Restart C# and run all cells again?')) return;
      for (const one of notebook.cells) one.flush();
      notebook.connection.send('restartAndRunAll');
    },
    addCode: () => notebook.insertAfter(cell(), 'code', { edit: true }),
    addText: () => notebook.insertAfter(cell(), 'markdown', { edit: true }),
    addAbove: () => notebook.insertAfter(cell()?.previous, 'code', { edit: true }),
    up: () => notebook.move(cell(), -1),
    down: () => notebook.move(cell(), 1),
    delete: () => notebook.delete(cell()),
    undo: () => notebook.undo(),
    edit: () => cell().edit(),
    merge: () => notebook.merge(cell()),
    toText: () => notebook.changeKind(cell(), 'markdown'),
    toCode: () => notebook.changeKind(cell(), 'code'),
    format: () => cell().format(),
    fold: () => cell().toggleOutputs(),
    original: () => confirm('Put the course\'s version of this cell back? Your text in it is lost.') && notebook.connection.send('original', { cell: cell().id }),
    originalAll: () => confirm('Put the course\'s version of the whole notebook back? Your texts in it are lost.') && notebook.connection.send('original', {}),
    stop: () => sure('End the session?') && notebook.connection.send('stop'),
    variables: () => notebook.variables.toggle(),
    help: showHelp,
  };

  for (const one of [...bar.querySelectorAll('[data-do]'), ...menu.querySelectorAll('[data-do]')]) {
    one.addEventListener('click', () => {
      if (menu.contains(one)) menu.hidePopover();
      actions[one.dataset.do]();
    });
  }

  // A click does not take the cursor out of the cell in which one writes.
  for (const place of [bar, menu]) place.addEventListener('mousedown', event => event.preventDefault());

  const more = bar.querySelector('[popovertarget]');
  menu.addEventListener('beforetoggle', () => {
    const { left, bottom } = more.getBoundingClientRect();
    menu.style.left = `${Math.max(8, Math.min(left, innerWidth - 320))}px`;
    menu.style.top = `${bottom + 4}px`;
  });

  const enable = (name, value) => {
    for (const one of document.querySelectorAll(`[data-do="${name}"]`)) {
      // A button that is disabled loses the focus to nowhere.
      if (!value && one === document.activeElement) cell()?.element.focus({ preventScroll: true });
      one.disabled = !value;
    }
  };
  notebook.onSelect = selected => {
    const code = selected?.isCode ?? false;
    for (const name of ['format', 'fold', 'runAbove', 'toText']) enable(name, code);
    enable('toCode', selected && !code);
    enable('up', selected?.previous);
    enable('down', selected?.next);
    enable('merge', selected?.next);
    for (const name of ['original', 'originalAll']) {
      for (const one of menu.querySelectorAll(`[data-do="${name}"]`)) one.hidden = !notebook.canRestore;
    }
  };
  notebook.onUndo = () => enable('undo', notebook.undos.length > 0);
  notebook.onRunning = () => enable('interrupt', notebook.cells.some(one => one.state === 'running' || one.state === 'waiting') || notebook.session === 'busy');

  document.getElementById('page-contents').addEventListener('click', event => {
    const id = event.target.closest('a')?.getAttribute('href')?.slice(1);
    const heading = id && document.getElementById(decodeURIComponent(id));
    notebook.select(heading?.closest('[data-cell]')?.cell, { focus: false });
  });

  // A page counts as read when its end was near for a second.
  const end = document.querySelector('body > footer');
  let timer = 0;
  const seen = new IntersectionObserver(entries => {
    clearTimeout(timer);
    if (entries.at(-1).isIntersecting && notebook.main.dataset.ready) {
      timer = setTimeout(() => notebook.connection.send('progress', { read: true }) && seen.disconnect(), 1000);
    }
  }, { rootMargin: '0px 0px 50% 0px' });
  seen.observe(end);
}
