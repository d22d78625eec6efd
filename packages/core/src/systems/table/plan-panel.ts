import { isCategorical, type Table } from '../../table/table.js'
import { MOST_COMPARED } from '../panel/compared.js'
import type { PanelModel } from '../panel/model.js'
import type { PanelTable } from '../panel/read.js'
import { trainingRows } from '../panel/rows.js'
import { NEXT_STEPS } from '../panel/step-law.js'
import { type Plan, planOf } from '../system.js'
import { estimateJob } from './estimate.js'

/** Settings that a search of the law of next rows tries, as a rule, and steps of chains. */
const TRIALS = 8
const STEPS = { heads: 20, next: NEXT_STEPS }
/** What a row counts in the fits of logistic laws, as pairs: turns of all that are tried. */
const TURNS = 2000

/** What a plan of groups is made from. */
export type PanelSource = { readonly panel: PanelTable; readonly bandwidthGiven: boolean } | { readonly model: PanelModel }

interface Drawn {
  readonly groups?: number | undefined
  readonly rows?: number | undefined
}

/** Sizes and work of a fit of groups, of a draw, or of both: an upper estimate. */
export function planPanel(source: PanelSource, request: Drawn | undefined): Plan {
  const fits = 'panel' in source
  const { table, groups, columnCount } = fits ? sizesOf(source.panel) : sizesOfModel(source.model)
  const rowCount = table.rowCount
  const given = fits ? source.bandwidthGiven : true
  const mean = rowCount / groups
  const drawnGroups = request ? (request.groups ?? Math.ceil((request.rows ?? rowCount) / mean)) : 0
  const drawnRows = Math.round(drawnGroups * mean)
  const coordinateCount = table.columns.filter((column) => !isCategorical(column)).length
  const dimension = Math.max(1, table.columns.length)
  const shared = { passesPerStep: 1, comparesScalings: false }
  const heads = estimateJob({
    ...shared,
    rowCount: groups,
    dimension,
    drawnRows: drawnGroups,
    steps: STEPS.heads,
    automaticBandwidth: !given
  })
  const next = estimateJob({
    ...shared,
    rowCount: Math.min(MOST_COMPARED, Math.max(1, rowCount - groups)),
    dimension: 3 * dimension,
    drawnRows: Math.max(0, drawnRows - drawnGroups),
    steps: STEPS.next,
    automaticBandwidth: false,
    known: { conditions: drawnGroups, trials: given ? 1 : TRIALS, coordinateCount: 3 * coordinateCount, partCount: 1, observes: false }
  })
  const pairsOf = (name: string) =>
    [...heads.stages, ...next.stages].reduce((sum, { stage, pairs }) => sum + (stage === name ? pairs : 0), 0)
  const fitting = ['choosing the scaling', 'choosing the bandwidth', 'choosing the conditional bandwidth', 'scaling']
  const own = [...(fits ? fitting : []), ...(request ? ['sampling'] : [])].map((stage) => ({ stage, pairs: pairsOf(stage) }))
  const categories = { stage: 'choosing the laws of categories', pairs: table.columns.some(isCategorical) ? rowCount * TURNS : 0 }
  const stages = fits ? [...own.slice(0, 2), categories, ...own.slice(2)] : own
  const bytes = heads.bytes + next.bytes
  return planOf(stages, { rowCount, columnCount, dimension, drawnRows, bytes })
}

interface Sizes {
  readonly table: Table
  readonly groups: number
  readonly columnCount: number
}

const sizesOf = ({ data, first, layout }: PanelTable): Sizes => ({
  table: data.table,
  groups: first.length - 1,
  columnCount: layout.length
})

function sizesOfModel(model: PanelModel): Sizes {
  const { table, first } = trainingRows(model)
  return { table, groups: first.length - 1, columnCount: model.panel.layout.length }
}
