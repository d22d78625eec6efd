// How near paths come to snapshots that the fit did not see.
import { numberText } from '../../tell/numbers.js'
import type { Cell, Topic } from '../../tell/telling.js'
import { type Calendar, timeText } from './calendar.js'
import type { LeftOut } from './leave-one-out.js'
import type { Distances, HeldOutScore } from './score.js'
import type { DrawnTrajectories } from './trajectories.js'
import { BESIDE_LINES } from './transport-baselines.js'

function meanOf(scores: readonly HeldOutScore[], pick: (score: HeldOutScore) => number | undefined): number | undefined {
  const values = scores.map(pick).filter((x) => x !== undefined)
  return values.length === 0 ? undefined : values.reduce((sum, x) => sum + x, 0) / values.length
}

/** Farther than sampling noise by less than this factor is as near as it gets. */
const NEAR = 1.3

/** In a sentence, after where that was. */
export function heldOutSentence(where: string, scores: readonly HeldOutScore[]): string {
  const [own, floor, straight] = [
    meanOf(scores, (one) => one.w1)!,
    meanOf(scores, (one) => one.floor)!,
    meanOf(scores, (one) => one.straightLine)
  ]
  const noise = numberText(floor)
  const near =
    own <= NEAR * floor
      ? `as near as two halves of the seen particles are to each other (${noise})`
      : floor > 0
        ? `${numberText(own / floor)} times that of two halves of the seen particles (${noise})`
        : 'where all seen particles are in one place'
  const stand = (lines: number) => (lines > own ? 'miss by' : own > BESIDE_LINES * lines ? 'come nearer, at' : 'do no worse, at')
  const lines = straight === undefined ? '' : `; straight lines along optimal couplings ${stand(straight)} ${numberText(straight)}`
  return `${where} the mean Wasserstein-1 distance is ${numberText(own)}, ${near}${lines}.`
}

const SCORES: readonly { readonly name: string; readonly of: (score: HeldOutScore) => number | undefined }[] = [
  { name: 'W1', of: ({ w1 }) => w1 },
  { name: 'W2', of: ({ w2 }) => w2 },
  { name: 'MMD', of: ({ mmd }) => mmd },
  { name: 'floor', of: ({ floor }) => floor },
  { name: 'straight lines', of: ({ straightLine }) => straightLine },
  { name: 'splines', of: ({ spline }) => spline },
  { name: 'persistence', of: ({ sanity }) => sanity.persistence?.w1 }
]

export function heldOutTopic({ scores, calendar }: DrawnTrajectories): Topic[] {
  if (scores.length === 0) return []
  const rows = scores.map((score) => [timeText(score.time, calendar), ...SCORES.map(({ of }) => of(score))])
  const mean = scores.length > 1 ? [['mean', ...SCORES.map(({ of }) => meanOf(scores, of))]] : []
  return [
    {
      id: 'held-out',
      title: 'At the held-out times',
      blocks: [
        {
          kind: 'table',
          caption:
            'Exact Wasserstein distances (Euclidean, original units) and maximum mean discrepancy between predicted and seen particles that the fit did not use. Floor: Wasserstein-1 between two halves of the seen particles. Straight lines and splines: Wasserstein-1 of interpolation along optimal couplings, without dynamics. Persistence: of the snapshot before, as it was.',
          head: ['held-out time', ...SCORES.map(({ name }) => `${name}#`)],
          rows: [...rows, ...mean],
          said: 'held out '
        }
      ]
    }
  ]
}

const DISTANCES: readonly { readonly name: string; readonly of: (distances: Distances) => number }[] = [
  { name: 'W1', of: ({ w1 }) => w1 },
  { name: 'W2', of: ({ w2 }) => w2 },
  { name: 'MMD²', of: ({ squaredMmd }) => squaredMmd },
  { name: 'sliced W2', of: ({ sliced }) => sliced }
]

const PREDICTIONS: readonly { readonly name: string; readonly of: (score: HeldOutScore) => Distances | undefined }[] = [
  { name: 'the fit to the others', of: (score) => score },
  { name: 'straight lines', of: ({ sanity }) => sanity.straightLines },
  { name: 'persistence', of: ({ sanity }) => sanity.persistence }
]

export function leftOutTopic({
  leftOut,
  calendar
}: {
  readonly leftOut?: LeftOut | undefined
  readonly calendar?: Calendar | undefined
}): Topic[] {
  if (!leftOut) return []
  const rowsOf = (name: string, scores: readonly HeldOutScore[]): Cell[][] =>
    PREDICTIONS.map(({ name: prediction, of }) => [
      `${name}, ${prediction}`,
      ...DISTANCES.map((distance) => meanOf(scores, (score) => of(score) && distance.of(of(score)!))),
      prediction === PREDICTIONS[0]!.name ? meanOf(scores, ({ floor }) => floor) : undefined
    ])
  const rows = leftOut.scores.flatMap((score) => rowsOf(timeText(score.time, calendar), [score]))
  const mean = leftOut.scores.length > 1 ? rowsOf('each in turn', leftOut.scores) : []
  return [
    {
      id: 'left-out',
      title: 'Every snapshot left out in turn',
      blocks: [
        {
          kind: 'table',
          caption:
            'Each snapshot between the first and the last was left out, the reference fitted to the others, and its paths compared with the particles that were seen: exact Wasserstein distances (Euclidean, original units), squared maximum mean discrepancy (Gaussian kernel at the median distance of the seen particles) and sliced Wasserstein-2. Straight lines: interpolation along the optimal coupling of the neighbouring snapshots. Persistence: the snapshot before, as it was. Floor: Wasserstein-1 between two halves of the seen particles.',
          head: ['left-out time', ...DISTANCES.map(({ name }) => `${name}#`), 'floor#'],
          rows: [...rows, ...mean],
          said: 'without '
        }
      ]
    }
  ]
}
