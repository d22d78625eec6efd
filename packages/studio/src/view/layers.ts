import type { Axes } from '../work/messages.js'
import { colour } from './theme.js'

/** Where places between 0 and 1, y upwards, lie on a picture. */
export interface Ground {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** Lines of a picture, as a path of SVG: what a canvas draws as well. */
export class Outline {
  #path: Path2D | undefined

  constructor(readonly text: string) {}

  get path(): Path2D {
    this.#path ??= new Path2D(this.text)
    return this.#path
  }
}

/** Lines of one look. Dots are lines without length, drawn with round ends. */
export interface Layer {
  readonly outline: Outline
  readonly stroke: string
  readonly width: number
  readonly opacity: number
}

export const DOT = 'h0.01'
export const CROSS = 'm-2,-2l4,4m0,-4l-4,4'

/** A place on a picture. */
export function placeText({ left, top, width, height }: Ground, x: number, y: number): string {
  return `${(left + x * width).toFixed(1)},${(top + (1 - y) * height).toFixed(1)}`
}

/** Marks at pairs of places, all or some; what lies beyond the picture, or nowhere, is left out. */
export function marksAt(ground: Ground, places: Float32Array, mark: string, which?: readonly number[]): string {
  let path = ''
  const count = which?.length ?? places.length / 2
  for (let i = 0; i < count; i++) {
    const k = which ? which[i]! : i
    const [x, y] = [places[2 * k]!, places[2 * k + 1]!]
    if (x >= 0 && x <= 1 && y >= 0 && y <= 1) path += `M${placeText(ground, x, y)}${mark}`
  }
  return path
}

/** Draws layers on a cleared canvas. */
export function drawLayers(context: CanvasRenderingContext2D, layers: readonly Layer[]): void {
  context.lineCap = 'round'
  for (const { outline, stroke, width, opacity } of layers) {
    context.strokeStyle = stroke
    context.lineWidth = width
    context.globalAlpha = opacity
    context.stroke(outline.path)
  }
  context.globalAlpha = 1
}

/** The paper of a saved figure, and its ground. */
const [WIDTH, HEIGHT] = [720, 520]
export const GROUND: Ground = { left: 64, top: 18, width: WIDTH - 82, height: HEIGHT - 70 }

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!)

/** Layers over both axes, as the drawing of a saved figure. */
export function plotSvg(layers: readonly Layer[], axes: Axes): string {
  const drawn = layers.map(
    ({ outline, stroke, width, opacity }) =>
      `<path d="${outline.text}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-opacity="${opacity.toFixed(2)}"/>`
  )
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}">${drawn.join('')}${axesSvg(axes)}</svg>`
}

/** Both axes with their ticks and names. */
function axesSvg({ x, y }: Axes): string {
  const { left, top, width, height } = GROUND
  const ink = colour('ink')
  const text = (at: string, label: string) => `<text ${at} fill="${ink}">${escaped(label)}</text>`
  const middle = top + height / 2
  return [
    `<path d="M${left},${top}v${height}h${width}" fill="none" stroke="${ink}" stroke-opacity="0.5"/>`,
    ...x.ticks.map(({ at, label }) => text(`x="${(left + at * width).toFixed(1)}" y="${top + height + 18}" text-anchor="middle"`, label)),
    ...y.ticks.map(({ at, label }) => text(`x="${left - 8}" y="${(top + (1 - at) * height + 4).toFixed(1)}" text-anchor="end"`, label)),
    text(`x="${left + width / 2}" y="${HEIGHT - 10}" text-anchor="middle" font-weight="600"`, x.name),
    text(`x="14" y="${middle}" text-anchor="middle" font-weight="600" transform="rotate(-90 14 ${middle})"`, y.name)
  ].join('')
}
