// Draws an Observable Plot as a stand-alone SVG file.
import { mkdir, writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import * as Plot from '@observablehq/plot'
import { parseHTML } from 'linkedom'

/** `label` says in words what the figure shows. */
export async function writeFigure(path, label, options) {
  const { document } = parseHTML('<!doctype html><html><body></body></html>')
  const drawn = Plot.plot({ ...options, document, className: 'plot', style: { fontFamily: 'system-ui, sans-serif', background: 'white' } })
  for (const style of [...drawn.querySelectorAll('style')]) style.remove()
  for (const part of [...drawn.querySelectorAll('[aria-label]')]) part.removeAttribute('aria-label')
  drawn.setAttribute('xmlns', 'http://www.w3.org/2000/svg')
  drawn.setAttribute('role', 'img')
  drawn.setAttribute('aria-label', label)
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, drawn.outerHTML)
}
