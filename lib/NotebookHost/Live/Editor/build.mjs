// Bundles editor.js with CodeMirror into ../Assets/editor.js, and writes what it is made of into ../Assets/NOTICE.md.
// `npm ci && npm run build`; with --check nothing is written, and the exit code says whether the files are up to date.
import { build } from 'esbuild';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';

const check = process.argv.includes('--check');
const result = await build({
  entryPoints: ['editor.js'], bundle: true, minify: true, format: 'esm', target: 'es2022', legalComments: 'none', charset: 'utf8',
  metafile: true, write: false, absWorkingDir: import.meta.dirname,
});
const code = result.outputFiles[0].text;

const packages = [...new Set(Object.keys(result.metafile.inputs)
  .map(file => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1]).filter(Boolean))].sort();
const rows = packages.map(name => {
  const { version, license, author } = JSON.parse(readFileSync(new URL(`node_modules/${name}/package.json`, import.meta.url)));
  const by = typeof author === 'string' ? author : author?.name ?? '';
  return `| ${name} | ${version} | ${license} | ${by.replace(/\s*<.*/, '')} |`;
});
const licence = readFileSync(new URL('node_modules/@codemirror/view/LICENSE', import.meta.url), 'utf8').trim();
const notice = `# Third-party code in this folder

\`editor.js\` is the script in \`../Editor/editor.js\` together with these npm packages, bundled and made small by esbuild
(\`../Editor/build.mjs\`). A test compares the hash; CI builds it again and compares the file.

- SHA-256 of \`editor.js\`: \`${createHash('sha256').update(code).digest('hex')}\`

| Package | Version | Licence | Author |
| --- | --- | --- | --- |
${rows.join('\n')}

All other files in this folder belong to this project.

## Licence of CodeMirror and of all the others

${licence}
`;

for (const [name, text] of [['editor.js', code], ['NOTICE.md', notice]]) {
  const file = new URL(`../Assets/${name}`, import.meta.url);
  if (!check) {
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`Live/Assets/${name} is not what Live/Editor builds: run "npm ci && npm run build" there and commit it.`);
    process.exitCode = 1;
  }
}
