import { countText } from '@sbridge/core/internal'
import type { FieldPlaces, PathPicture, PathPlaces } from '../../work/trajectories-messages.js'
import { cross, dot, figureSvg, line } from '../figure.js'
import { CROSS, DOT, GROUND, type Ground, type Layer, marksAt, Outline, placeText, plotSvg } from '../layers.js'
import { shadeColour } from '../shaded/shades.js'
import { colour } from '../theme.js'

/** Share of the whole time that a tail reaches back. */
const TAIL = 0.07
/** Share of the whole time around a snapshot in which its particles stand out. */
const NEAR = 0.06
/** Particles far from the time that is shown have a contrast of three to one to the ground; those near it are larger, too. */
const FAINTEST = { real: 0.75, ink: 0.5 }
const GROWTH = 1.4
const [SHORTEST, LONGEST] = [3, 22]
/** Paths drawn whole: more only cover each other. */
const MOST_WHOLE = 120

/** What of a picture is shown. */
export interface Shown {
  readonly particles: boolean
  readonly paths: boolean
  readonly drift: boolean
}

interface Moment {
  readonly time: number
  readonly show: Shown
  /** Whether paths are drawn whole, and snapshots all alike, as on paper. */
  readonly whole: boolean
}

/** A picture on a ground of some size: what does not move is outlined once. */
export function pathLayers(picture: PathPicture, ground: Ground): (moment: Moment) => Layer[] {
  const { snapshots, paths, field } = picture
  const clouds = snapshots.map(({ time, heldOut, places }) => ({
    time,
    outline: new Outline(marksAt(ground, places, heldOut ? CROSS : DOT)),
    stroke: colour(heldOut ? 'ink' : 'real'),
    width: heldOut ? 1 : 3.4,
    least: FAINTEST[heldOut ? 'ink' : 'real']
  }))
  const longest = field ? longestOf(field, ground) : 0
  const [first, last] = timesOf(picture)
  return ({ time, show, whole }) => {
    const closeness = (at: number) => (whole || !paths ? 0.5 : Math.max(0, 1 - Math.abs(at - time) / (NEAR * (last - first || 1))))
    const layers: Layer[] = []
    if (show.drift && field) {
      const frame = field.frames === 1 ? 0 : nearestFrame(paths!.times, time)
      layers.push({ outline: new Outline(arrows(field, { frame, longest, ground })), stroke: colour('soft'), width: 1, opacity: 0.5 })
    }
    if (show.particles)
      for (const { outline, stroke, width, least, time: at } of clouds) {
        const close = closeness(at)
        layers.push({ outline, stroke, width: width * (1 + (GROWTH - 1) * close), opacity: least + (1 - least) * close })
      }
    if (show.paths && paths) {
      const { count } = paths
      const [from, to] = whole ? [first, last] : [Math.max(first, time - TAIL * (last - first)), time]
      // A path that is drawn whole has the colour of its end.
      const groups = byFate(paths, { frame: nearestFrame(paths.times, to), count: whole ? MOST_WHOLE : count })
      const opacity = Math.min(0.6, Math.max(0.2, 8 / Math.sqrt(count)))
      for (const { stroke, particles } of groups) {
        layers.push({ outline: new Outline(trails(paths, ground, { from, to, particles })), stroke, width: whole ? 0.8 : 1.2, opacity })
        if (!whole) layers.push(...heads(paths, ground, { time, particles }).map((head) => ({ ...head, stroke, opacity: 0.9 })))
      }
    }
    return layers
  }
}

/** First and last time of a picture. */
export function timesOf({ paths, snapshots }: PathPicture): [number, number] {
  const times = paths?.times ?? snapshots.map(({ time }) => time)
  return [times[0]!, times.at(-1)!]
}

/** Where a time lies among ascending ones: the one before it, and how far on the way to the next. */
function placeOf(times: readonly number[], time: number): { readonly frame: number; readonly share: number } {
  if (times.length < 2) return { frame: 0, share: 0 }
  const after = times.findIndex((one) => one > time)
  const frame = after < 0 ? times.length - 2 : Math.max(0, after - 1)
  return { frame, share: Math.min(1, Math.max(0, (time - times[frame]!) / (times[frame + 1]! - times[frame]!))) }
}

function nearestFrame(times: readonly number[], time: number): number {
  const { frame, share } = placeOf(times, time)
  return share > 0.5 ? Math.min(times.length - 1, frame + 1) : frame
}

/** Where particles are at a time, on the picture. */
function placesAt({ times, places }: PathPlaces, ground: Ground, time: number): (particle: number) => string {
  const { frame, share } = placeOf(times, time)
  const next = Math.min(times.length - 1, frame + 1)
  return (particle) => {
    const [from, to] = [2 * (particle * times.length + frame), 2 * (particle * times.length + next)]
    const along = (axis: 0 | 1) => places[from + axis]! + share * (places[to + axis]! - places[from + axis]!)
    return placeText(ground, along(0), along(1))
  }
}

/** The colour of a label: none is that of the particles. */
export const fateColour = (label: number): string => shadeColour(label + 1, true)

/** At most `count` paths, evenly, by what most of their descendants become; all in one colour where that is not known. */
function byFate({ count: all, fates, times }: PathPlaces, { frame, count }: { frame: number; count: number }) {
  const shown = Math.min(all, count)
  const particles = Array.from({ length: shown }, (_, k) => Math.floor((k * all) / shown))
  if (!fates) return [{ stroke: colour('synthetic'), particles }]
  const labelOf = (particle: number) => fates.likeliest[particle * times.length + frame]!
  return fates.names.map((_, c) => ({ stroke: fateColour(c), particles: particles.filter((particle) => labelOf(particle) === c) }))
}

/** Paths between two times. */
function trails(
  paths: PathPlaces,
  ground: Ground,
  { from, to, particles }: { from: number; to: number; particles: readonly number[] }
): string {
  const { times, places } = paths
  const [start, end] = [placesAt(paths, ground, from), placesAt(paths, ground, to)]
  const [first, last] = [placeOf(times, from).frame + 1, placeOf(times, to).frame]
  let path = ''
  for (const particle of particles) {
    path += `M${start(particle)}`
    for (let at = 2 * (particle * times.length + first), left = last - first; left >= 0; at += 2, left--)
      path += `L${placeText(ground, places[at]!, places[at + 1]!)}`
    path += `L${end(particle)}`
  }
  return path
}

/** Width of a head of weight 1; a head has an area as its weight, in steps of a fourth root of two, within bounds. */
const HEAD = 4.6
const [LIGHTEST, HEAVIEST] = [-6, 8]

/** Where paths are, a layer for each width. */
function heads(
  paths: PathPlaces,
  ground: Ground,
  { time, particles }: { time: number; particles: readonly number[] }
): Pick<Layer, 'outline' | 'width'>[] {
  const at = placesAt(paths, ground, time)
  const { weights, times } = paths
  const frame = nearestFrame(times, time)
  const stepOf = (particle: number) => {
    const weight = weights ? weights[particle * times.length + frame]! : 1
    return Math.min(HEAVIEST, Math.max(LIGHTEST, Math.round(2 * Math.log2(Math.max(weight, Number.MIN_VALUE)))))
  }
  const widths = new Map<number, string>()
  for (const particle of particles) widths.set(stepOf(particle), `${widths.get(stepOf(particle)) ?? ''}M${at(particle)}${DOT}`)
  return [...widths]
    .sort(([one], [other]) => other - one)
    .map(([step, text]) => ({ outline: new Outline(text), width: HEAD * 2 ** (step / 4) }))
}

function longestOf({ arrows }: FieldPlaces, { width, height }: Ground): number {
  let longest = Number.MIN_VALUE
  for (let at = 0; at < arrows.length; at += 4) longest = Math.max(longest, Math.hypot(arrows[at + 2]! * width, arrows[at + 3]! * height))
  return longest
}

/** The drift at one frame as arrows, longest where it is strongest at any time. */
function arrows(field: FieldPlaces, { frame, longest, ground }: { frame: number; longest: number; ground: Ground }): string {
  let path = ''
  for (let k = frame * field.size; k < (frame + 1) * field.size; k++) {
    const [x, y, dx, dy] = field.arrows.subarray(4 * k, 4 * k + 4)
    const [right, down] = [dx! * ground.width, -dy! * ground.height]
    const speed = Math.hypot(right, down)
    if (!(speed > 0) || !Number.isFinite(speed)) continue
    // The root keeps slow places readable beside fast ones.
    const length = SHORTEST + (LONGEST - SHORTEST) * Math.sqrt(speed / longest)
    const [u, v] = [(right / speed) * length, (down / speed) * length]
    const [endX, endY] = [ground.left + x! * ground.width + u / 2, ground.top + (1 - y!) * ground.height + v / 2]
    const tip = `${endX.toFixed(1)},${endY.toFixed(1)}`
    path += `M${(endX - u).toFixed(1)},${(endY - v).toFixed(1)}L${tip}`
    const [angle, barb] = [Math.atan2(down, right), Math.min(4, length * 0.4)]
    for (const side of [-0.5, 0.5])
      path += `M${tip}l${(-barb * Math.cos(angle + side)).toFixed(1)},${(-barb * Math.sin(angle + side)).toFixed(1)}`
  }
  return path
}

/** Snapshots, whole paths and the drift at one time, as a document of its own; `when` is the time in words, and so many particles were seen. */
export function pathSvg(
  picture: PathPicture,
  { time, show, when, particles }: Omit<Moment, 'whole'> & { when: string; particles: number }
): string {
  const { x, y, snapshots, paths, field } = picture
  const seen = snapshots.reduce((sum, { places }) => sum + places.length / 2, 0)
  const counted = (drawn: number, all: number, kind: string) => `${drawn < all ? `${countText(drawn)} of ` : ''}${countText(all)} ${kind}`
  const legend = [
    ...(show.particles ? [dot(colour('real'), counted(seen, particles, 'particles'))] : []),
    ...(show.particles && snapshots.some(({ heldOut }) => heldOut) ? [cross(colour('ink'), 'held out')] : []),
    ...(show.paths && paths
      ? [line(paths.fates ? colour('soft') : colour('synthetic'), counted(Math.min(paths.count, MOST_WHOLE), paths.count, 'paths'))]
      : []),
    ...(show.paths && paths?.fates ? paths.fates.names.map((name, c) => line(fateColour(c), name)) : []),
    ...(show.drift && field ? [line(colour('soft'), field.frames > 1 ? `drift at ${when}` : 'drift')] : [])
  ]
  const layers = pathLayers(picture, GROUND)({ time, show, whole: true })
  return figureSvg([plotSvg(layers, picture)], { title: `${y.name} against ${x.name}`, legend })
}
