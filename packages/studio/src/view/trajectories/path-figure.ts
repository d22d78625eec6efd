import type { PathPicture } from '../../work/trajectories-messages.js'
import { cross, dot, figureSvg, line } from '../figure.js'
import { axesSvg, BOTTOM, crossesPath, dotsPath, HEIGHT, LEFT, paper, placeText, RIGHT, TOP, WIDTH } from '../plot-figure.js'
import { colour } from '../theme.js'
import { formatCount } from '../words.js'
import { arrowsAt, type Drawn } from './path-picture.js'

/** Paths drawn whole: more only cover each other. */
const MOST_PATHS = 120

/** What a figure of paths shows besides the picture. */
export interface PathFigure {
  readonly time: number
  /** The time in words. */
  readonly when: string
  readonly show: Drawn['show']
  /** Particles that were seen. */
  readonly particles: number
}

/** Snapshots, whole paths and the drift at one time, as a document of its own. */
export function pathSvg(picture: PathPicture, { time, when, show, particles }: PathFigure): string {
  const marks = (heldOut: boolean, markOf: (places: Float32Array) => string, look: string) =>
    `<path d="${picture.snapshots
      .filter((one) => one.heldOut === heldOut)
      .map(({ places }) => markOf(places))
      .join('')}" fill="none" ${look}/>`
  const [real, ink] = [colour('real'), colour('ink')]
  const { x, y, snapshots, paths, field } = picture
  const drawing = paper(
    show.drift && field ? arrows(picture, time) : '',
    show.particles ? marks(false, dotsPath, `stroke="${real}" stroke-width="3" stroke-opacity="0.5" stroke-linecap="round"`) : '',
    show.particles ? marks(true, crossesPath, `stroke="${ink}" stroke-opacity="0.4"`) : '',
    show.paths && paths ? lines(picture) : '',
    axesSvg(picture, ink)
  )
  const seen = snapshots.reduce((sum, { places }) => sum + places.length / 2, 0)
  const legend = [
    ...(show.particles ? [dot(real, countWords(seen, particles, 'particles'))] : []),
    ...(show.particles && snapshots.some(({ heldOut }) => heldOut) ? [cross(ink, 'held out')] : []),
    ...(show.paths && paths ? [line(colour('synthetic'), countWords(Math.min(paths.count, MOST_PATHS), paths.count, 'paths'))] : []),
    ...(show.drift && field ? [line(colour('soft'), field.frames > 1 ? `drift at ${when}` : 'drift')] : [])
  ]
  return figureSvg([drawing], { title: `${y.name} against ${x.name}`, legend })
}

/** How many are drawn, of how many where these are more. */
const countWords = (drawn: number, all: number, kind: string): string =>
  `${drawn < all ? `${formatCount(drawn)} of ` : ''}${formatCount(all)} ${kind}`

function lines({ paths }: PathPicture): string {
  const { times, count, places } = paths!
  const shown = Math.min(count, MOST_PATHS)
  const path = Array.from({ length: shown }, (_, k) => {
    const start = Math.floor((k * count) / shown) * times.length
    return times.map((_time, t) => `${t === 0 ? 'M' : 'L'}${placeText(places[2 * (start + t)]!, places[2 * (start + t) + 1]!)}`).join('')
  }).join('')
  return `<path d="${path}" fill="none" stroke="${colour('synthetic')}" stroke-width="0.8" stroke-opacity="0.4"/>`
}

function arrows(picture: PathPicture, time: number): string {
  const size = { width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM }
  const at = arrowsAt(picture, time, size)
  let path = ''
  for (let k = 0; k < at.length; k += 4) {
    const [x0, y0, x1, y1] = [at[k]! + LEFT, at[k + 1]! + TOP, at[k + 2]! + LEFT, at[k + 3]! + TOP]
    if (x0 === x1 && y0 === y1) continue
    const angle = Math.atan2(y1 - y0, x1 - x0)
    const barb = Math.min(4, Math.hypot(x1 - x0, y1 - y0) * 0.4)
    path += `M${x0.toFixed(1)},${y0.toFixed(1)}L${x1.toFixed(1)},${y1.toFixed(1)}`
    for (const side of [-0.5, 0.5])
      path += `M${x1.toFixed(1)},${y1.toFixed(1)}l${(-barb * Math.cos(angle + side)).toFixed(1)},${(-barb * Math.sin(angle + side)).toFixed(1)}`
  }
  return `<path d="${path}" fill="none" stroke="${colour('soft')}" stroke-opacity="0.55"/>`
}
