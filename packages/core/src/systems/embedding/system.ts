import type { Matrix } from '../../num/matrix.js'
import type { DiffusionReport } from '../../spectral/diffusion-map.js'
import { presentTable } from '../../table/present.js'
import type { RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import { contextOf } from '../context.js'
import { keepingDialect } from '../dialect.js'
import { notTogether } from '../options/combinations.js'
import { tableFields } from '../options/table-options.js'
import { type Answer, type Plan, planOf, type System } from '../system.js'
import { coordinatesOf, coordinateTable, placeRows } from './coordinates.js'
import { type EmbedJob, embedTable } from './embed.js'
import { type EmbeddingModel, embeddedTable, liftTable } from './embedding.js'
import { loadEmbedding, saveEmbedding } from './embedding-file.js'
import { embedFields } from './options.js'
import { tellEmbedding } from './tell.js'

/** A map, and of the rows that it was fitted to just now their coordinates [M, K] and the parts that the kernel leaves them in: a file does not keep these. */
export interface FittedEmbedding extends EmbeddingModel {
  readonly coordinates?: Matrix
  readonly components?: DiffusionReport['components']
}

/** New rows to place, coordinates to lift, or, of a map that was fitted just now, nothing: its own rows. */
export interface EmbeddingRequest {
  readonly place?: RawTable | undefined
  /** Columns coordinate_1 … coordinate_K. */
  readonly lift?: RawTable | undefined
  /** Default 1. */
  readonly seed?: number | undefined
}

/** Coordinates [n, K], or rows at coordinates. */
export type EmbeddingAnswer = Answer & ({ readonly coordinates: Matrix } | { readonly table: Table })

/** Diffusion-map coordinates of rows, and the way back. */
export const embedding: System<RawTable, EmbedJob, FittedEmbedding, EmbeddingRequest, EmbeddingAnswer> = keepingDialect<
  EmbedJob,
  FittedEmbedding,
  EmbeddingRequest,
  EmbeddingAnswer
>({
  name: 'embeddings',
  kinds: ['embedding'],
  fields: { fit: [...embedFields, ...tableFields], draw: [], know: [] },
  also: { fit: ['seed'], draw: ['place', 'lift', 'seed'] },
  holds: (model): model is FittedEmbedding => 'map' in model,
  kindOf: () => 'embedding',
  fittedWith: () => ({}),
  readOptions: async (options) => options,
  readRequest: async (request) => request,
  optionsFor: (_input, options) => options,
  plan,
  async fit(input, options, context) {
    const { model, coordinates, report } = await embedTable(input, options, context)
    return { ...model, coordinates, components: report.components }
  },
  async draw(model, { place, lift, seed = 1 }, jobContext) {
    const context = contextOf(seed, jobContext)
    if (place && lift) throw wrongRequest('place and lift at once')
    if (place) return { coordinates: await placeRows(model, place, context), warnings: [] }
    if (lift) return { table: await liftTable(model, coordinatesOf(lift, model.map.eigenvalues.length), context), warnings: [] }
    if (model.coordinates) return { coordinates: model.coordinates, warnings: [] }
    throw wrongRequest('neither place nor lift')
  },
  present: (model, answer, cells) =>
    'table' in answer ? presentTable(answer.table, model.encoder.formats, cells) : coordinateTable(answer.coordinates, model, cells),
  tell: (model, drawn) => tellEmbedding(model, drawn && 'coordinates' in drawn.answer ? drawn.answer.coordinates : undefined),
  training: embeddedTable,
  summary: ({ summary }) => summary,
  save: saveEmbedding,
  load: loadEmbedding
})

const wrongRequest = (got: string) => notTogether(got, 'place: a table', 'rows to place, or coordinates to lift')

/** Turns of the scaling with the search for a bandwidth, and of the eigenvectors, about: each a pass over all pairs. */
const PASSES = { scaling: 12, eigenvectors: 28 }

function plan(source: { input: RawTable; options: EmbedJob } | { model: FittedEmbedding }, request?: EmbeddingRequest): Plan {
  const fits = 'input' in source
  const rowCount = fits ? source.input.rowCount : source.model.summary.rowCount
  const columnCount = fits ? source.input.columns.length : source.model.encoder.columns.length
  const drawnRows = (request?.place ?? request?.lift)?.rowCount ?? 0
  const stages = [
    ...(fits
      ? [
          { stage: 'scaling', pairs: PASSES.scaling * rowCount ** 2 },
          { stage: 'eigenvectors', pairs: PASSES.eigenvectors * rowCount ** 2 }
        ]
      : []),
    { stage: 'placing', pairs: drawnRows * rowCount }
  ]
  return planOf(stages, { rowCount, columnCount, drawnRows, bytes: 8 * rowCount * (columnCount + 200) })
}
