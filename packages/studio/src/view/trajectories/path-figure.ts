import type { PathPicture } from '../../work/trajectories-messages.js'
import { axesSvg, BOTTOM, dotsPath, HEIGHT, LEFT, paper, placeText, RIGHT, TOP, WIDTH } from '../plot-figure.js'
import { colour } from '../theme.js'
import { arrowsAt, type Drawn } from './path-picture.js'

/** Paths drawn whole: more only cover each other. */
const MOST_PATHS = 120

/** Snapshots, whole paths and the drift at one time, as a drawing of its own. */
export function pathSvg(picture: PathPicture, time: number, show: Drawn['show']): string {
  const dots = (heldOut: boolean, look: string) =>
    `<path d="${picture.snapshots
      .filter((one) => one.heldOut === heldOut)
      .map(({ places }) => dotsPath(places))
      .join('')}" fill="none" stroke-linecap="round" ${look}/>`
  const [real, ink] = [colour('real'), colour('ink')]
  return paper(
    show.drift && picture.field ? arrows(picture, time) : '',
    show.particles ? dots(false, `stroke="${real}" stroke-width="3" stroke-opacity="0.5"`) : '',
    show.particles ? dots(true, `stroke="${ink}" stroke-width="3" stroke-opacity="0.3"`) : '',
    show.paths && picture.paths ? lines(picture) : '',
    axesSvg(picture, ink)
  )
}

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
