// What the pictures of the guides share: colours, panels, and PNG from SVG.
import { writeFileSync } from 'node:fs'
import * as Plot from '@observablehq/plot'
import { Resvg } from '@resvg/resvg-js'
import { parseHTML } from 'linkedom'

export const root = new URL('..', import.meta.url)
const { document } = parseHTML('<!doctype html><html><body></body></html>')

const FONT = 'Lato, "Helvetica Neue", Arial, sans-serif'
export const INK = '#1b1b1b'
export const SOFT = '#5f5f5f'
export const LINE = '#d9d9d4'
/** Okabe and Ito's colours, told apart by everyone. */
export const BLUE = '#0072b2'
export const VERMILION = '#d55e00'

/** A plot without its background as SVG text of one panel, to be put at (x, y). */
export function panel(options, { x, y }) {
  const svg = Plot.plot({ document, ...options })
  for (const style of svg.querySelectorAll('style')) style.remove()
  return `<svg x="${x}" y="${y}" width="${options.width}" height="${options.height}" color="${INK}" font-family='${FONT}' font-size="13" text-anchor="middle">${svg.innerHTML}</svg>`
}

export const text = (words, { x, y, size = 15, weight = 400, colour = INK, anchor = 'start' }) =>
  `<text x="${x}" y="${y}" font-family='${FONT}' font-size="${size}" font-weight="${weight}" fill="${colour}" text-anchor="${anchor}">${words}</text>`

/** Writes docs/images/NAME.png from parts of an SVG. */
export function save(name, { width, height }, parts) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}"><rect width="100%" height="100%" fill="#fff"/>${parts.join('')}</svg>`
  const png = new Resvg(svg, { fitTo: { mode: 'zoom', value: 2 }, font: { defaultFontFamily: 'Lato' } }).render().asPng()
  writeFileSync(new URL(`docs/images/${name}.png`, root), png)
  console.log(`docs/images/${name}.png: ${Math.round(png.length / 1024)} kB`)
}

export const frame = () => [Plot.gridX({ stroke: LINE, strokeOpacity: 1 }), Plot.gridY({ stroke: LINE, strokeOpacity: 1 })]
