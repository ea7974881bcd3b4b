// Keeps the list of notebooks up to date: what was passed and read, which sessions run, and where to go on.
import { Connection } from './connection.js';
import { button, bytes, element, notice, closeNotice } from './dom.js';

const items = new Map([...document.querySelectorAll('.results > [data-notebook]')].map(item => [item.dataset.notebook, item]));
let slow = 0;

const connection = new Connection('', {
  message({ type, items: list, next }) {
    if (type === 'sessions') showSessions(list);
    else if (type === 'progress') showProgress(list, next);
  },
  up() {
    clearTimeout(slow);
    closeNotice('connection');
    connection.send('hello');
  },
  down() {
    clearTimeout(slow);
    slow = setTimeout(() => notice('The course\'s program does not answer. Is it still running? This page connects again by itself.', { level: 'error', key: 'connection' }), 1500);
  },
});

function showSessions(sessions) {
  const running = new Map(sessions.map(session => [session.notebook, session]));
  for (const [notebook, item] of items) {
    const place = item.querySelector('.session'), session = running.get(notebook);
    place.replaceChildren();
    if (!session) continue;
    const word = { starting: 'Starting', idle: 'Open', busy: 'Running', dead: 'Stopped' }[session.state] ?? session.state;
    const stop = button('Stop', null, () => connection.send('stop', { notebook }));
    stop.setAttribute('aria-label', `End the session of ${notebook}`);
    place.append(element('span', { class: 'status waiting' }, session.memory ? `${word}, ${bytes(session.memory)}` : word), ' ', stop);
  }
}

function showProgress(list, next) {
  for (const { notebook, read, tasks, quiz } of list) {
    const item = items.get(notebook);
    if (!item) continue;
    const facts = [];
    if (tasks?.of) facts.push(`${tasks.passed} of ${tasks.of} tasks passed`);
    if (quiz?.of) facts.push(`quiz: ${quiz.right} of ${quiz.of} right`);
    if (read) facts.push('✓ read');
    item.querySelector('.done').textContent = facts.join(' · ');
    item.classList.toggle('is-read', Boolean(read) && (!tasks?.of || tasks.passed === tasks.of));
  }
  const summary = document.querySelector('main > .reading'), onward = summary.querySelector('.onward'), bar = summary.querySelector('progress');
  const read = list.filter(one => one.read).length;
  summary.hidden = list.length === 0;
  bar.max = list.length;
  bar.value = read;
  summary.querySelector('.read-count').textContent = `You have read ${read} of ${list.length} pages.`;
  const link = items.get(next)?.querySelector('h2 a');
  onward.hidden = !link;
  if (link) {
    onward.href = link.href;
    onward.textContent = `${read === 0 ? 'Begin' : 'Go on'}: ${link.textContent}`;
  }
}

connection.open();
