// The keys of Jupyter's command mode: they work while a cell itself has the focus, not a text field in it.
import { notice } from './dom.js';
import { showHelp } from './help.js';

export function bindKeys(notebook) {
  let last = '', lastTime = 0, wasTold = false;
  const twice = key => {
    const again = last === key && performance.now() - lastTime < 800;
    last = again ? '' : key;
    lastTime = performance.now();
    return again;
  };
  const step = by => notebook.select(notebook.cells[notebook.cells.indexOf(notebook.current) + by]);
  const commands = {
    Enter: cell => cell.edit(),
    ArrowDown: () => step(1), j: () => step(1),
    ArrowUp: () => step(-1), k: () => step(-1),
    a: cell => notebook.insertAfter(cell.previous, 'code'),
    b: cell => notebook.insertAfter(cell, 'code'),
    d: cell => twice('d') && notebook.delete(cell),
    z: () => notebook.undo(),
    m: cell => notebook.changeKind(cell, 'markdown'),
    y: cell => notebook.changeKind(cell, 'code'),
    o: cell => cell.toggleOutputs(),
    i: () => twice('i') && notebook.connection.send('interrupt'),
    0: () => twice('0') && notebook.restart(),
    M: cell => notebook.merge(cell),
    '?': () => showHelp(),
  };

  document.addEventListener('keydown', event => {
    const target = event.target;
    if (event.defaultPrevented || document.querySelector('dialog[open]')) return;
    const cell = target.closest?.('[data-cell]')?.cell ?? (target === document.body || target.matches?.('main') ? notebook.current : null);
    if (!cell) return;
    const run = event.key === 'Enter' && (event.shiftKey ? 'runAndGoOn' : event.ctrlKey || event.metaKey ? 'runAndStay' : event.altKey ? 'runAndInsert' : null);
    if (run && !cell.isEditing) {
      event.preventDefault();
      notebook[run](cell);
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // In a link, a button, a summary or an input, the key belongs to that element.
    if (target !== cell.element && target !== document.body && !target.matches('main')) return;
    const command = commands[event.key];
    if (!command) {
      if (event.key.length === 1 && event.key !== ' ' && !wasTold) {
        wasTold = true;
        notice('Here single keys are commands (? lists them). To write in the cell, press Enter first, or click into it.', { key: 'mode', seconds: 15 });
      }
      return;
    }
    event.preventDefault();
    command(cell);
  });
}
