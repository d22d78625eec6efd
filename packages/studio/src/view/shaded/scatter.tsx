import { computed, type ReadonlySignal, type Signal } from '@preact/signals'
import { countText } from '@sbridge/core/internal'
import { unplacedWords } from '../../state/unplaced.js'
import { unplaced } from '../../work/axis.js'
import { dotSize } from '../../work/canvas.js'
import type { Dots, ShadedPicture, Shades } from '../../work/shaded-messages.js'
import { dot, figureSvg, type LegendPart } from '../figure.js'
import { FigureButtons } from '../figure-buttons.js'
import { DOT, drawLayers, GROUND, type Ground, type Layer, marksAt, Outline, plotSvg } from '../layers.js'
import { type CanvasSize, keepDrawn, Plot } from '../plot.js'
import { AxisSelect } from '../stage.js'
import { colour } from '../theme.js'
import { DOT_OPACITY, shadeColour, shadeGroups } from './shades.js'

/** Levels that the legend names. */
const MOST_LEVELS = 12
/** Pieces of the scale of a legend, four wide. */
const RAMP = Array.from({ length: 25 }, (_, k) => k)

/** What is pictured of an activity, and who points at it. */
interface Shaded {
  readonly source: ReadonlySignal<{ readonly name: string } | null>
  readonly picture: ReadonlySignal<ShadedPicture | null>
  readonly look: ReadonlySignal<object>
  readonly change: (part: Readonly<Record<string, string>>) => void
  /** The dot that is pointed at, by its place among the drawn ones. */
  readonly pointed: Signal<number | null>
}

/** The row that is pointed at, in words. */
export function Pointed({ of, otherwise }: { readonly of: Shaded; readonly otherwise: string }) {
  return (
    <p class="soft pointed" role="status">
      {of.picture.value && of.pointed.value !== null ? describe(of.picture.value, of.pointed.value) : otherwise}
    </p>
  )
}

function describe({ rows, shades }: ShadedPicture, dot: number): string {
  const value = shades.values[dot]!
  const level = shades.levels?.[value]
  return `Row ${countText(rows[dot]! + 1)}${level === undefined ? '' : `, ${shades.name} ${level}`}`
}

/** What the colours mean. */
export function Legend({ of }: { readonly of: Shaded }) {
  const now = of.picture.value
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

type Which = 'map' | 'data'

interface ScatterProps {
  readonly of: Shaded
  readonly which: Which
  /** What is pictured, and the parts of the look that say its axes, to the right and upwards. */
  readonly title: string
  readonly axes: readonly [string, string]
  readonly names: readonly string[]
}

/** Rows as coloured dots on two columns that can be chosen. */
export function Scatter({ of, which, title, axes, names }: ScatterProps) {
  const { picture, look, change, source } = of
  const dots = picture.value?.[which]
  const select = (axis: 'x' | 'y', part: string, label: string) => (
    <AxisSelect
      axis={axis}
      label={`${title}, ${label}`}
      value={(look.value as Readonly<Record<string, string>>)[part]!}
      names={names}
      choose={(name) => change({ [part]: name })}
    />
  )
  return (
    <figure>
      <figcaption>
        <strong>{title}</strong>
        {dots && <FigureButtons name={`${source.value!.name}-${which}`} svg={() => scatterSvg(picture.value!, which, title)} />}
      </figcaption>
      {select('y', axes[1], 'upwards')}
      <Plot
        axes={dots ?? undefined}
        canvas={{
          tabIndex: 0,
          'aria-label': words(title, picture.value, which),
          onKeyDown: (event) => step(event, of, which),
          onPointerMove: (event) => point(event, of, which),
          onPointerDown: (event) => point(event, of, which)
        }}
        begin={(canvas, size) => {
          const layers = computed(() => {
            const now = picture.value
            const { width, height } = size.value
            return now?.[which]
              ? layersOf(now, which, { ground: { left: 0, top: 0, width, height }, width: 2 * radiusOf(now[which], size.value) })
              : []
          })
          return keepDrawn(canvas, size, (context, size) => {
            drawLayers(context, layers.value)
            ringDot(context, { dots: picture.value?.[which], at: of.pointed.value, size })
          })
        }}
      />
      {dots && notDrawn(dots) && <p class="soft unplaced">{notDrawn(dots)}</p>}
      <div class="stage-foot">{select('x', axes[0], 'to the right')}</div>
    </figure>
  )
}

function words(title: string, picture: ShadedPicture | null, which: Which): string {
  const dots = picture?.[which]
  if (!dots) return `${title}, not drawn yet`
  const left = notDrawn(dots)
  return `${title}: ${dots.y.name} against ${dots.x.name}, ${countText(dots.places.length / 2)} rows coloured by ${picture.shades.name}${left && `. ${left}`}`
}

/** Rows that have no place on two axes, in words. */
const notDrawn = ({ places }: Dots): string => unplacedWords([[unplaced(places), '']])

/** Left and right go to the next dot in that direction. */
function step(event: KeyboardEvent, { picture, pointed }: Shaded, which: Which): void {
  const dots = picture.value?.[which]
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
function layersOf(picture: ShadedPicture, which: Which, { ground, width }: { readonly ground: Ground; readonly width: number }): Layer[] {
  return shadeGroups(picture.shades).map(([stroke, members]) => ({
    outline: new Outline(marksAt(ground, picture[which]!.places, DOT, members)),
    stroke,
    width,
    opacity: DOT_OPACITY
  }))
}

interface Ringed {
  readonly dots: Dots | null | undefined
  readonly at: number | null
  readonly size: CanvasSize
}

/** A ring around the dot that is pointed at. */
function ringDot(context: CanvasRenderingContext2D, { dots, at, size }: Ringed): void {
  if (!dots || at === null) return
  const [x, y] = [dots.places[2 * at]!, dots.places[2 * at + 1]!]
  context.strokeStyle = colour('ink')
  context.lineWidth = 2
  context.beginPath()
  context.arc(x * size.width, (1 - y) * size.height, radiusOf(dots, size) + 5, 0, 2 * Math.PI)
  context.stroke()
}

/** Points at the dot that is nearest to the pointer, if one is near. */
function point(event: PointerEvent, { picture, pointed }: Shaded, which: Which): void {
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

/** The picture as a document of its own. */
function scatterSvg(picture: ShadedPicture, which: Which, title: string): string {
  const dots = picture[which]!
  const { shades } = picture
  return figureSvg([plotSvg(layersOf(picture, which, { ground: GROUND, width: 4 }), dots)], {
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
