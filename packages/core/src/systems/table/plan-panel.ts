import { isCategorical, type Table } from '../../table/table.js'
import type { PanelModel } from '../panel/model.js'
import type { PanelTable } from '../panel/read.js'
import { trainingRows } from '../panel/rows.js'
import { type Plan, planOf } from '../system.js'
import { estimateJob } from './estimate.js'
import { KEY_STAGES } from './keyed.js'
import { lawWork } from './law-work.js'

/** Steps of the chains of first rows. */
const HEAD_STEPS = 20
/** Coordinates of a law of next rows, for each number of the table: its own, what is given of the rows before, and of its group. */
const GIVEN = 3
/** What a row counts in the fits of logistic laws, as pairs: turns of all that are tried. Measured by `bench/plans.mjs`. */
const TURNS = 80_000

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
  const heads = estimateJob({
    passesPerStep: 1,
    comparesScalings: false,
    rowCount: groups,
    dimension,
    drawnRows: drawnGroups,
    steps: HEAD_STEPS,
    automaticBandwidth: !given
  })
  const next = lawWork({
    rows: Math.max(1, rowCount - groups),
    coordinateCount: GIVEN * Math.max(1, coordinateCount),
    drawnRows: Math.max(0, drawnRows - drawnGroups),
    conditions: drawnGroups,
    bandwidthGiven: given
  })
  const ofHeads = (name: string) => heads.stages.reduce((sum, { stage, pairs }) => sum + (stage === name ? pairs : 0), 0)
  const fitting = [
    { stage: 'choosing the scaling', pairs: ofHeads('choosing the scaling') },
    { stage: 'choosing the bandwidth', pairs: ofHeads('choosing the bandwidth') },
    { stage: 'choosing the conditional bandwidth', pairs: next.search },
    { stage: 'choosing the laws of categories', pairs: table.columns.some(isCategorical) ? rowCount * TURNS : 0 },
    { stage: 'scaling', pairs: ofHeads('scaling') + next.scaling }
  ]
  const stages = [
    ...(fits ? fitting : []),
    ...(request ? [{ stage: 'sampling', pairs: ofHeads('sampling') + next.draw }, ...KEY_STAGES] : [])
  ]
  const bytes = heads.bytes + next.bytes
  return planOf(stages, { rowCount, columnCount, dimension, drawnRows, bytes, timed: GIVEN * dimension })
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
