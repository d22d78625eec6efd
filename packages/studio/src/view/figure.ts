import { escaped } from './layers.js'
import { colour } from './theme.js'

/** One entry of a figure's legend. */
export interface LegendPart {
  /** The mark as SVG, around the origin. */
  readonly mark: string
  readonly markWidth: number
  readonly words: string
}

/** What a figure on its own says besides its drawings. */
interface FigureWords {
  readonly title: string
  readonly legend?: readonly LegendPart[]
  /** What holds for the figure: conditions, rows that it leaves out. */
  readonly notes?: readonly string[]
}

const markOf = (mark: string, markWidth: number, words: string): LegendPart => ({ mark, markWidth, words })
export const dot = (paint: string, words: string) => markOf(`<circle r="4" fill="${paint}"/>`, 8, words)
export const cross = (paint: string, words: string) => markOf(`<path d="M-3,-3L3,3M-3,3L3,-3" stroke="${paint}"/>`, 8, words)
export const line = (paint: string, words: string) => markOf(`<path d="M-8,0h16" stroke="${paint}" stroke-width="1.6"/>`, 16, words)

const FONT = 'Helvetica, Arial, sans-serif'
const SIZE = 12
const LINE = 18
/** Room around everything, between drawings, and between a legend's entries. */
const EDGE = 12
const BETWEEN = 12
const APART = 20
const AFTER_MARK = 6

/**
 * Drawings side by side as a document of their own: title and legend above, notes below, on the page's ground, with the
 * page's colours written out. `drawings` are SVG elements with a `viewBox`; the document is XML whatever stands in them.
 */
export function figureSvg(drawings: readonly string[], { title, legend = [], notes = [] }: FigureWords): string {
  const parts = drawings.map(standalone)
  const inner = parts.reduce((sum, { width }) => sum + width, BETWEEN * (parts.length - 1))
  const width = inner + 2 * EDGE
  const ink = colour('ink')
  const rows: string[] = []
  let y = EDGE
  const write = (line: string, weight: number) => {
    y += LINE
    rows.push(`<text x="${EDGE}" y="${y - 5}" fill="${ink}" font-weight="${weight}">${escaped(line)}</text>`)
  }
  for (const line of wrapped(title, inner, 600)) write(line, 600)
  for (const row of legendRows(legend, inner)) {
    y += LINE
    rows.push(...row.map(({ x, part }) => entry(part, { x: EDGE + x, y: y - 5, ink })))
  }
  y += 4
  let x = EDGE
  for (const part of parts) {
    rows.push(`<svg x="${x}" y="${y}" width="${part.width}" height="${part.height}" ${part.text}`)
    x += part.width + BETWEEN
  }
  y += Math.max(...parts.map(({ height }) => height))
  for (const note of notes) for (const line of wrapped(note, inner, 400)) write(line, 400)
  const height = y + EDGE
  return withoutControls(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="${FONT}" font-size="${SIZE}">` +
      `<rect width="${width}" height="${height}" fill="${colour('paper')}"/>${rows.join('')}</svg>`
  )
}

/**
 * A drawing as pixels, three for one. Compressed at once, a tenth of a second: what a browser does when it is idle it may begin a
 * second later, and what is saved long after a click it may refuse.
 */
export async function pixels(svg: string): Promise<Blob> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }))
  try {
    const image = new Image()
    image.src = address
    await image.decode()
    const canvas = document.createElement('canvas')
    canvas.width = image.naturalWidth * 3
    canvas.height = image.naturalHeight * 3
    canvas.getContext('2d')!.drawImage(image, 0, 0, canvas.width, canvas.height)
    const base64 = canvas.toDataURL('image/png').slice('data:image/png;base64,'.length)
    return new Blob([Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))], { type: 'image/png' })
  } finally {
    URL.revokeObjectURL(address)
  }
}

/** A drawing of the page without what only the page knows: read as the page reads it, written as XML, from the attributes on to the end tag. */
function standalone(svg: string): { readonly width: number; readonly height: number; readonly text: string } {
  const holder = document.createElement('template')
  holder.innerHTML = svg
  const root = holder.content.querySelector('svg')!
  const [, , width, height] = root
    .getAttribute('viewBox')!
    .split(/[\s,]+/)
    .map(Number)
  for (const element of [root, ...root.querySelectorAll('*')]) {
    element.removeAttribute('class')
    for (const { name, value } of [...element.attributes]) {
      if (name === 'fill' || name === 'stroke') element.setAttribute(name, painted(value))
    }
  }
  for (const name of ['x', 'y', 'width', 'height', 'role', 'font-family']) root.removeAttribute(name)
  root.setAttribute('overflow', 'visible')
  const text = new XMLSerializer().serializeToString(root)
  return { width: width!, height: height!, text: text.slice('<svg'.length) }
}

/** A colour that does not depend on the page. */
function painted(value: string): string {
  if (value === 'currentColor') return colour('ink')
  return value.replace(/var\(--([\w-]+)\)/, (_, name: string) => colour(name) || 'none')
}

function entry({ mark, markWidth, words }: LegendPart, { x, y, ink }: { x: number; y: number; ink: string }): string {
  return (
    `<g transform="translate(${x + markWidth / 2} ${y - 4})">${mark}</g>` +
    `<text x="${x + markWidth + AFTER_MARK}" y="${y}" fill="${ink}">${escaped(words)}</text>`
  )
}

/** Entries in rows that are no wider than the figure. */
function legendRows(legend: readonly LegendPart[], width: number): { x: number; part: LegendPart }[][] {
  const rows: { x: number; part: LegendPart }[][] = []
  let x = Number.POSITIVE_INFINITY
  for (const part of legend) {
    const size = part.markWidth + AFTER_MARK + widthOf(part.words, 400)
    if (x + size > width) {
      rows.push([])
      x = 0
    }
    rows.at(-1)!.push({ x, part })
    x += size + APART
  }
  return rows
}

/** Lines that are no wider than the figure, as far as its words can be parted. */
function wrapped(text: string, width: number, weight: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`
    if (lines.length > 0 && widthOf(longer, weight) <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

let ruler: CanvasRenderingContext2D | undefined

function widthOf(text: string, weight: number): number {
  ruler ??= document.createElement('canvas').getContext('2d')!
  ruler.font = `${weight} ${SIZE}px ${FONT}`
  return ruler.measureText(text).width
}

/** Characters that XML cannot hold, such as a column's name may have, left out. */
function withoutControls(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, '')
}
