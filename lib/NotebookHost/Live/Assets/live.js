// The live page of a notebook. The server owns text, order and outputs; this page shows them and sends what the reader does.
import { Notebook } from './notebook.js';
import { bindKeys } from './keys.js';
import { bindTools } from './tools.js';
import { Variables } from './variables.js';

const start = JSON.parse(document.getElementById('live-start').textContent);
const notebook = new Notebook(start, document.querySelector('main'));
notebook.variables = new Variables(notebook, document.getElementById('live-variables'));
bindTools(notebook);
bindKeys(notebook);
notebook.connection.open();

// For tests and for the console: what the page knows.
window.liveNotebook = notebook;
