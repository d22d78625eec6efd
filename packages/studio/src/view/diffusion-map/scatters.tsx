import { effect } from '@preact/signals'
import { useEffect, useRef } from 'preact/hooks'
import { change, coordinates, look, picture, pointed, source, summary, visibleColumns } from '../../state/diffusion-map.js'
import type { Dots, Look, Shades } from '../../work/diffusion-map-messages.js'
import { AxisSelect } from '../axis-select.js'
import { watchSize } from '../canvas-size.js'
import { dot, figureSvg, type LegendPart } from '../figure.js'
import { FigureButtons } from '../figure-buttons.js'
import { axesSvg, paper, placeText } from '../plot-figure.js'
import { useIntoSight } from '../sight.js'
import { colour, theme } from '../theme.js'
import { Ticks } from '../ticks.js'
import { formatCount } from '../words.js'
import { shadeColour, shadeGroups } from './shades.js'

/** Levels that the legend names. */
const MOST_LEVELS = 12

/** The map and the data side by side: a dot that is pointed at in one is ringed in both. */
export function Scatters() {
  const now = picture.value
  const stage = useRef<HTMLElement>(null)
  useIntoSight(stage, summary.value)
  return (
    <section class="stage" aria-label="Map and data" ref={stage}>
      <Legend />
      <div class="linked">
        {now?.map && <Scatter which="map" axes={['x', 'y']} names={[...coordinates.value, ...visibleColumns.value]} />}
        <Scatter which="data" axes={['right', 'up']} names={visibleColumns.value} />
      </div>
      <p class="soft pointed" role="status">
        {now && pointed.value !== null
          ? describe(pointed.value)
          : 'Point at a dot, or move with the arrow keys: its row is ringed in both.'}
      </p>
    </section>
  )
}

function describe(dot: number): string {
  const { rows, shades } = picture.value!
  const value = shades.values[dot]!
  const level = shades.levels?.[value]
  return `Row ${formatCount(rows[dot]! + 1)}${level === undefined ? '' : `, ${shades.name} ${level}`}`
}

function Legend() {
  const now = picture.value
  if (!now) return <p class="soft">reading …</p>
  const { shades } = now
  return (
    <div class="shade-legend">
      <strong>{shades.name}</strong>
      {shades.levels ? (
        shades.levels.slice(0, MOST_LEVELS).map((level, k) => (
          <span key={level}>
            <Swatch code={k} />
            {level}
          </span>
        ))
      ) : (
        <span>
          {shades.low}
          <svg class="ramp" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
            {Array.from({ length: 25 }, (_, k) => (
              <rect key={k} x={k * 4} width="4.2" height="8" fill={shadeColour(k / 24, false)} />
            ))}
          </svg>
          {shades.high}
        </span>
      )}
      {shades.levels && shades.levels.length > MOST_LEVELS && <span>and {shades.levels.length - MOST_LEVELS} more</span>}
    </div>
  )
}

function Swatch({ code }: { code: number }) {
  return (
    <svg class="swatch" viewBox="0 0 10 10" aria-hidden="true">
      <circle cx="5" cy="5" r="4" fill={shadeColour(code, true)} />
    </svg>
  )
}

interface ScatterProps {
  readonly which: 'map' | 'data'
  readonly axes: readonly [keyof Look, keyof Look]
  readonly names: readonly string[]
}

function Scatter({ which, axes, names }: ScatterProps) {
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  useEffect(() => keepDrawn(box.current!, canvas.current!, which), [which])
  const dots = picture.value?.[which]
  const title = which === 'map' ? 'Map' : 'Data'
  const svg = () => scatterSvg(picture.value![which]!, title)
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong>
        {dots && <FigureButtons name={`${source.value!.name}-${which}`} svg={svg} />}
      </figcaption>
      <AxisSelect
        axis="y"
        label={`${title}, upwards`}
        value={look.value[axes[1]]}
        names={names}
        choose={(name) => change({ [axes[1]]: name })}
      />
      <div class="plot">
        {dots && <Ticks axis={dots.y} side="y" />}
        <div class="ground" ref={box}>
          <canvas ref={canvas} role="img" tabIndex={0} aria-label={words(title, dots)} onKeyDown={(event) => step(event, dots)} />
        </div>
        {dots && <Ticks axis={dots.x} side="x" />}
      </div>
      {dots && notDrawn(dots) && <p class="soft unplaced">{notDrawn(dots)}</p>}
      <div class="stage-foot">
        <AxisSelect
          axis="x"
          label={`${title}, to the right`}
          value={look.value[axes[0]]}
          names={names}
          choose={(name) => change({ [axes[0]]: name })}
        />
      </div>
    </figure>
  )
}

function words(title: string, dots: Dots | null | undefined): string {
  if (!dots) return `${title}, not drawn yet`
  const left = notDrawn(dots)
  return `${title}: ${dots.y.name} against ${dots.x.name}, ${formatCount(dots.places.length / 2)} rows coloured by ${picture.value!.shades.name}${left && `. ${left}`}`
}

/** Rows that have no place on two axes, in words. */
function notDrawn({ places }: Dots): string {
  let count = 0
  for (let k = 0; k < places.length; k += 2) if (Number.isNaN(places[k]! + places[k + 1]!)) count++
  return count === 0 ? '' : `Not drawn: ${formatCount(count)} row${count === 1 ? '' : 's'} without one of the two values`
}

/** Left and right go to the next dot in that direction. */
function step(event: KeyboardEvent, dots: Dots | null | undefined): void {
  const direction = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0
  if (direction === 0 || !dots) return
  event.preventDefault()
  const order = Array.from({ length: dots.places.length / 2 }, (_, k) => k)
    .filter((k) => Number.isFinite(dots.places[2 * k]! + dots.places[2 * k + 1]!))
    .sort((a, b) => dots.places[2 * a]! - dots.places[2 * b]! || a - b)
  const at = pointed.value === null ? (direction > 0 ? -1 : order.length) : order.indexOf(pointed.value)
  pointed.value = order[Math.min(order.length - 1, Math.max(0, at + direction))] ?? null
}

/** Draws whenever something changes, points at what the pointer is near; what ends it is handed back. */
function keepDrawn(box: HTMLElement, canvas: HTMLCanvasElement, which: 'map' | 'data'): () => void {
  const context = canvas.getContext('2d')!
  const { size, end: endWatching } = watchSize(box)
  const end = effect(() => {
    const { width, height, ratio } = size.value
    const now = picture.value
    const dots = now?.[which]
    const ring = pointed.value
    // Reading the theme draws anew when it changes.
    void theme.value
    canvas.width = Math.round(width * ratio)
    canvas.height = Math.round(height * ratio)
    context.setTransform(ratio, 0, 0, ratio, 0, 0)
    if (!now || !dots) return
    const count = dots.places.length / 2
    const radius = Math.min(3, Math.max(1.1, Math.sqrt((width * height) / count) * 0.16))
    context.globalAlpha = 0.75
    for (const [fill, members] of shadeGroups(now.shades)) {
      context.fillStyle = fill
      context.beginPath()
      for (const k of members) {
        const [x, y] = [dots.places[2 * k]! * width, (1 - dots.places[2 * k + 1]!) * height]
        if (!Number.isFinite(x + y)) continue
        context.moveTo(x + radius, y)
        context.arc(x, y, radius, 0, 2 * Math.PI)
      }
      context.fill()
    }
    context.globalAlpha = 1
    if (ring === null) return
    context.strokeStyle = colour('ink')
    context.lineWidth = 2
    context.beginPath()
    context.arc(dots.places[2 * ring]! * width, (1 - dots.places[2 * ring + 1]!) * height, radius + 5, 0, 2 * Math.PI)
    context.stroke()
  })
  const point = (event: PointerEvent) => {
    const dots = picture.peek()?.[which]
    if (!dots) return
    const bounds = canvas.getBoundingClientRect()
    const [px, py] = [event.clientX - bounds.left, event.clientY - bounds.top]
    let nearest: number | null = null
    let least = 15 * 15
    for (let k = 0; k < dots.places.length / 2; k++) {
      const squared = (dots.places[2 * k]! * bounds.width - px) ** 2 + ((1 - dots.places[2 * k + 1]!) * bounds.height - py) ** 2
      if (squared < least) {
        least = squared
        nearest = k
      }
    }
    pointed.value = nearest
  }
  canvas.addEventListener('pointermove', point)
  canvas.addEventListener('pointerdown', point)
  return () => {
    end()
    endWatching()
    canvas.removeEventListener('pointermove', point)
    canvas.removeEventListener('pointerdown', point)
  }
}

/** One of both pictures as a document of its own. */
function scatterSvg(dots: Dots, title: string): string {
  const { shades } = picture.value!
  const groups = shadeGroups(shades).map(([stroke, members]) => {
    const path = members
      .filter((k) => Number.isFinite(dots.places[2 * k]! + dots.places[2 * k + 1]!))
      .map((k) => `M${placeText(dots.places[2 * k]!, dots.places[2 * k + 1]!)}h0`)
    return `<path d="${path.join('')}" fill="none" stroke="${stroke}" stroke-width="4" stroke-linecap="round" stroke-opacity="0.75"/>`
  })
  const drawing = paper(...groups, axesSvg(dots, colour('ink')))
  const more = (shades.levels?.length ?? 0) - MOST_LEVELS
  return figureSvg([drawing], {
    title: `${title}: ${dots.y.name} against ${dots.x.name}, coloured by ${shades.name}`,
    legend: shadeLegend(shades),
    notes: [more > 0 ? `and ${more} more of ${shades.name}` : '', notDrawn(dots)].filter(Boolean)
  })
}

/** What the colours mean, as the page says it. */
function shadeLegend({ levels, low, high }: Shades): LegendPart[] {
  if (levels) return levels.slice(0, MOST_LEVELS).map((level, k) => dot(shadeColour(k, true), level))
  const ramp = Array.from(
    { length: 25 },
    (_, k) => `<rect x="${k * 4 - 50}" y="-4" width="4.2" height="8" fill="${shadeColour(k / 24, false)}"/>`
  )
  return [{ mark: ramp.join(''), markWidth: 100, words: `${low} to ${high}` }]
}
