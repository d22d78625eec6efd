import { defined } from '../../num/defined.js'
import { listed } from '../../num/listed.js'
import { shareText } from '../../tell/numbers.js'
import { type Drawing, explained, facts, type Telling, type Topic, together } from '../../tell/telling.js'
import type { DensityGrid } from './grid.js'
import type { DensityModel } from './model.js'
import type { ScoredRows } from './score.js'
import { numberColumns } from './units.js'

/** Rows that are named as the furthest out. */
const FURTHEST = 5

/** What a density says; with an answer, what it says of the rows. */
export function tellDensity(model: DensityModel, answer?: ScoredRows | DensityGrid): Telling {
  if (!answer) return tellModel(model)
  return together(answer.kind === 'grid' ? tellGrid(answer) : tellScored(answer), tellModel(model))
}

function tellGrid({ names, given, mass, density, points, warnings }: DensityGrid): Telling {
  const words = Object.entries(given).map(([name, value]) => `${name} = ${value}`)
  const condition = words.length > 0 ? ` given ${words.join(', ')}` : ''
  const caption = `Density of ${names.join(' and ')}${condition}.`
  return {
    json: { grid: { columns: names, given, points: density.length, mass } },
    topics: [
      {
        id: 'grid',
        title: 'Density on a grid',
        blocks: [
          facts(
            { name: 'grid', value: `${names.join(' × ')}${condition}` },
            { name: 'probability on the grid', value: mass, aside: 'of 1' }
          ),
          { kind: 'figure', caption, drawings: [gridDrawing({ names, density, points })] }
        ]
      }
    ],
    warnings,
    notes: []
  }
}

/** A curve of one column, and shades of two; levels stand at 0, 1, … */
function gridDrawing({ names, density, points }: Pick<DensityGrid, 'names' | 'density' | 'points'>): Drawing {
  const axes = points.columns.map(({ source, values }) => {
    if (source !== 'text') return { values: Array.from(values as Float64Array), levels: undefined }
    const levels = [...new Set(values as readonly string[])]
    return { values: (values as readonly string[]).map((level) => levels.indexOf(level)), levels }
  })
  const most = density.reduce((a, b) => Math.max(a, b), 0)
  const axis = (a: number) => ({ label: names[a], ...(axes[a]!.levels ? { names: axes[a]!.levels } : {}) })
  const [x, y] = axes
  if (y)
    return {
      label: `density of ${names.join(' and ')}`,
      size: [520, 420],
      x: axis(0),
      y: axis(1),
      marks: [{ kind: 'shaded', points: x!.values.map((at, i) => ({ x: at, y: y.values[i]!, value: density[i]! / most })) }]
    }
  const curve = x!.values.map((at, i) => ({ x: at, y: density[i]! }))
  return {
    label: `density of ${names[0]}`,
    size: [520, 300],
    x: axis(0),
    y: { label: 'density', domain: [0, most * 1.05] },
    marks: [x!.levels ? { kind: 'stems', side: 'real', points: curve } : { kind: 'line', side: 'real', points: curve }]
  }
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

function tellModel({ summary, stack, ends, coding, denoising, outlying }: DensityModel): Telling {
  const { donorCount, rowCount, logLikelihood, measure, notes } = summary
  const members = stack.map(({ epsilon, prior, smoothing, weight, between }) => ({
    epsilon: Number.isFinite(epsilon) ? epsilon : null,
    prior,
    smoothing: Number.isFinite(smoothing) ? smoothing : null,
    weight,
    between
  }))
  const numbers = numberColumns({ coding })
  const ended = ends.map(({ number, low, high }) => {
    const { name, centre, scale } = numbers[number]!
    const at = (x: number | undefined) => (x === undefined ? undefined : centre + scale * x)
    return { name, ...defined({ low: at(low), high: at(high) }) }
  })
  const between = stack.reduce((sum, one) => sum + (one.between ? one.weight : 0), 0)
  return {
    json: { ...summary, stack: members, ends: ended, denoising, outlying },
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
            { name: 'bandwidth ε of denoising', value: denoising },
            ended.length === 0
              ? undefined
              : {
                  name: 'columns with an end',
                  value: listed(ended.map(({ name }) => name)),
                  aside: `in ${shareText(between)} of the stack`
                }
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
