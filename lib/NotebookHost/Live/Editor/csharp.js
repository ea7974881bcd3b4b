// C# for highlighting and indentation: line by line, by words and signs, with the seven classes that Pages has.
// Only the session knows what a name is; here its place in the code decides, as in Pages' CodeHighlighter.
const keywords = new Set(('abstract as async await base bool break byte case catch char checked class const continue decimal default delegate do double else enum '
  + 'event explicit extern false finally fixed float for foreach from goto if implicit in init int interface internal is join let lock long nameof namespace '
  + 'new not null object operator or and out override params private protected public readonly record ref required return sbyte sealed select set get short '
  + 'sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using var virtual void volatile when where '
  + 'while with yield').split(' '));
const notKeywordAfterDot = /\.\s*$/;

function textUntil(stream, state, close) {
  while (!stream.eol()) {
    if (stream.match(close)) {
      state.inside = null;
      return 'string';
    }
    // In an interpolated string a brace begins code; two of them are one brace.
    if (state.interpolated && stream.peek() === '{' && !stream.match('{{')) {
      stream.next();
      state.outside = { inside: state.inside, verbatim: state.verbatim, depth: state.depth, outside: state.outside };
      Object.assign(state, { inside: null, interpolated: false });
      return 'string';
    }
    if (close === '"' && stream.peek() === '\\' && !state.verbatim) stream.next();
    stream.next();
  }
  // A plain string ends with its line, even if its closing quote is missing.
  if (close === '"' && !state.verbatim) state.inside = null;
  return 'string';
}

export const csharp = {
  name: 'csharp',
  startState: () => ({ inside: null, verbatim: false, interpolated: false, depth: 0, outside: null }),
  copyState: state => ({ ...state }),
  token(stream, state) {
    if (state.inside === '*/') {
      if (stream.match(/^.*?\*\//)) state.inside = null;
      else stream.skipToEnd();
      return 'comment';
    }
    if (state.inside) return textUntil(stream, state, state.inside);
    if (stream.sol() && stream.match(/^\s*#.*/)) return 'meta';
    if (stream.eatSpace()) return null;
    if (stream.match('//')) {
      stream.skipToEnd();
      return 'comment';
    }
    if (stream.match('/*')) {
      state.inside = '*/';
      return 'comment';
    }
    const raw = stream.match(/^\$*("{3,})/);
    if (raw) {
      state.inside = raw[1];
      state.interpolated = raw[0].startsWith('$');
      state.verbatim = true;
      return textUntil(stream, state, raw[1]);
    }
    const quote = stream.match(/^(?:\$@|@\$|\$|@)?"/);
    if (quote) {
      state.inside = '"';
      state.verbatim = quote[0].includes('@');
      state.interpolated = quote[0].includes('$');
      return textUntil(stream, state, '"');
    }
    if (stream.match(/^'(?:\\.[^']*|[^'\\])'/)) return 'string';
    if (stream.match(/^(?:0[xX][\da-fA-F_]+|0[bB][01_]+|(?:\d[\d_]*)?\.?\d[\d_]*(?:[eE][+-]?\d+)?)(?:[uU]?[lL]?|[fFdDmM])?/)) return 'number';
    const word = stream.match(/^@?[\p{L}_][\p{L}\p{N}_]*/u);
    if (word) {
      const before = stream.string.slice(0, stream.start), after = stream.string.slice(stream.pos);
      if (keywords.has(word[0]) && !notKeywordAfterDot.test(before)) return 'keyword';
      if (/^\s*(?:<[\w\s,.?[\]<>]*>)?\s*\(/.test(after) && !/\bnew\s+$/.test(before)) return 'variableName.function';
      if (/^\p{Lu}/u.test(word[0]) && !notKeywordAfterDot.test(before) && (/^\s*[.<]/.test(after) || /^\??(?:\[\])?\s+[\p{L}_]/u.test(after) || /(?:\bnew|[<:,]|\bis|\bas)\s*$/.test(before))) return 'typeName';
      return null;
    }
    if (state.outside && state.depth === state.outside.depth && stream.eat('}')) {
      const { inside, verbatim, outside } = state.outside;
      Object.assign(state, { inside, verbatim, outside, interpolated: true });
      return 'string';
    }
    const sign = stream.next();
    if ('([{'.includes(sign)) state.depth++;
    if (')]}'.includes(sign)) state.depth = Math.max(0, state.depth - 1);
    return null;
  },
  indent(state, textAfter, context) {
    const closing = /^\s*[)\]}]/.test(textAfter), line = context.lineAt(context.pos, -1);
    const before = context.simulatedBreak === context.pos ? line.text : line.from > 0 ? context.lineAt(line.from - 1, -1).text : '';
    // One statement below an "if (…)" without braces.
    const single = !/^\s*[{)\]}]/.test(textAfter) && /^\s*((if|for|foreach|while|using|lock)\b.*\)|else( if\b.*\))?)\s*$/.test(before);
    return Math.max(0, state.depth - (closing ? 1 : 0) + (single ? 1 : 0)) * context.unit;
  },
  languageData: { commentTokens: { line: '//', block: { open: '/*', close: '*/' } }, closeBrackets: { brackets: ['(', '[', '{', '"', "'"] }, indentOnInput: /^\s*[{)\]}]$/ },
};
