// The editor of a cell: CodeMirror with C#, and with questions to the session for completion, help and diagnostics.
import {
  acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap, completionStatus, startCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, history, historyField, historyKeymap, indentLess, indentMore, insertNewlineAndIndent, toggleComment } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from '@codemirror/language';
import { diagnosticCount, lintKeymap, setDiagnostics } from '@codemirror/lint';
import { Annotation, Compartment, EditorState, Prec, StateEffect, StateField } from '@codemirror/state';
import { EditorView, dropCursor, highlightSpecialChars, hoverTooltip, keymap, placeholder, showTooltip } from '@codemirror/view';
import { highlightCode, tags } from '@lezer/highlight';
import { csharp } from './csharp.js';

const language = StreamLanguage.define(csharp);

// The same seven classes and colours as in the pages that `run` writes.
const style = HighlightStyle.define([
  { tag: tags.keyword, class: 'k' }, { tag: tags.typeName, class: 't' }, { tag: tags.function(tags.variableName), class: 'm' },
  { tag: tags.string, class: 's' }, { tag: tags.number, class: 'n' }, { tag: tags.comment, class: 'c' }, { tag: tags.meta, class: 'p' },
]);

/** Code as highlighted HTML nodes, for cells that have no editor yet. */
export function highlight(code) {
  const fragment = document.createDocumentFragment();
  const put = (text, classes) => {
    if (!classes) return fragment.append(text);
    const span = document.createElement('span');
    span.className = classes;
    span.textContent = text;
    fragment.append(span);
  };
  highlightCode(code, language.parser.parse(code), style, put, () => fragment.append('\n'));
  return fragment;
}

const fromElsewhere = Annotation.define();

// Parameter help stands above the open parenthesis until the cursor leaves the call.
const setHelp = StateEffect.define();
const help = StateField.define({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(setHelp)) return effect.value;
    if (value && (transaction.docChanged || transaction.selection)) return { ...value, pos: transaction.changes.mapPos(value.pos) };
    return value;
  },
  provide: field => showTooltip.from(field),
});

function box(className, build) {
  const dom = document.createElement('div');
  dom.className = className;
  build(dom);
  return dom;
}

function line(parent, name, text) {
  if (!text) return;
  const part = document.createElement(name);
  part.textContent = text;
  parent.append(part);
}

const signatureHelp = (pos, answer) => ({ pos, above: true, answer, create: () => ({ dom: signatureBox(answer) }) });

function signatureBox(answer) {
  return box('signature-help', dom => {
    const item = answer.items[answer.active ?? 0];
    const label = document.createElement('code');
    const parameter = item.parameters?.[answer.parameter ?? 0];
    const at = parameter ? item.label.indexOf(parameter.label) : -1;
    if (at >= 0) {
      label.append(item.label.slice(0, at));
      line(label, 'strong', parameter.label);
      label.append(item.label.slice(at + parameter.label.length));
    } else {
      label.textContent = item.label;
    }
    dom.append(label);
    line(dom, 'p', parameter?.documentation);
    line(dom, 'p', item.documentation);
    if (answer.items.length > 1) line(dom, 'small', `${(answer.active ?? 0) + 1} of ${answer.items.length} overloads (↑ ↓)`);
  });
}

// The session's kinds are Jupyter's.
const kinds = {
  method: 'function', class: 'class', interface: 'interface', enum: 'enum', property: 'property', field: 'property', event: 'property',
  variable: 'variable', keyword: 'keyword', namespace: 'namespace', typeparameter: 'type', delegate: 'type',
};

// As in other C# editors, Enter after a brace has put the closing one below, and a hand that types it all the same steps over it.
const stepOverBrace = EditorView.inputHandler.of((view, from, to, text) => {
  if (text !== '}' || from !== to) return false;
  const { doc } = view.state, line = doc.lineAt(from);
  if (line.text.trim() || line.number === doc.lines) return false;
  const below = doc.line(line.number + 1), brace = below.text.search(/\S/);
  const count = sign => doc.toString().split(sign).length;
  if (below.text[brace] !== '}' || count('}') < count('{')) return false;
  const cursor = line.from + brace + 1;
  view.dispatch({ changes: { from: line.from, to: below.from }, selection: { anchor: cursor }, userEvent: 'input.type' });
  return true;
});

/**
 * Makes an editor.
 * @param {object} options
 * @param {Element} options.parent where it goes
 * @param {string} options.source its text
 * @param {string} options.label for screen readers
 * @param {boolean} options.isCode C# with help, or text that wraps
 * @param {(text: string) => void} options.onChange after each change by hand
 * @param {(question: string, code: string, position: number, name?: string) => Promise<object?>} options.ask a question to the session
 * @param {object} options.keys extra keys: name → function
 * @param {() => void} options.onFocus
 * @param {object} [options.kept] what an earlier editor of the same text has left: where its cursor was, and what can be undone
 */
export function createEditor({ parent, source, label, isCode, onChange, ask, keys, onFocus, kept }) {
  let checking = 0, helping = 0;

  // What is typed while a question runs is asked for after it, but not after an answer without completions: CodeMirror forgets it then.
  function askForTheRest() {
    const { main } = view.state.selection;
    if (completionStatus(view.state) === 'pending' && /[\w.]$/.test(view.state.sliceDoc(Math.max(0, main.head - 1), main.head))) startCompletion(view);
  }

  async function complete(context) {
    const word = context.matchBefore(/[\w@]+$/);
    const before = context.state.sliceDoc(Math.max(0, (word ? word.from : context.pos) - 1), word ? word.from : context.pos);
    if (!context.explicit && !word && before !== '.') return null;
    if (!context.explicit && word && /^\d/.test(word.text)) return null;
    const answer = await ask('complete', context.state.doc.toString(), context.pos);
    if (!answer?.items?.length || context.aborted) {
      setTimeout(askForTheRest, 50);
      return null;
    }
    return {
      from: answer.start,
      to: answer.end,
      validFor: /^\w*$/,
      // After a dot the name must be one of the list, so what follows a name takes the chosen one.
      commitCharacters: before === '.' ? ['.', '(', ';', ',', ')'] : [],
      options: answer.items.map((item, order) => ({
        label: item.text,
        type: kinds[item.kind] ?? 'text',
        detail: item.detail ?? undefined,
        boost: Math.max(-99, -order / 100),
        info: async () => {
          const answer = await ask('describe', context.state.doc.toString(), context.pos, item.text);
          return answer?.signature || answer?.documentation
            ? box('completion-help', dom => { line(dom, 'code', answer.signature); line(dom, 'p', answer.documentation); })
            : null;
        },
      })),
    };
  }

  function diagnose(view) {
    clearTimeout(checking);
    checking = setTimeout(async () => {
      const code = view.state.doc.toString();
      const answer = code.trim() ? await ask('diagnostics', code, 0) : { items: [] };
      if (!answer || view.state.doc.toString() !== code) return;
      const length = view.state.doc.length;
      view.dispatch(setDiagnostics(view.state, (answer.items ?? []).map(item => ({
        from: Math.min(item.start, length),
        to: Math.min(Math.max(item.end, item.start), length),
        severity: item.severity === 'error' || item.severity === 'warning' ? item.severity : 'info',
        message: item.code ? `${item.message} (${item.code})` : item.message,
      }))));
    }, 500);
  }

  async function showSignature(view) {
    const turn = ++helping, position = view.state.selection.main.head;
    const answer = await ask('signature', view.state.doc.toString(), position);
    if (turn !== helping || !view.hasFocus) return;
    const tooltip = answer?.items?.length ? signatureHelp(position, answer) : null;
    if (tooltip || view.state.field(help)) view.dispatch({ effects: setHelp.of(tooltip) });
  }

  // The arrows go through the overloads, unless they go through completions.
  const otherOverload = by => view => {
    const shown = view.state.field(help, false), count = shown?.answer?.items.length ?? 0;
    if (count < 2 || completionStatus(view.state) === 'active') return false;
    const answer = { ...shown.answer, active: ((shown.answer.active ?? 0) + by + count) % count };
    view.dispatch({ effects: setHelp.of(signatureHelp(shown.pos, answer)) });
    return true;
  };

  // Also the help that was asked for and has not come yet: who types fast is past the call by then.
  const hideHelp = view => {
    helping++;
    if (!view.state.field(help, false)) return false;
    view.dispatch({ effects: setHelp.of(null) });
    return true;
  };

  async function describe(view, position) {
    const answer = await ask('hover', view.state.doc.toString(), position);
    return answer?.signature || answer?.documentation
      ? { pos: position, above: true, create: () => ({ dom: box('hover-help', dom => { line(dom, 'code', answer.signature); line(dom, 'p', answer.documentation); }) }) }
      : null;
  }

  // Tab: takes the chosen completion, asks for completions after a word or a dot, and indents elsewhere.
  const tab = view => {
    if (acceptCompletion(view)) return true;
    const { main } = view.state.selection;
    if (isCode && main.empty && /[\w.]$/.test(view.state.sliceDoc(view.state.doc.lineAt(main.head).from, main.head))) return startCompletion(view);
    return indentMore(view);
  };
  const shiftTab = view => {
    const { main } = view.state.selection;
    const before = view.state.sliceDoc(view.state.doc.lineAt(main.head).from, main.head);
    if (!isCode || !main.empty || !before.trim()) return indentLess(view);
    describe(view, main.head).then(tooltip => tooltip && view.dispatch({ effects: setHelp.of(tooltip) }));
    return true;
  };

  const own = Object.entries(keys).map(([key, run]) => ({ key, run: view => run(view) !== false, preventDefault: true }));
  const extensions = [
    Prec.highest(keymap.of([
      { key: 'Escape', run: view => closeCompletion(view) || hideHelp(view) },
      { key: 'ArrowDown', run: otherOverload(1) },
      { key: 'ArrowUp', run: otherOverload(-1) },
      ...own,
    ])),
    Prec.high(keymap.of([{ key: 'Tab', run: tab }, { key: 'Shift-Tab', run: shiftTab }])),
    // Wrapped, not scrolled: a phone is narrow, and a box that scrolls would have to be a stop for the Tab key.
    EditorView.lineWrapping, history(), dropCursor(), highlightSpecialChars(), EditorState.tabSize.of(4), indentUnit.of('    '),
    EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '-1', autocapitalize: 'off', spellcheck: String(!isCode) }),
    EditorView.updateListener.of(update => {
      if (update.focusChanged && update.view.hasFocus) onFocus?.();
      if (update.focusChanged && !update.view.hasFocus) hideHelp(update.view);
      if (!update.docChanged) return;
      if (!update.transactions.some(transaction => transaction.annotation(fromElsewhere))) onChange(update.state.doc.toString());
      if (!isCode) return;
      diagnose(update.view);
      let typed = '';
      update.changes.iterChanges((a, b, c, d, inserted) => { typed += inserted.toString(); });
      if (/[(,]/.test(typed) || (typed && update.state.field(help))) showSignature(update.view);
      else if (typed.includes(')')) setTimeout(() => hideHelp(update.view));
    }),
    keymap.of([
      ...closeBracketsKeymap, { key: 'Mod-/', run: toggleComment }, ...completionKeymap, ...historyKeymap, ...lintKeymap, ...defaultKeymap,
    ]),
  ];
  if (isCode) {
    extensions.push(
      language, syntaxHighlighting(style), bracketMatching(), stepOverBrace, closeBrackets(), indentOnInput(), help,
      autocompletion({ override: [complete], activateOnTypingDelay: 10, icons: true, maxRenderedOptions: 30 }),
      hoverTooltip((view, position) => describe(view, position), { hideOnChange: true, hoverTime: 400 }),
    );
  } else {
    extensions.push(help);
  }

  const fields = { history: historyField };
  const view = new EditorView({ parent, state: kept ? EditorState.fromJSON(kept, { extensions }, fields) : EditorState.create({ doc: source, extensions }) });
  if (kept?.isWrong) diagnose(view);
  return {
    view,
    get text() { return view.state.doc.toString(); },
    get kept() { return { ...view.state.toJSON(fields), isWrong: diagnosticCount(view.state) > 0 }; },
    focus() { view.focus(); },
    /** Text from the server or another page; the cursor stays where it was as far as it can. */
    replace(text) {
      const old = view.state.doc.toString();
      if (old === text) return;
      let from = 0, end = 0;
      while (from < Math.min(old.length, text.length) && old[from] === text[from]) from++;
      while (end < Math.min(old.length, text.length) - from && old[old.length - 1 - end] === text[text.length - 1 - end]) end++;
      view.dispatch({ changes: { from, to: old.length - end, insert: text.slice(from, text.length - end) }, annotations: fromElsewhere.of(true) });
    },
    /** As if it was typed: the change goes to the server and can be undone. */
    type(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
    goTo(number) {
      const target = view.state.doc.line(Math.min(Math.max(1, number), view.state.doc.lines));
      view.dispatch({ selection: { anchor: target.from, head: target.to }, scrollIntoView: true });
      view.focus();
    },
    closePopups() {
      closeCompletion(view);
      hideHelp(view);
    },
    hasCompletion: () => completionStatus(view.state) === 'active',
    /** Checks the code again: a cell that ran may have declared what is underlined. */
    checkAgain: () => diagnosticCount(view.state) > 0 && diagnose(view),
    destroy() { clearTimeout(checking); view.destroy(); },
  };
}
