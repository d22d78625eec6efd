import type { FieldPlaces, PathPicture } from '../../work/trajectories-messages.js'

/** Share of the whole time that a tail reaches back. */
const TAIL = 0.07
/** Share of the whole time around a snapshot in which its particles stand out. */
const NEAR = 0.06
const [SHORTEST, LONGEST] = [3, 22]

export interface PictureColours {
  readonly real: string
  readonly synthetic: string
  readonly ink: string
  readonly soft: string
}

export interface Drawn {
  readonly width: number
  readonly height: number
  readonly time: number
  readonly colours: PictureColours
  readonly show: { readonly particles: boolean; readonly paths: boolean; readonly drift: boolean }
}

/** Snapshots faint, the drift as arrows, particles moving along their paths with short tails. */
export function drawPaths(context: CanvasRenderingContext2D, picture: PathPicture, drawn: Drawn): void {
  const { width, height, show } = drawn
  context.clearRect(0, 0, width, height)
  if (show.drift && picture.field) drawField(context, picture, drawn)
  if (show.particles) drawSnapshots(context, picture, drawn)
  if (show.paths && picture.paths) drawParticles(context, picture, drawn)
}

/** First and last time of a picture. */
export function timesOf({ paths, snapshots }: PathPicture): [number, number] {
  const times = paths?.times ?? snapshots.map(({ time }) => time)
  return [times[0]!, times.at(-1)!]
}

/** Where a time lies among ascending ones: the one before it, and how far on the way to the next. */
export function placeOf(times: readonly number[], time: number): { readonly frame: number; readonly share: number } {
  if (times.length < 2) return { frame: 0, share: 0 }
  const after = times.findIndex((one) => one > time)
  const frame = after < 0 ? times.length - 2 : Math.max(0, after - 1)
  return { frame, share: Math.min(1, Math.max(0, (time - times[frame]!) / (times[frame + 1]! - times[frame]!))) }
}

function drawSnapshots(context: CanvasRenderingContext2D, picture: PathPicture, { width, height, time, colours }: Drawn): void {
  const [first, last] = timesOf(picture)
  const near = NEAR * (last - first || 1)
  for (const snapshot of picture.snapshots) {
    const { places, heldOut } = snapshot
    const closeness = picture.paths ? Math.max(0, 1 - Math.abs(snapshot.time - time) / near) : 0.5
    context.globalAlpha = 0.2 + 0.55 * closeness
    context.beginPath()
    const size = heldOut ? 2.2 : 1.7
    for (let i = 0; i < places.length; i += 2) {
      const x = places[i]! * width
      const y = (1 - places[i + 1]!) * height
      if (heldOut) {
        context.moveTo(x - size, y - size)
        context.lineTo(x + size, y + size)
        context.moveTo(x - size, y + size)
        context.lineTo(x + size, y - size)
      } else {
        context.moveTo(x + size, y)
        context.arc(x, y, size, 0, 2 * Math.PI)
      }
    }
    if (heldOut) {
      context.strokeStyle = colours.ink
      context.lineWidth = 1
      context.stroke()
    } else {
      context.fillStyle = colours.real
      context.fill()
    }
  }
  context.globalAlpha = 1
}

function drawParticles(context: CanvasRenderingContext2D, picture: PathPicture, { width, height, time, colours }: Drawn): void {
  const { times, count, places } = picture.paths!
  const [first, last] = timesOf(picture)
  const head = placeOf(times, time)
  const tail = placeOf(times, Math.max(first, time - TAIL * (last - first)))
  const length = times.length
  const at = (particle: number, { frame, share }: { frame: number; share: number }, axis: 0 | 1): number => {
    const from = places[2 * (particle * length + frame) + axis]!
    const to = places[2 * (particle * length + Math.min(length - 1, frame + 1)) + axis]!
    return from + share * (to - from)
  }
  context.strokeStyle = colours.synthetic
  context.lineWidth = 1.2
  context.globalAlpha = Math.min(0.6, Math.max(0.2, 8 / Math.sqrt(count)))
  context.beginPath()
  for (let particle = 0; particle < count; particle++) {
    context.moveTo(at(particle, tail, 0) * width, (1 - at(particle, tail, 1)) * height)
    for (let frame = tail.frame + 1; frame <= head.frame; frame++) {
      const k = 2 * (particle * length + frame)
      context.lineTo(places[k]! * width, (1 - places[k + 1]!) * height)
    }
    context.lineTo(at(particle, head, 0) * width, (1 - at(particle, head, 1)) * height)
  }
  context.stroke()
  context.fillStyle = colours.synthetic
  context.globalAlpha = 0.9
  context.beginPath()
  for (let particle = 0; particle < count; particle++) {
    const x = at(particle, head, 0) * width
    const y = (1 - at(particle, head, 1)) * height
    context.moveTo(x + 2.3, y)
    context.arc(x, y, 2.3, 0, 2 * Math.PI)
  }
  context.fill()
  context.globalAlpha = 1
}

/** The arrows of a time as lines on a plot of this size, longest where the drift is strongest at any time. */
export function arrowsAt(picture: PathPicture, time: number, { width, height }: { width: number; height: number }): Float64Array {
  const field = picture.field!
  const frame = field.frames === 1 ? 0 : nearestFrame(picture.paths!.times, time)
  const longest = longestOf(field, width, height)
  const lines = new Float64Array(field.size * 4)
  for (let k = 0; k < field.size; k++) {
    const from = (frame * field.size + k) * 4
    const [x, y] = [field.arrows[from]! * width, (1 - field.arrows[from + 1]!) * height]
    const [right, down] = [field.arrows[from + 2]! * width, -field.arrows[from + 3]! * height]
    const speed = Math.hypot(right, down)
    if (!(speed > 0) || !Number.isFinite(speed)) continue
    // The root keeps slow places readable beside fast ones.
    const scale = (SHORTEST + (LONGEST - SHORTEST) * Math.sqrt(speed / longest)) / speed
    lines.set([x - (right * scale) / 2, y - (down * scale) / 2, x + (right * scale) / 2, y + (down * scale) / 2], 4 * k)
  }
  return lines
}

function nearestFrame(times: readonly number[], time: number): number {
  const { frame, share } = placeOf(times, time)
  return share > 0.5 ? Math.min(times.length - 1, frame + 1) : frame
}

function longestOf({ arrows }: FieldPlaces, width: number, height: number): number {
  let longest = Number.MIN_VALUE
  for (let at = 0; at < arrows.length; at += 4) longest = Math.max(longest, Math.hypot(arrows[at + 2]! * width, arrows[at + 3]! * height))
  return longest
}

function drawField(context: CanvasRenderingContext2D, picture: PathPicture, { width, height, time, colours }: Drawn): void {
  const lines = arrowsAt(picture, time, { width, height })
  context.strokeStyle = colours.soft
  context.globalAlpha = 0.5
  context.lineWidth = 1
  context.beginPath()
  for (let k = 0; k < lines.length; k += 4) {
    const [x0, y0, x1, y1] = [lines[k]!, lines[k + 1]!, lines[k + 2]!, lines[k + 3]!]
    if (x0 === x1 && y0 === y1) continue
    const angle = Math.atan2(y1 - y0, x1 - x0)
    const barb = Math.min(4, Math.hypot(x1 - x0, y1 - y0) * 0.4)
    context.moveTo(x0, y0)
    context.lineTo(x1, y1)
    for (const side of [-0.5, 0.5]) {
      context.moveTo(x1, y1)
      context.lineTo(x1 - barb * Math.cos(angle + side), y1 - barb * Math.sin(angle + side))
    }
  }
  context.stroke()
  context.globalAlpha = 1
}
