import { numberText, ownRatio, plainText } from '@sbridge/core/internal'
import { useRef } from 'preact/hooks'
import type { Found } from '../state/bandwidth.js'
import { release, slide } from '../state/known.js'
import { judgement } from '../state/measuring.js'
import { change, found, run, settings, shown, summary } from '../state/sampling.js'
import { FIELDS } from '../state/settings.js'
import { Link, NumberField } from './fields.js'

const WIDTH = 240
const HEIGHT = 96
const ROOM = 8
/** How far the slider reaches beyond what was searched: copying and blurring are to be seen. */
const BELOW = 8
const ABOVE = 4
/** How far it reaches to either side of a number of which nothing is known. */
const AROUND = 16

interface Choice {
  /** Found by itself where null. */
  readonly chosen: number | null
  readonly known: Found | null
}

/** ε as a number, and on its slider: how near drawn rows come to training rows, from copying to blurring. */
export function Bandwidth() {
  const known = found.value
  const chosen = settings.value.bandwidth
  return (
    <div class="bandwidth">
      <NumberField
        field={FIELDS.bandwidth}
        value={chosen}
        auto={known ? plainText(known.epsilon) : 'found'}
        set={(epsilon) => change({ bandwidth: epsilon })}
      />
      {(chosen !== null || known) && <Slider chosen={chosen} known={known} />}
    </div>
  )
}

function Slider({ chosen, known }: Choice) {
  // Where nothing is known the slider stays around the number that it began with.
  const first = useRef(chosen)
  const logs = spanOf(known, first.current ?? chosen ?? 1)
  const [low, high] = [Math.min(...logs), Math.max(...logs)]
  const epsilon = chosen ?? known!.epsilon
  const at = Math.min(high, Math.max(low, Math.log(epsilon)))
  const move = (event: Event) => {
    const place = (event.currentTarget as HTMLInputElement).valueAsNumber
    const next = Number(Math.exp(low + place * (high - low)).toPrecision(3))
    slide({ bandwidth: next })
    follow()
  }
  return (
    <>
      {known && known.curve.length + known.tried.length > 1 && <Curve known={known} low={low} high={high} epsilon={epsilon} />}
      <input
        id="epsilon"
        type="range"
        min={0}
        max={1}
        step={0.005}
        value={(at - low) / (high - low)}
        onInput={move}
        onChange={release}
        aria-label="Bandwidth ε, from copying to blurring"
        aria-valuetext={`${plainText(epsilon)}: ${reading(known, epsilon)}`}
      />
      <p class="ends">
        <span>copies</span>
        <BackToFound chosen={chosen} known={known} />
        <span>blurs</span>
      </p>
      <p class="soft">{reading(known, epsilon)}</p>
    </>
  )
}

/** Ends of the slider, in log ε. */
function spanOf(known: Found | null, around: number): number[] {
  if (!known) return [Math.log(around / AROUND), Math.log(around * AROUND)]
  const searched = known.curve.length > 0 ? known.curve.map((point) => Math.log(point.epsilon)) : [Math.log(known.epsilon)]
  return [Math.min(...searched) - Math.log(BELOW), Math.max(...searched) + Math.log(ABOVE)]
}

/** The bandwidth that was found, without searching for it again. */
function BackToFound({ chosen, known }: Choice) {
  // A search that was made here is at hand; of one that an address tells of only the number is.
  const wanted = known && known.curve.length === 0 ? known.epsilon : null
  const there = chosen === null || chosen === wanted
  const goBack = () => {
    if (there) return
    change({ bandwidth: wanted })
    follow()
  }
  return (
    <Link aria-disabled={there} onClick={goBack}>
      {known ? `found: ${plainText(known.epsilon)}` : 'find it'}
    </Link>
  )
}

/** Rows that are shown follow. */
function follow(): void {
  if (shown.value) run('morph')
}

interface CurveProps {
  readonly known: Found
  readonly low: number
  readonly high: number
  readonly epsilon: number
}

function Curve({ known, low, high, epsilon }: CurveProps) {
  const { curve: points, target, tried } = known
  const top = Math.max(1.15, ...[...points, ...tried].map((point) => point.ratio)) * 1.05
  const ratio = ratioAt(known, epsilon)
  const x = (value: number) => ROOM + ((Math.log(value) - low) / (high - low)) * (WIDTH - 2 * ROOM)
  const y = (ratio: number) => HEIGHT - 6 - (ratio / top) * (HEIGHT - 14)
  const path = points.map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.epsilon).toFixed(1)},${y(point.ratio).toFixed(1)}`).join('')
  const chosen = Math.min(WIDTH - ROOM, Math.max(ROOM, x(epsilon)))
  return (
    <svg class="curve" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label="Nearest-neighbour ratio against the bandwidth">
      {target !== null && <line class="target" x1={ROOM} x2={WIDTH - ROOM} y1={y(target)} y2={y(target)} />}
      <path d={path} />
      <line class="chosen" x1={chosen} x2={chosen} y1={4} y2={HEIGHT - 4} />
      {target !== null && (
        // Over the lines, which its halo parts.
        <text x={ROOM} y={y(target) - 5}>
          aim: {numberText(target)} as far as fresh rows
        </text>
      )}
      {points.map((point) => (
        <circle key={point.epsilon} cx={x(point.epsilon)} cy={y(point.ratio)} r="2" />
      ))}
      {tried.map((point) => (
        <circle key={point.epsilon} class="tried" cx={x(point.epsilon)} cy={y(point.ratio)} r="2.4" />
      ))}
      {ratio !== null && <circle class="chosen" cx={chosen} cy={y(ratio)} r="5" />}
    </svg>
  )
}

/** The curve at ε, between its neighbours in log ε; null beyond what has been looked at. */
function ratioAt({ curve: points, tried }: Found, epsilon: number): number | null {
  const known = tried.find((point) => point.epsilon === epsilon)
  if (known) return known.ratio
  const after = points.findIndex((point) => point.epsilon >= epsilon)
  if (points[after]?.epsilon === epsilon) return points[after]!.ratio
  if (after <= 0) return null
  const [a, b] = [points[after - 1]!, points[after]!]
  const share = Math.log(epsilon / a.epsilon) / Math.log(b.epsilon / a.epsilon)
  return a.ratio + share * (b.ratio - a.ratio)
}

/** What the rows that are shown turned out to be, as the measures read it; before that, what the search lets expect. */
function reading(known: Found | null, epsilon: number): string {
  const measured = summary.value?.epsilon === epsilon ? ownRatio(judgement.value?.lines ?? []) : undefined
  if (measured?.known && measured.value === null) return `no nearest-neighbour ratio: ${measured.reading}`
  const aim = typeof known?.target === 'number' ? ` (aim ${numberText(known.target)})` : ''
  if (measured?.known) return `nearest-neighbour ratio ${numberText(measured.value)}${aim}: ${measured.reading}`
  const ratio = known && ratioAt(known, epsilon)
  if (ratio === null) return known && known.curve.length > 0 ? 'beyond what the search looked at' : 'no search at hand to compare with'
  if (ratio < 0.6) return 'in the search, rows nearly repeat training rows'
  if (ratio < 0.8) return 'in the search, rows stand nearer to training rows than new ones would'
  if (ratio <= 1.1) return 'in the search, rows stand as far from training rows as new ones would'
  return 'in the search, rows blur the fine structure'
}
