// The papers' experiments as pages that compute: `npm run build:site` writes the folder site/. Any static host will do, and so
// will opening site/index.html from the disk: scripts and the worker are plain ones, and nothing is fetched.
// usage: node scripts/build-site.mjs [FOLDER]
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { PAGES } from '../bench/papers/live/pages.mjs'

const at = (path) => fileURLToPath(new URL(`../${path}`, import.meta.url))
const escaped = (text) => text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign])

async function scriptOf(entry, plugins = []) {
  const options = { bundle: true, format: 'iife', platform: 'browser', target: 'es2022', minify: true, write: false, legalComments: 'none' }
  const { outputFiles } = await build({ ...options, entryPoints: [at(`bench/papers/live/${entry}`)], plugins })
  return outputFiles[0].text
}

/** The page starts its worker from this text: a page on a disk may load no other. */
const withWorker = (source) => ({
  name: 'worker-source',
  setup(on) {
    on.onResolve({ filter: /^worker-source$/ }, ({ path }) => ({ path, namespace: 'worker-source' }))
    on.onLoad({ filter: /.*/, namespace: 'worker-source' }, () => ({ contents: source, loader: 'text' }))
  }
})

const frame = (title, current, body, script = '') => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="style.css">
</head>
<body>
<header>
<nav aria-label="Experiments">
<ul>
${[['index', 'All experiments'], ...PAGES.map(({ name, title: words }) => [name, words])]
  .map(([name, words]) => `<li><a href="${name}.html"${name === current ? ' aria-current="page"' : ''}>${escaped(words)}</a></li>`)
  .join('\n')}
</ul>
</nav>
</header>
${body}
${script}
</body>
</html>
`

function controlOf({ name, label, values, default: first }) {
  const place = values.indexOf(first)
  if (place < 0) throw new Error(`the default ${first} of ${name} is none of its values`)
  const shown = `data-values="${escaped(JSON.stringify(values))}"`
  const slider = `<input type="range" name="${name}" min="0" max="${values.length - 1}" step="1" value="${place}" ${shown} aria-label="${escaped(label)}" autocomplete="off">`
  return `<label><span>${escaped(label)}</span><output>${escaped(String(first))}</output>${slider}</label>`
}

const pageOf = ({ name, title, words, command, settings }) =>
  frame(
    `${title} · sbridge`,
    name,
    `<main data-page="${name}" data-state="computing">
<h1>${escaped(title)}</h1>
<div class="words">
${words.map((paragraph) => `<p>${escaped(paragraph)}</p>`).join('\n')}
</div>
<form onsubmit="return false">
${settings.map(controlOf).join('\n')}
</form>
<div class="panels"></div>
<p class="status" role="status">Computing …</p>
<table class="numbers"><tbody></tbody></table>
</main>
<footer>Computed in this page, by functions that the bench runs at its own sizes: <code>${escaped(command)}</code></footer>`,
    '<script src="page.js"></script>'
  )

const indexPage = () =>
  frame(
    'Experiments · sbridge',
    'index',
    `<main>
<h1>The papers’ experiments, live</h1>
<div class="words">
<p>Generative models of Schrödinger bridges need no training. Each page computes one of their papers’ experiments again at every move of a slider, with sbridge itself, in your browser. Nothing is sent anywhere.</p>
</div>
${PAGES.map(({ name, title, words }) => `<h2><a href="${name}.html">${escaped(title)}</a></h2>\n<p class="words">${escaped(words[0])}</p>`).join('\n')}
</main>`
  )

/** Writes the site into a folder, which is emptied. */
export async function buildSite(folder) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const worker = await scriptOf('worker.mjs')
  writeFileSync(join(folder, 'page.js'), await scriptOf('page.mjs', [withWorker(worker)]))
  copyFileSync(at('bench/papers/live/style.css'), join(folder, 'style.css'))
  writeFileSync(join(folder, 'index.html'), indexPage())
  for (const page of PAGES) writeFileSync(join(folder, `${page.name}.html`), pageOf(page))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ? resolve(process.argv[2]) : at('site')
  await buildSite(folder)
  console.log(`written: ${folder} (open index.html)`)
}
