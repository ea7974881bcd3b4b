// Counts the first choices of a quiz and says aloud what a choice shows. All of it stays in the page.
(function (root) {
  'use strict';

  const questions = [...root.querySelectorAll('[data-question]')];
  const part = name => root.querySelector('[data-part="' + name + '"]');
  const line = root.querySelector('.score'), again = line.querySelector('button');
  const choices = [...root.querySelectorAll('details')];
  const firstChoices = new Map();
  const restored = new Set();

  function count() {
    const right = [...firstChoices.values()].filter(choice => choice.classList.contains('right')).length;
    part('score').textContent = 'Right at the first choice: ' + right + ' of ' + firstChoices.size + (firstChoices.size < questions.length ? ' so far.' : '.');
    line.hidden = firstChoices.size === 0;
    // The live pages keep it, for their list of notebooks and for the time when this page is loaded again.
    const chosen = [...new Set([...firstChoices.values(), ...choices.filter(choice => choice.open)])].map(choice => choices.indexOf(choice));
    root.dispatchEvent(new CustomEvent('quizprogress', { bubbles: true, detail: { answered: firstChoices.size, right, of: questions.length, chosen } }));
  }

  document.addEventListener('quizrestore', function (event) {
    for (const index of event.detail) {
      const choice = choices[index];
      if (!choice || choice.open) continue;
      const question = choice.closest('[data-question]');
      if (!firstChoices.has(question)) firstChoices.set(question, choice);
      restored.add(choice);
      choice.open = true;
    }
  });

  for (const question of questions) {
    for (const choice of question.querySelectorAll('details')) {
      choice.addEventListener('toggle', function () {
        if (!choice.open) return;
        if (!firstChoices.has(question)) firstChoices.set(question, choice);
        if (!restored.delete(choice)) part('spoken').textContent = choice.querySelector('p').textContent;
        count();
      });
    }
  }

  again.onclick = function () {
    firstChoices.clear();
    for (const choice of root.querySelectorAll('details[open]')) choice.open = false;
    part('spoken').textContent = 'All choices are folded again.';
    root.querySelector('summary').focus();
    count();
  };

  // In Jupyter single keys are commands: Enter would go into the cell instead of unfolding a choice.
  root.addEventListener('keydown', function (event) {
    if (!event.ctrlKey && !event.metaKey && !event.altKey && !(event.key === 'Enter' && event.shiftKey)) event.stopPropagation();
  });
  root.dataset.ready = 'yes';
})
