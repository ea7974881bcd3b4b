// The file changed on disk while text here was not saved: both versions side by side, and one of them is chosen.
import { button, element } from './dom.js';

export function showConflict({ mine, theirs, reason }, choose) {
  document.getElementById('live-conflict')?.remove();
  const other = new Map(theirs.map(cell => [cell.id, cell]));
  const rows = mine.filter(cell => other.get(cell.id)?.source !== cell.source).map(cell => [cell.source, other.get(cell.id)?.source ?? '(no such cell)']);
  const known = new Set(mine.map(cell => cell.id));
  rows.push(...theirs.filter(cell => !known.has(cell.id)).map(cell => ['(no such cell)', cell.source]));

  const dialog = element('dialog', { id: 'live-conflict', 'aria-labelledby': 'live-conflict-title' });
  const pick = choice => {
    dialog.close();
    dialog.remove();
    choose(choice);
  };
  dialog.append(
    element('h2', { id: 'live-conflict-title' }, 'The file was changed elsewhere'),
    element('p', {}, reason || 'The notebook on disk is not the one that this page has. Nothing has been overwritten yet.'),
    element('div', { class: 'scroll', tabindex: '0' }, element('table', {},
      element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'Here'), element('th', { scope: 'col' }, 'In the file'))),
      element('tbody', {}, ...rows.map(pair => element('tr', {}, ...pair.map(text => element('td', {}, element('pre', {}, text)))))))),
    element('p', { class: 'choices' }, button('Keep what is here', null, () => pick('mine')), button('Take the file', null, () => pick('theirs'))));
  dialog.addEventListener('cancel', event => event.preventDefault());
  document.body.append(dialog);
  dialog.showModal();
}
