import {
  type ColumnFormat,
  type ConditionalReport,
  type Engine,
  type FitJob,
  InputError,
  type LatentConditionReport,
  type LatentDraw,
  type LatentJob,
  type Localisation,
  type LocalOptions,
  type LocalPosteriorReport,
  type ModelContents,
  type NamedWarning,
  type PosteriorReport,
  type RawTable,
  type SampleJob,
  type Table,
  type Watch
} from '@sbridge/core'
import type { Asked } from '../cli/conditions.js'

/** Everything that a fit of a table may be told; which of it goes together, the system says. */
export interface TableFit extends FitJob, Partial<Pick<LatentJob, 'commonScale'>>, Partial<Omit<LocalOptions, 'local'>> {
  /** `pca:8`, `diffusion-map:8`, `autoencoder:16`, `onnx:ENCODER,DECODER`, or the same taken apart. */
  readonly latent?: LatentJob['latent'] | undefined
  /** `window:1`, `ring:2`, `grid:20x20:1`, `graph:FILE`, `auto`, or the same taken apart. */
  readonly local?: string | Localisation | undefined
}

/** Everything that a draw may be told besides what is known. */
export interface TableDraw extends SampleJob, Pick<LatentDraw, 'dynamics'> {
  /** What is known about the rows. */
  readonly asked?: Asked | undefined
}

/** Where a job runs. */
export type ModelContext = Watch & { readonly engine: Engine }

/** Drawn rows, and how well the data support them where something is known. */
export interface DrawnRows {
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  readonly warnings: readonly NamedWarning[]
  /** Under conditions. */
  readonly conditional?: ConditionalReport | undefined
  /** Under observations or a likelihood, or of a localised model. */
  readonly posterior?: PosteriorReport | LocalPosteriorReport | undefined
  /** Through the decoder of a latent model. */
  readonly conditions?: readonly LatentConditionReport[] | undefined
}

/** What a kind of model of tables can do. */
export interface TableSystem<Model> {
  /** As model files name it. */
  readonly kind: string
  /** In a sentence. */
  readonly name: string
  /** Options of `TableFit` that mean something to it; of these, `fit` refuses what does not go together. */
  readonly fits: readonly (keyof TableFit)[]
  /** The same of `TableDraw`. */
  readonly draws: readonly (keyof TableDraw)[]
  fit(table: RawTable, options: TableFit, context: ModelContext): Promise<Model>
  draw(model: Model, request: TableDraw, context: ModelContext): Promise<DrawnRows>
  save(model: Model): ModelContents
  load(contents: ModelContents, engine: Engine): Model | Promise<Model>
}

/** Options that every system knows. */
export const TABLE_OPTIONS = ['types', 'columns', 'exclude', 'missing', 'bandwidth', 'scaling', 'seed'] as const

/** Refuses options that another system knows. Throws `InputError` (code `option-combination`). */
export function refuseForeign(options: object, known: readonly string[], system: string): void {
  const foreign = Object.entries(options).find(([name, value]) => value !== undefined && !known.includes(name))
  if (foreign) throw combination(`${foreign[0]} with ${system}`, `leaving ${foreign[0]} out`)
}

export function combination(got: string, remedy: string): InputError {
  return new InputError({ code: 'option-combination', got, expected: 'options that go together', try: remedy })
}
