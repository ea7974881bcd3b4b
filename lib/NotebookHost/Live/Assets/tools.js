// The bar of buttons: they do what the keys do, with the current cell.
import { showHelp } from './help.js';
import { say } from './dom.js';

export function bindTools(notebook) {
  const bar = document.getElementById('live-tools');
  const menu = document.getElementById('live-menu');
  const cell = () => notebook.current;
  const sure = question => notebook.cells.every(one => one.state !== 'running') || confirm(question);
  notebook.restart = () => {
    if (!sure('A cell is running. Restart C# and lose what it has computed so far?')) return;
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
      if (!sure('A cell is running. Restart C# and run all cells again?')) return;
      for (const one of notebook.cells) one.flush();
      notebook.connection.send('restartAndRunAll');
    },
    addCode: () => notebook.insertAfter(cell(), 'code', { edit: true }),
    addText: () => notebook.insertAfter(cell(), 'markdown', { edit: true }),
    addAbove: () => notebook.insertAfter(cell()?.previous, 'code', { edit: true }),
    up: () => notebook.move(cell(), -1),
    down: () => notebook.move(cell(), 1),
    delete: () => notebook.delete(cell()),
    undelete: () => notebook.undelete(),
    edit: () => cell().edit(),
    merge: () => notebook.merge(cell()),
    toText: () => notebook.changeKind(cell(), 'markdown'),
    toCode: () => notebook.changeKind(cell(), 'code'),
    format: () => cell().format(),
    fold: () => cell().toggleOutputs(),
    original: () => confirm('Put the course\'s version of this cell back? Your text in it is lost.') && notebook.connection.send('original', { cell: cell().id }),
    originalAll: () => confirm('Put the course\'s version of the whole notebook back? Your texts in it are lost.') && notebook.connection.send('original', {}),
    stop: () => sure('A cell is running. End the session?') && notebook.connection.send('stop'),
    variables: () => notebook.variables.toggle(),
    help: showHelp,
  };

  for (const one of [...bar.querySelectorAll('[data-do]'), ...menu.querySelectorAll('[data-do]')]) {
    one.addEventListener('click', () => {
      if (menu.contains(one)) menu.hidePopover();
      actions[one.dataset.do]();
    });
  }

  const enable = (name, value) => {
    for (const one of document.querySelectorAll(`[data-do="${name}"]`)) one.disabled = !value;
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
  notebook.onDeleted = () => enable('undelete', notebook.deleted.length > 0);
  notebook.onRunning = () => enable('interrupt', notebook.cells.some(one => one.state === 'running' || one.state === 'waiting') || notebook.session === 'busy');

  // A page counts as read when its end was visible for a second.
  const end = document.querySelector('body > footer');
  let timer = 0;
  const seen = new IntersectionObserver(entries => {
    clearTimeout(timer);
    if (entries.at(-1).isIntersecting && notebook.main.dataset.ready) {
      timer = setTimeout(() => notebook.connection.send('progress', { read: true }) && seen.disconnect(), 1000);
    }
  });
  seen.observe(end);
}
