// Builds the explorer into the door's static files: one script, one stylesheet, three workers, one icon font.
// The result is committed, so that running the portal needs neither Node.js nor a network.

import {readFile, readdir, rm, writeFile} from 'node:fs/promises';
import {basename, dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const outdir = join(here, '../api/assets/explorer');

const common = {
  absWorkingDir: here,
  bundle: true,
  define: {'process.env.NODE_ENV': '"production"'},
  legalComments: 'none', // NOTICES.txt carries every licence whole.
  logLevel: 'warning',
  metafile: true,
  minify: true,
  outdir,
  target: 'es2022',
};

// The licences of everything in the bundle, which they ask to travel with it.
async function notices(inputs) {
  const folder = /^node_modules\/(?:@[^/]+\/)?[^/]+(?:\/node_modules\/(?:@[^/]+\/)?[^/]+)*/;
  const folders = [...new Set(inputs.flatMap((path) => path.match(folder) ?? []))].sort();
  const texts = folders.map(async (path) => {
    const {name, version, license} = JSON.parse(await readFile(join(here, path, 'package.json'), 'utf8'));
    const files = (await readdir(join(here, path))).filter((file) => /^(licen[cs]e|thirdpartynotices)/i.test(file));
    const whole = await Promise.all(files.map((file) => readFile(join(here, path, file), 'utf8')));
    return [`${name} ${version} (${license})`, ...whole.map((text) => text.trim())].join('\n\n');
  });
  const rule = `\n\n${'-'.repeat(80)}\n\n`;
  return `${(await Promise.all(texts)).join(rule)}\n`;
}

await rm(outdir, {recursive: true, force: true});
const page = build({
  ...common,
  assetNames: '[name]',
  entryPoints: ['explorer.jsx'],
  format: 'esm',
  jsx: 'automatic',
  loader: {'.graphql': 'text', '.ttf': 'file'},
});
const workers = build({
  ...common,
  entryPoints: {
    'editor.worker': 'monaco-editor/esm/vs/editor/editor.worker.js',
    'graphql.worker': 'monaco-graphql/esm/graphql.worker.js',
    'json.worker': 'monaco-editor/esm/vs/language/json/json.worker.js',
  },
  format: 'iife',
});
const built = (await Promise.all([page, workers])).map(({metafile}) => metafile);
await writeFile(join(outdir, 'NOTICES.txt'), await notices(built.flatMap(({inputs}) => Object.keys(inputs))));

for (const [path, {bytes}] of built.flatMap(({outputs}) => Object.entries(outputs))) {
  console.log(`${String(Math.ceil(bytes / 1024)).padStart(6)} KiB  ${basename(path)}`);
}
