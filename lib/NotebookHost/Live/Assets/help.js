// The list of keys.
const sections = [
  ['Running', [
    ['Shift+Enter', 'Run the cell and go to the next'],
    ['Ctrl+Enter', 'Run the cell and stay'],
    ['Alt+Enter', 'Run the cell and add one below'],
    ['I, I', 'Stop what is running'],
    ['0, 0', 'Restart C#'],
  ]],
  ['On a cell', [
    ['Enter', 'Write in the cell'],
    ['Esc', 'Back from writing to the cell'],
    ['↑ ↓', 'Go to another cell'],
    ['A, B', 'Add a cell above or below'],
    ['D, D', 'Delete the cell'],
    ['Z', 'Take a change of the cells back'],
    ['M, Y', 'Make it text or code'],
    ['Shift+M', 'Merge it with the one below'],
    ['O', 'Fold the output, or unfold it'],
    ['?', 'This list'],
  ]],
  ['While writing code', [
    ['Tab', 'Take or show completions; indent at the start of a line'],
    ['Shift+Tab', 'Explain what is at the cursor'],
    ['Ctrl+Space', 'Show completions'],
    ['Ctrl+Shift+F', 'Format the cell'],
    ['Ctrl+/', 'Comment lines in or out'],
    ['Ctrl+Z, Ctrl+Y', 'Undo, redo'],
    ['Ctrl+F', 'Search the page (the browser\'s own)'],
  ]],
];

export function showHelp() {
  let dialog = document.getElementById('live-help');
  if (!dialog) {
    dialog = document.createElement('dialog');
    dialog.id = 'live-help';
    dialog.setAttribute('aria-labelledby', 'live-help-title');
    dialog.innerHTML = '<h2 id="live-help-title">Keys</h2>'
      + '<p>A cell has two ways: on it, single keys are commands; in it, you write. Every command has a button too.</p>'
      + '<div class="keys">' + sections.map(([title, keys]) => `<div><h3>${title}</h3><dl>`
        + keys.map(([key, text]) => `<dt>${key.split(', ').map(one => `<kbd>${one}</kbd>`).join(' ')}</dt><dd>${text}</dd>`).join('') + '</dl></div>').join('')
      + '</div><p><button type="button">Close</button></p>';
    dialog.querySelector('button').addEventListener('click', () => dialog.close());
    document.body.append(dialog);
  }
  dialog.showModal();
}
