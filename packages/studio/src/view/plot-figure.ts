import type { Axis } from '../work/messages.js'

/** The paper of a saved figure, and its margins. */
export const WIDTH = 720
export const HEIGHT = 520
export const LEFT = 64
export const TOP = 18
export const RIGHT = 18
export const BOTTOM = 52

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!)

/** Dots at pairs of places between 0 and 1, as a path of points. */
export function dotsPath(places: Float32Array): string {
  return markPath(places, 'h0')
}

/** The same as crosses. */
export function crossesPath(places: Float32Array): string {
  return markPath(places, 'm-2,-2l4,4m0,-4l-4,4')
}

function markPath(places: Float32Array, mark: string): string {
  let path = ''
  for (let i = 0; i < places.length; i += 2) {
    const [x, y] = [places[i]!, places[i + 1]!]
    if (x >= 0 && x <= 1 && y >= 0 && y <= 1) path += `M${placeText(x, y)}${mark}`
  }
  return path
}

/** Both axes with their ticks and names. */
export function axesSvg({ x, y }: { readonly x: Axis; readonly y: Axis }, ink: string): string {
  const [width, height] = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM]
  const text = (at: string, label: string) => `<text ${at} fill="${ink}">${escaped(label)}</text>`
  return [
    `<path d="M${LEFT},${TOP}v${height}h${width}" fill="none" stroke="${ink}" stroke-opacity="0.5"/>`,
    ...x.ticks.map(({ at, label }) => text(`x="${(LEFT + at * width).toFixed(1)}" y="${TOP + height + 18}" text-anchor="middle"`, label)),
    ...y.ticks.map(({ at, label }) => text(`x="${LEFT - 8}" y="${(TOP + (1 - at) * height + 4).toFixed(1)}" text-anchor="end"`, label)),
    text(`x="${LEFT + width / 2}" y="${HEIGHT - 10}" text-anchor="middle" font-weight="600"`, x.name),
    text(`x="14" y="${TOP + height / 2}" text-anchor="middle" font-weight="600" transform="rotate(-90 14 ${TOP + height / 2})"`, y.name)
  ].join('')
}

/** A place between 0 and 1 on the paper. */
export function placeText(x: number, y: number): string {
  return `${(LEFT + x * (WIDTH - LEFT - RIGHT)).toFixed(1)},${(TOP + (1 - y) * (HEIGHT - TOP - BOTTOM)).toFixed(1)}`
}

/** Parts on one paper. */
export function paper(...parts: readonly string[]): string {
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}">${parts.join('')}</svg>`
}
