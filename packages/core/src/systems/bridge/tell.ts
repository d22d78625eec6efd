import { countText, numberText, shareText } from '../../tell/numbers.js'
import { type Block, explained, facts, said, type Telling, type Topic } from '../../tell/telling.js'
import type { ToTell } from '../system.js'
import type { BridgeAnswer } from './answer.js'
import { bandwidthFigure, bridgeFigures } from './figures.js'
import { type Drift, driftOf, type LevelShares, sharesOf, tablesOf } from './measures.js'
import { type BridgeModel, type BridgeSummary, LEVEL } from './model.js'
import type { BridgeRequest } from './options.js'
import { type ChangeTold, changesNamed, changesOf, changesTopic } from './tell-changes.js'

/** What a bridge says of its two tables, and of what was drawn from it. */
export function tellBridge(model: BridgeModel, drawn?: ToTell<BridgeAnswer, BridgeRequest>): Telling {
  const { summary } = model
  const tables = tablesOf(model)
  const [drifts, shares] = [driftOf(tables), sharesOf(tables)]
  const changes = changesOf(summary, [tables.from, tables.to])
  const figures = bridgeFigures(tables, drifts)
  const warnings = [...summary.warnings, ...(drawn?.answer.warnings ?? [])]
  return {
    json: { ...jsonOf(summary, drifts, shares), ...(summary.differs ? { changes } : {}), warnings },
    topics: [
      differenceTopic(summary, changes),
      ...(summary.differs ? [changesTopic(changes, summary.differs.unpaired)] : []),
      ...(drifts.length > 0 ? [driftTopic(drifts)] : []),
      ...(shares.length > 0 ? [sharesTopic(shares)] : []),
      ...(figures.length > 0 ? [{ id: 'ways', title: 'Ways', blocks: figures }] : []),
      bandwidthTopic(summary),
      ...(drawn ? drawnTopics(drawn.answer) : [])
    ],
    warnings,
    notes: summary.notes
  }
}

function jsonOf(summary: BridgeSummary, drifts: readonly Drift[], shares: readonly LevelShares[]): Telling['json'] {
  const { divergence, cost, test, epsilon, overlap, fromRows, toRows } = summary
  return {
    divergence,
    cost,
    pValue: test.pValue,
    level: LEVEL,
    epsilon,
    overlap,
    rows: { from: fromRows, to: toRows },
    drift: Object.fromEntries(drifts.map(({ name, unit, mean, sd }) => [name, { mean, sd, ...(unit && { unit }) }])),
    shares: Object.fromEntries(shares.map(({ name, levels }) => [name, levels]))
  }
}

function differenceTopic(
  { test, differs: found, divergence, cost, overlap, fromRows, toRows }: BridgeSummary,
  changes: readonly ChangeTold[]
): Topic {
  const differs = test.pValue <= LEVEL
  const compared = test.counts[0] < fromRows || test.counts[1] < toRows ? `; ${test.counts[0]} and ${test.counts[1]} rows compared` : ''
  return {
    id: 'difference',
    title: 'Difference',
    blocks: [
      said(
        differs
          ? `The tables differ by more than chance does.${found ? ` ${changesNamed(changes)}` : ''}`
          : `No difference beyond chance: the tables could be two samples of one distribution, and the drifts below may be chance.${changes.length > 0 ? ` ${changesNamed(changes, 'What comes nearest to a difference')}` : ''}`
      ),
      facts(
        { name: 'rows', value: `${countText(fromRows)} and ${countText(toRows)}` },
        {
          name: 'p-value',
          value: test.pValue,
          aside: `level ${shareText(LEVEL)}, ${test.permutations} permutations${compared}`,
          meaning: 'How often two samples of one distribution would differ at least as much.'
        },
        { name: 'overlap', value: overlap, aside: '1: rows are mixed as in one table, 0: apart' },
        { name: 'Sinkhorn divergence', value: divergence, unit: 'squared scaled units', aside: 'near 0 for one distribution' },
        { name: 'entropic cost', value: cost, unit: 'squared scaled units' }
      ),
      explained(
        'Scaled units are standard deviations of both tables together. The entropic cost is what the bridge pays for distance and certainty; the divergence subtracts what each table would pay to stay.'
      )
    ]
  }
}

function driftTopic(drifts: readonly Drift[]): Topic {
  const cell = (value: number, { unit }: Drift): string =>
    unit === 'days' ? new Date(value).toISOString().slice(0, 10) : numberText(value)
  return {
    id: 'drift',
    title: 'Drift',
    blocks: [
      {
        kind: 'table',
        caption:
          'Means of both tables, and how far the bridge moves rows of the first: mean and standard deviation over rows, in the unit of the column, dates in days. The column that drifts most stands first.',
        head: ['column', 'first#', 'second#', 'drift#', 'sd of drift#', 'in sd of the column#'],
        rows: drifts.map((drift) => {
          const unit = drift.unit === '' ? '' : ` ${drift.unit}`
          return [
            drift.name,
            cell(drift.from, drift),
            cell(drift.to, drift),
            `${numberText(drift.mean)}${unit}`,
            `${numberText(drift.sd)}${unit}`,
            drift.relative
          ]
        }),
        said: ''
      }
    ]
  }
}

function sharesTopic(shares: readonly LevelShares[]): Topic {
  return {
    id: 'shares',
    title: 'Shares',
    blocks: [
      {
        kind: 'table',
        caption: 'Shares of categories in both tables; levels that fewer than three rows have are counted together.',
        head: ['level', 'first#', 'second#', 'change#'],
        rows: shares.flatMap(({ name, levels }) =>
          levels.map(({ level, from, to }) => [
            `${name} = ${level}`,
            shareText(from),
            shareText(to),
            `${numberText(100 * (to - from))} points`
          ])
        ),
        said: ''
      }
    ]
  }
}

function bandwidthTopic({ epsilon, bandwidth, trials, ending, turns, error }: BridgeSummary): Topic {
  const how = {
    given: 'given',
    'held-out': 'by held-out rows',
    usual: 'by the usual number of partners, since there are too few rows to hold some out'
  }
  const figure: Block[] = trials.length > 1 ? [bandwidthFigure(trials)] : []
  return {
    id: 'bandwidth',
    title: 'Bandwidth',
    blocks: [
      facts(
        { name: 'bandwidth ε', value: epsilon, aside: how[bandwidth] },
        { name: 'scaling', value: ending, aside: `${turns} turns, masses within ${error.toExponential(0)}` }
      ),
      ...figure
    ]
  }
}

function drawnTopics(answer: BridgeAnswer): Topic[] {
  if (answer.kind !== 'coupling') return []
  const fact = { name: 'partners', value: countText(answer.masses.length), aside: `${shareText(answer.kept)} of all mass` }
  return [{ id: 'coupling', title: 'Coupling', blocks: [facts(fact)] }]
}
