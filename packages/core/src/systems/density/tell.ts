import { explained, facts, type Telling, type Topic, together } from '../../tell/telling.js'
import type { DensityModel } from './model.js'
import type { ScoredRows } from './score.js'

/** Rows that are named as the furthest out. */
const FURTHEST = 5

/** What a density says; with an answer, what it says of the rows. */
export function tellDensity(model: DensityModel, answer?: ScoredRows): Telling {
  return answer ? together(tellScored(answer), tellModel(model)) : tellModel(model)
}

function tellScored({ logDensity, outlier, outlierP, own, warnings }: ScoredRows): Telling {
  const known = Array.from(logDensity.keys()).filter((i) => Number.isFinite(logDensity[i]!))
  const mean = known.reduce((sum, i) => sum + logDensity[i]! / known.length, 0)
  const furthest = known.toSorted((a, b) => outlier[b]! - outlier[a]!).slice(0, FURTHEST)
  const rows = furthest.map((i) => ({ row: i + 1, outlier: outlier[i]!, p: outlierP[i]!, logDensity: logDensity[i]! }))
  return {
    json: { scored: { rows: logDensity.length, leftOut: own, logDensity: known.length === 0 ? null : mean, furthest: rows } },
    topics: [
      {
        id: 'scores',
        title: 'Scores',
        blocks: [
          facts(
            known.length === 0 ? undefined : { name: 'mean log-density', value: mean, unit: 'nats a row' },
            own === 0 ? undefined : { name: 'rows of the table itself', value: own, aside: 'each left out of what it is compared with' }
          ),
          {
            kind: 'table',
            caption:
              'Rows that lie furthest out: a large score is far from all rows, and p is the share of rows of the table that lie as far out.',
            head: ['row', 'outlier#', 'p#', 'log-density#'],
            rows: rows.map((one) => [String(one.row), one.outlier, one.p, one.logDensity]),
            said: 'far out, row '
          }
        ]
      }
    ],
    warnings,
    notes: []
  }
}

function tellModel({ summary, stack, denoising, outlying }: DensityModel): Telling {
  const { donorCount, rowCount, logLikelihood, measure, notes } = summary
  const members = stack.map(({ epsilon, prior, smoothing, weight }) => ({
    epsilon: Number.isFinite(epsilon) ? epsilon : null,
    prior,
    smoothing: Number.isFinite(smoothing) ? smoothing : null,
    weight
  }))
  return {
    json: { ...summary, stack: members, denoising, outlying },
    topics: [
      {
        id: 'density',
        title: 'Density',
        blocks: [
          explained(
            'The density is that of one step of the sampler from a row of the table taken at random, mixed over bandwidths such that rows that are left out are likeliest. Natural logarithms, in units of the columns.'
          ),
          facts(
            { name: 'density', value: measure },
            { name: 'rows learned from', value: donorCount, ...(donorCount < rowCount ? { aside: `of ${rowCount}` } : {}) },
            { name: 'log-density of rows left out', value: logLikelihood, unit: 'nats a row' },
            { name: 'bandwidth ε of denoising', value: denoising }
          ),
          {
            kind: 'table',
            caption:
              'Laws of the stack and their weights: the bandwidth of the step, and how many rows’ worth of what all rows have is mixed into each.',
            head: ['bandwidth ε', 'covariance, rows#', 'levels, rows#', 'weight#'],
            rows: stack.map((one) => [
              Number.isFinite(one.epsilon) ? String(Number(one.epsilon.toPrecision(4))) : 'one Gaussian',
              one.prior,
              Number.isFinite(one.smoothing) ? one.smoothing : '',
              one.weight
            ])
          }
        ]
      } satisfies Topic
    ],
    warnings: [],
    notes
  }
}
