import type { RawTable } from '../../table/raw.js'
import { contextOf } from '../context.js'
import { FILLING_DONORS } from '../imputation/donors.js'
import { MASKING } from '../imputation/masking.js'
import { knownTable } from '../imputation/system.js'
import { type Plan, planOf, type System } from '../system.js'
import { fitDensity, LEARNING, mostRows } from './fit.js'
import { type DensityGrid, densityGrid } from './grid.js'
import type { DensityModel } from './model.js'
import { type DensityFit, densityFitFields, type ScoreRequest, scoreFields } from './options.js'
import { presentGrid, presentScored, refuseScoreNames } from './present.js'
import { loadDensity, saveDensity } from './save.js'
import { SCORING, type ScoredRows, scoreRows } from './score.js'
import { tellDensity } from './tell.js'

/** How probable rows are, and how far out. */
export const density: System<RawTable, DensityFit, DensityModel, ScoreRequest, ScoredRows | DensityGrid> = {
  name: 'densities',
  kinds: ['density'],
  fields: { fit: densityFitFields, draw: scoreFields, know: [] },
  also: { fit: ['seed'], draw: ['score', 'seed'] },
  holds: (model): model is DensityModel => 'stack' in model && 'outlying' in model,
  kindOf: () => 'density',
  fittedWith: () => ({}),
  readOptions: async (options) => options,
  readRequest: async (request) => request,
  optionsFor(input, options, request) {
    if (!request.grid) refuseScoreNames(request.score ?? input, request)
    return options
  },
  plan,
  fit: fitDensity,
  async draw(model, request, jobContext) {
    const context = contextOf(request.seed ?? 1, jobContext)
    if (request.grid) return densityGrid(model, request, context)
    if (request.score) refuseScoreNames(request.score, request)
    return scoreRows(model, request, context)
  },
  present: (model, answer, cells) => (answer.kind === 'grid' ? presentGrid(answer) : presentScored(model, answer, cells)),
  tell: (model, drawn) => tellDensity(model, drawn?.answer),
  training: ({ coding, kinds, learned }) => knownTable({ coding, kinds, donors: learned }),
  summary: ({ summary }) => summary,
  save: saveDensity,
  load: loadDensity
}

/** Laws that a fit tries, passes of a scaling, and laws of a usual stack. */
const PASSES = { tried: 30, scaling: 40, stack: 5 }
/** Rows that a fit scores, at most. */
const SCORED = 1000

function plan(source: { input: RawTable; options: DensityFit } | { model: DensityModel }, request: ScoreRequest = {}): Plan {
  const fits = 'input' in source
  const rowCount = fits ? source.input.rowCount : source.model.summary.rowCount
  const columnCount = fits ? source.input.columns.length : source.model.coding.columns.length
  const rows = fits ? Math.min(rowCount, mostRows(columnCount)) : source.model.summary.donorCount
  const drawnRows = request.score?.rowCount ?? (fits ? rowCount : 0)
  const stack = fits ? PASSES.stack : source.model.stack.length
  const stages = [
    ...(fits
      ? [
          { stage: MASKING, pairs: 0 },
          { stage: FILLING_DONORS, pairs: 0 },
          { stage: LEARNING, pairs: (PASSES.tried * Math.min(rows, SCORED) * columnCount + 10 * PASSES.scaling * rows) * rows }
        ]
      : []),
    { stage: SCORING, pairs: ((stack * columnCount + 2) * drawnRows + (stack + 4) * PASSES.scaling * rows) * rows }
  ]
  return planOf(stages, {
    rowCount,
    columnCount,
    drawnRows,
    bytes: 8 * (2 * rows * columnCount * columnCount + 3 * drawnRows * columnCount)
  })
}
