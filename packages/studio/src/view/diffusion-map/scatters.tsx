import { computed } from '@preact/signals'
import { countText } from '@sbridge/core/internal'
import { useRef } from 'preact/hooks'
import { change, coordinates, look, picture, pointed, result, source, visibleColumns } from '../../state/diffusion-map.js'
import { unplacedWords } from '../../state/unplaced.js'
import { unplaced } from '../../work/axis.js'
import { dotSize } from '../../work/canvas.js'
import type { Dots, Look, Shades } from '../../work/diffusion-map-messages.js'
import { dot, figureSvg, type LegendPart } from '../figure.js'
import { FigureButtons } from '../figure-buttons.js'
import { DOT, drawLayers, GROUND, type Ground, type Layer, marksAt, Outline, plotSvg } from '../layers.js'
import { type CanvasSize, keepDrawn, Plot } from '../plot.js'
import { useIntoSight } from '../sight.js'
import { AxisSelect } from '../stage.js'
import { colour } from '../theme.js'
import { shadeColour, shadeGroups } from './shades.js'

/** Levels that the legend names. */
const MOST_LEVELS = 12
/** Pieces of the scale of a legend, four wide. */
const RAMP = Array.from({ length: 25 }, (_, k) => k)

/** The map and the data side by side: a dot that is pointed at in one is ringed in both. */
export function Scatters() {
  const now = picture.value
  const stage = useRef<HTMLElement>(null)
  useIntoSight(stage, result.value)
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
  return `Row ${countText(rows[dot]! + 1)}${level === undefined ? '' : `, ${shades.name} ${level}`}`
}

function Legend() {
  const now = picture.value
  if (!now) return <p class="soft">reading …</p>
  return (
    <div class="shade-legend">
      <strong>{now.shades.name}</strong>
      {shadeLegend(now.shades).map(({ mark, markWidth, words }) => (
        <span key={words}>
          <svg width={markWidth} height="8" viewBox={`${-markWidth / 2} -4 ${markWidth} 8`} aria-hidden="true">
            {/* Our own marks: no word from the data is in them. */}
            <g dangerouslySetInnerHTML={{ __html: mark }} />
          </svg>
          {words}
        </span>
      ))}
      {moreLevels(now.shades)}
    </div>
  )
}

/** Levels that the legend does not name, in words. */
function moreLevels({ name, levels }: Shades): string {
  const more = (levels?.length ?? 0) - MOST_LEVELS
  return more > 0 ? `and ${more} more of ${name}` : ''
}

interface ScatterProps {
  readonly which: 'map' | 'data'
  readonly axes: readonly [keyof Look, keyof Look]
  readonly names: readonly string[]
}

function Scatter({ which, axes, names }: ScatterProps) {
  const dots = picture.value?.[which]
  const title = which === 'map' ? 'Map' : 'Data'
  const select = (axis: 'x' | 'y', part: keyof Look, label: string) => (
    <AxisSelect
      axis={axis}
      label={`${title}, ${label}`}
      value={look.value[part]}
      names={names}
      choose={(name) => change({ [part]: name })}
    />
  )
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong>
        {dots && <FigureButtons name={`${source.value!.name}-${which}`} svg={() => scatterSvg(picture.value![which]!, title)} />}
      </figcaption>
      {select('y', axes[1], 'upwards')}
      <Plot
        axes={dots}
        canvas={{
          tabIndex: 0,
          'aria-label': words(title, dots),
          onKeyDown: (event) => step(event, picture.value?.[which]),
          onPointerMove: (event) => point(event, which),
          onPointerDown: (event) => point(event, which)
        }}
        begin={(canvas, size) => {
          const layers = computed(() => {
            const now = picture.value?.[which]
            const { width, height } = size.value
            return now ? layersOf(now, { left: 0, top: 0, width, height }, 2 * radiusOf(now, size.value)) : []
          })
          return keepDrawn(canvas, size, (context, size) => {
            drawLayers(context, layers.value)
            ringDot(context, picture.value?.[which], size)
          })
        }}
      />
      {dots && notDrawn(dots) && <p class="soft unplaced">{notDrawn(dots)}</p>}
      <div class="stage-foot">{select('x', axes[0], 'to the right')}</div>
    </figure>
  )
}

function words(title: string, dots: Dots | null | undefined): string {
  if (!dots) return `${title}, not drawn yet`
  const left = notDrawn(dots)
  return `${title}: ${dots.y.name} against ${dots.x.name}, ${countText(dots.places.length / 2)} rows coloured by ${picture.value!.shades.name}${left && `. ${left}`}`
}

/** Rows that have no place on two axes, in words. */
const notDrawn = ({ places }: Dots): string => unplacedWords([[unplaced(places), '']])

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

const radiusOf = ({ places }: Dots, { width, height }: CanvasSize): number => dotSize(places.length / 2, width * height, 1) / 2

/** The dots, a layer for each colour. */
function layersOf({ places }: Dots, ground: Ground, width: number): Layer[] {
  return shadeGroups(picture.value!.shades).map(([stroke, members]) => ({
    outline: new Outline(marksAt(ground, places, DOT, members)),
    stroke,
    width,
    opacity: 0.75
  }))
}

/** A ring around the dot that is pointed at. */
function ringDot(context: CanvasRenderingContext2D, dots: Dots | null | undefined, size: CanvasSize): void {
  if (!dots || pointed.value === null) return
  const [x, y] = [dots.places[2 * pointed.value]!, dots.places[2 * pointed.value + 1]!]
  context.strokeStyle = colour('ink')
  context.lineWidth = 2
  context.beginPath()
  context.arc(x * size.width, (1 - y) * size.height, radiusOf(dots, size) + 5, 0, 2 * Math.PI)
  context.stroke()
}

/** Points at the dot that is nearest to the pointer, if one is near. */
function point(event: PointerEvent, which: 'map' | 'data'): void {
  const dots = picture.peek()?.[which]
  if (!dots) return
  const { left, top, width, height } = (event.currentTarget as HTMLElement).getBoundingClientRect()
  const distance = (k: number) =>
    Math.hypot(dots.places[2 * k]! * width - event.clientX + left, (1 - dots.places[2 * k + 1]!) * height - event.clientY + top)
  let nearest: number | null = null
  let least = 15
  for (let k = 0; k < dots.places.length / 2; k++) {
    if (!(distance(k) < least)) continue
    least = distance(k)
    nearest = k
  }
  pointed.value = nearest
}

/** One of both pictures as a document of its own. */
function scatterSvg(dots: Dots, title: string): string {
  const { shades } = picture.value!
  return figureSvg([plotSvg(layersOf(dots, GROUND, 4), dots)], {
    title: `${title}: ${dots.y.name} against ${dots.x.name}, coloured by ${shades.name}`,
    legend: shadeLegend(shades),
    notes: [moreLevels(shades), notDrawn(dots)].filter(Boolean)
  })
}

/** What the colours mean, on the page and on paper. */
function shadeLegend({ levels, low, high }: Shades): LegendPart[] {
  if (levels) return levels.slice(0, MOST_LEVELS).map((level, k) => dot(shadeColour(k, true), level))
  const ramp = RAMP.map((k) => `<rect x="${k * 4 - 50}" y="-4" width="4.2" height="8" fill="${shadeColour(k / 24, false)}"/>`)
  return [{ mark: ramp.join(''), markWidth: 100, words: `${low} to ${high}` }]
}
