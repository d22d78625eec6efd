import { signal } from '@preact/signals'
import { spellValue, stepOf } from '@sbridge/core/internal'
import { readPart } from '../../state/given.js'
import { levelsIn, linearObservation, observationOf, release, slide, withObservation, writeObservation } from '../../state/known.js'
import { panel } from '../../state/panel.js'
import { change, frame, knowable, settings } from '../../state/sampling.js'
import { tried } from '../../work/fault.js'
import type { Axis, ColumnFacts } from '../../work/messages.js'
import { spellDeviation } from './observations.js'

type Side = 'x' | 'y'

/** An observation that is being drawn. */
interface Draft {
  readonly side: Side
  readonly value: number
  readonly deviation: number
}

const draft = signal<Draft | null>(null)

/** Pixels that a hand must move before it draws. */
const LEAST_MOVE = 5

/** What is known, drawn over the scatter; on the step of observations it is drawn there by hand. */
export function Marks() {
  const axes = frame.value
  if (!axes) return null
  const drawing = panel.value === 'observations'
  return (
    <div class={`marks ${drawing ? 'drawing' : ''}`} onPointerDown={drawing ? startDrawing : undefined}>
      <svg viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden="true">
        <Given side="x" axis={axes.x} />
        <Given side="y" axis={axes.y} />
        {settings.value.observe.map((text) => (
          <Band key={text} text={text} x={axes.x} y={axes.y} />
        ))}
        {draft.value && <Stripe axis={axes[draft.value.side]} {...draft.value} />}
      </svg>
      {drawing && (
        <>
          <Handles side="x" axis={axes.x} />
          {axes.y.name !== axes.x.name && <Handles side="y" axis={axes.y} />}
        </>
      )}
    </div>
  )
}

const placeOn = (axis: Axis, value: number): number => (value - axis.range!.from) / (axis.range!.to - axis.range!.from)
const inside = (place: number): number => Math.min(1, Math.max(0, place))

/** How what is drawn along x is drawn along y: upwards from the left. */
const turned = (side: Side): string | undefined => (side === 'y' ? 'matrix(0 -1 1 0 0 1)' : undefined)

/** A rectangle across the picture, between two places of one side. */
function Across({ side, from, to, kind }: { side: Side; from: number; to: number; kind: string }) {
  return <rect class={kind} x={inside(from)} width={Math.max(0, inside(to) - inside(from))} y={0} height={1} transform={turned(side)} />
}

function Line({ side, at, kind }: { side: Side; at: number; kind: string }) {
  return at >= 0 && at <= 1 ? <line class={kind} x1={at} x2={at} y1={0} y2={1} transform={turned(side)} /> : null
}

/** A condition on the column of one side. */
function Given({ side, axis }: { side: Side; axis: Axis }) {
  const { given } = settings.value
  const text = Object.hasOwn(given, axis.name) ? given[axis.name]! : null
  const column = columnOf(axis)
  if (text === null || !column) return null
  const part = tried(() => readPart(column, text))
  if (!axis.range) {
    const { levels = [] } = column
    return levelsIn(levels, text).map((one) => {
      const at = levels.indexOf(one)
      return at < 0 ? null : <Across key={one} side={side} from={at / levels.length} to={(at + 1) / levels.length} kind="given" />
    })
  }
  // What cannot be read is told beside the condition.
  if (part === undefined) return null
  if (typeof part === 'number') return <Line side={side} at={placeOn(axis, part)} kind="given-line" />
  return <Across side={side} from={placeOn(axis, part.low)} to={placeOn(axis, part.high)} kind="given" />
}

function columnOf(axis: Axis): ColumnFacts | undefined {
  return knowable().find(({ name }) => name === axis.name)
}

/** An observation that is linear in the displayed columns. */
function Band({ text, x, y }: { text: string; x: Axis; y: Axis }) {
  const form = linearObservation(text)
  if (!form || ![...form.coefficients.keys()].every((name) => name === x.name || name === y.name)) return null
  const { coefficients, value, deviation } = form
  const a = x.range ? (coefficients.get(x.name) ?? 0) : 0
  const b = y.range && y.name !== x.name ? (coefficients.get(y.name) ?? 0) : 0
  if (a !== 0 && b === 0) return <Stripe side="x" axis={x} value={value / a} deviation={Math.abs(deviation / a)} />
  if (a === 0 && b !== 0) return <Stripe side="y" axis={y} value={value / b} deviation={Math.abs(deviation / b)} />
  if (a === 0) return null
  const height = (right: number, wanted: number) => 1 - placeOn(y, (wanted - a * (right === 0 ? x.range!.from : x.range!.to)) / b)
  const [low, high] = [value - deviation, value + deviation]
  return (
    <>
      <polygon class="observed" points={`0,${height(0, low)} 1,${height(1, low)} 1,${height(1, high)} 0,${height(0, high)}`} />
      <line class="observed-line" x1={0} y1={height(0, value)} x2={1} y2={height(1, value)} />
    </>
  )
}

function Stripe({ side, axis, value, deviation }: { side: Side; axis: Axis; value: number; deviation: number }) {
  return (
    <>
      <Across side={side} from={placeOn(axis, value - deviation)} to={placeOn(axis, value + deviation)} kind="observed" />
      <Line side={side} at={placeOn(axis, value)} kind="observed-line" />
    </>
  )
}

/** Where a pointer is, between 0 and 1, y upwards. */
function placesIn(box: DOMRect, event: PointerEvent): Readonly<Record<Side, number>> {
  return { x: inside((event.clientX - box.left) / box.width), y: inside(1 - (event.clientY - box.top) / box.height) }
}

const valueAt = (axis: Axis, place: number): number => axis.range!.from + place * (axis.range!.to - axis.range!.from)

/** Columns whose observations can be drawn. */
function drawable(axis: Axis): ColumnFacts | undefined {
  const column = columnOf(axis)
  return column?.range && column.kind !== 'datetime' ? column : undefined
}

function startDrawing(event: PointerEvent): void {
  const ground = event.currentTarget as HTMLElement
  if (event.target !== ground && (event.target as Element).getAttribute('role') === 'slider') return
  event.preventDefault()
  ground.setPointerCapture(event.pointerId)
  const box = ground.getBoundingClientRect()
  const start = placesIn(box, event)
  const axes = frame.value!
  const move = (at: PointerEvent) => {
    const [dx, dy] = [Math.abs(at.clientX - event.clientX), Math.abs(at.clientY - event.clientY)]
    if (Math.max(dx, dy) < LEAST_MOVE) return
    const wanted: Side = dx >= dy ? 'x' : 'y'
    const side = drawable(axes[wanted]) ? wanted : wanted === 'x' ? 'y' : 'x'
    if (!drawable(axes[side])) return
    const value = valueAt(axes[side], start[side])
    draft.value = { side, value, deviation: Math.abs(valueAt(axes[side], placesIn(box, at)[side]) - value) }
  }
  const end = () => {
    ground.removeEventListener('pointermove', move)
    const drawn = draft.value
    draft.value = null
    if (drawn && drawn.deviation > 0) put(axes[drawn.side], drawn)
  }
  ground.addEventListener('pointermove', move)
  ground.addEventListener('pointerup', end, { once: true })
  ground.addEventListener('pointercancel', end, { once: true })
}

function textOf(axis: Axis, { value, deviation }: { value: number; deviation: number }): string {
  return writeObservation(axis.name, spellValue(columnOf(axis)!, value), spellDeviation(deviation))
}

/** The observation of a column, anew or instead of the one it had. */
function put(axis: Axis, observed: { value: number; deviation: number }): void {
  const at = observationOf(axis.name)?.at ?? settings.value.observe.length
  change(withObservation(at, textOf(axis, observed)))
}

/** Value and error of an observation, to be dragged or moved by arrow keys. */
function Handles({ side, axis }: { side: Side; axis: Axis }) {
  const column = drawable(axis)
  const observed = column && observationOf(axis.name)
  if (!observed) return null
  const { at, value, deviation } = observed
  const { from, to } = axis.range!
  const step = stepOf(column)
  const put = (next: { value: number; deviation: number }) => slide(withObservation(at, textOf(axis, next)))
  const putError = (next: number) => put({ value, deviation: Math.max(step / 4, next) })
  const words = spellDeviation(deviation)
  return (
    <>
      <Handle
        side={side}
        kind="value"
        place={placeOn(axis, value)}
        slider={{ label: `Observed ${axis.name}`, words: `${spellValue(column, value)} ± ${words}`, now: value, from, to }}
        byKey={(direction) => put({ value: value + direction * step, deviation })}
        byHand={(place) => put({ value: valueAt(axis, place), deviation })}
      />
      <Handle
        side={side}
        kind="error"
        place={placeOn(axis, value + deviation)}
        slider={{ label: `Error of ${axis.name}`, words: `± ${words}`, now: deviation, from: 0, to: to - from }}
        byKey={(direction) => putError(deviation + (direction * step) / 2)}
        byHand={(place) => putError(Math.abs(valueAt(axis, place) - value))}
      />
    </>
  )
}

interface HandleProps {
  readonly side: Side
  readonly kind: 'value' | 'error'
  readonly place: number
  /** What it is and where it stands, for those who do not see it. */
  readonly slider: { readonly label: string; readonly words: string; readonly now: number; readonly from: number; readonly to: number }
  readonly byKey: (direction: number) => void
  readonly byHand: (place: number) => void
}

const KEYS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }

function Handle({ side, kind, place, slider, byKey, byHand }: HandleProps) {
  const percent = `${100 * inside(side === 'x' ? place : 1 - place)}%`
  const drag = (event: PointerEvent) => {
    const handle = event.currentTarget as HTMLElement
    if (event.type === 'pointerdown') handle.setPointerCapture(event.pointerId)
    else if (handle.hasPointerCapture(event.pointerId)) byHand(placesIn(handle.parentElement!.getBoundingClientRect(), event)[side])
  }
  return (
    <div
      class={`handle ${side} ${kind}`}
      style={side === 'x' ? { left: percent } : { top: percent }}
      role="slider"
      tabIndex={0}
      aria-label={slider.label}
      aria-valuetext={slider.words}
      aria-valuenow={slider.now}
      aria-valuemin={slider.from}
      aria-valuemax={slider.to}
      aria-orientation={side === 'x' ? 'horizontal' : 'vertical'}
      onPointerDown={drag}
      onPointerMove={drag}
      onPointerUp={release}
      onKeyDown={(event) => {
        const direction = KEYS[event.key]
        if (direction === undefined) return
        event.preventDefault()
        byKey(direction)
      }}
      onKeyUp={release}
    />
  )
}
