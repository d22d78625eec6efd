import { change, curve, run, settings, shown, tried } from '../state/session.js'
import { formatPlain } from './words.js'

const WIDTH = 240
const HEIGHT = 96
const ROOM = 8
const BELOW = 8
const ABOVE = 4

/** ε along its curve: how near drawn rows come to training rows, from copying to blurring. */
export function Bandwidth() {
  const found = curve.value
  if (!found || found.curve.length < 2) {
    return (
      <div class="bandwidth">
        <p class="field-label">
          <span>Bandwidth ε</span>{' '}
          <output>{settings.value.epsilon === null ? 'found by itself' : formatPlain(settings.value.epsilon)}</output>
        </p>
      </div>
    )
  }
  const logs = found.curve.map((point) => Math.log(point.epsilon))
  // A little beyond what was searched on either side: copying and blurring are to be seen.
  const low = Math.min(...logs) - Math.log(BELOW)
  const high = Math.max(...logs) + Math.log(ABOVE)
  const epsilon = settings.value.epsilon ?? found.epsilon
  const at = Math.min(high, Math.max(low, Math.log(epsilon)))
  const slide = (event: Event) => {
    const place = (event.currentTarget as HTMLInputElement).valueAsNumber
    const next = Number(Math.exp(low + place * (high - low)).toPrecision(3))
    change({ epsilon: next }, { remember: !sliding })
    sliding = true
    if (shown.value) run('morph')
  }
  const release = () => {
    sliding = false
  }
  return (
    <div class="bandwidth">
      <p class="field-label">
        <label for="epsilon">Bandwidth ε</label> <output for="epsilon">{formatPlain(epsilon)}</output>
      </p>
      <Curve low={low} high={high} epsilon={epsilon} />
      <input
        id="epsilon"
        type="range"
        min={0}
        max={1}
        step={0.005}
        value={(at - low) / (high - low)}
        onInput={slide}
        onChange={release}
        aria-valuetext={`${formatPlain(epsilon)}: ${reading(ratioAt(epsilon))}`}
      />
      <p class="ends">
        <span>copies</span>
        <button
          type="button"
          class="link"
          disabled={settings.value.epsilon === null}
          onClick={() => {
            change({ epsilon: null })
            if (shown.value) run('morph')
          }}
        >
          found: {formatPlain(found.epsilon)}
        </button>
        <span>blurs</span>
      </p>
      <p class="soft">{reading(ratioAt(epsilon))}</p>
    </div>
  )
}

/** One drag of the slider is one thing to undo. */
let sliding = false

function Curve({ low, high, epsilon }: { low: number; high: number; epsilon: number }) {
  const { curve: points, target } = curve.value!
  const top = Math.max(1.15, ...[...points, ...tried.value].map((point) => point.ratio)) * 1.05
  const ratio = ratioAt(epsilon)
  const x = (value: number) => ROOM + ((Math.log(value) - low) / (high - low)) * (WIDTH - 2 * ROOM)
  const y = (ratio: number) => HEIGHT - 6 - (ratio / top) * (HEIGHT - 14)
  const path = points.map((point, i) => `${i === 0 ? 'M' : 'L'}${x(point.epsilon).toFixed(1)},${y(point.ratio).toFixed(1)}`).join('')
  const chosen = Math.min(WIDTH - ROOM, Math.max(ROOM, x(epsilon)))
  return (
    <svg class="curve" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label="Nearest-neighbour ratio against the bandwidth">
      <line class="target" x1={ROOM} x2={WIDTH - ROOM} y1={y(target)} y2={y(target)} />
      <text x={ROOM} y={y(target) - 5}>
        as far as fresh rows
      </text>
      <path d={path} />
      {points.map((point) => (
        <circle key={point.epsilon} cx={x(point.epsilon)} cy={y(point.ratio)} r="2" />
      ))}
      {tried.value.map((point) => (
        <circle key={point.epsilon} class="tried" cx={x(point.epsilon)} cy={y(point.ratio)} r="2.4" />
      ))}
      <line class="chosen" x1={chosen} x2={chosen} y1={4} y2={HEIGHT - 4} />
      {ratio !== null && <circle class="chosen" cx={chosen} cy={y(ratio)} r="5" />}
    </svg>
  )
}

/** The curve at ε, between its neighbours in log ε; null beyond what has been looked at. */
function ratioAt(epsilon: number): number | null {
  const points = curve.value!.curve
  const known = tried.value.find((point) => point.epsilon === epsilon)
  if (known) return known.ratio
  const after = points.findIndex((point) => point.epsilon >= epsilon)
  if (points[after]?.epsilon === epsilon) return points[after]!.ratio
  if (after <= 0) return null
  const [a, b] = [points[after - 1]!, points[after]!]
  const share = Math.log(epsilon / a.epsilon) / Math.log(b.epsilon / a.epsilon)
  return a.ratio + share * (b.ratio - a.ratio)
}

function reading(ratio: number | null): string {
  if (ratio === null) return 'beyond what the search looked at'
  if (ratio < 0.6) return 'rows nearly repeat training rows'
  if (ratio < 0.8) return 'rows stand nearer to training rows than new ones would'
  if (ratio <= 1.1) return 'rows stand as far from training rows as new ones would'
  return 'rows blur the fine structure'
}
