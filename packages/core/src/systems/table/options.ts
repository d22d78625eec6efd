import type { ConditionMemory } from '../../choose/memory.js'
import type { KeptKeys } from '../../code/keys/keep.js'
import type { Totals } from '../../code/rules/keep-totals.js'
import type { OrderCrossed } from '../../code/rules/orders-crossed.js'
import type { Apart, KeptUnique } from '../../code/rules/unique.js'
import type { NamedWarning } from '../../know/support.js'
import type { Matrix } from '../../num/matrix.js'
import type { ColumnFormat } from '../../table/infer.js'
import type { RawTable } from '../../table/raw.js'
import type { SerialOrder } from '../../table/serial.js'
import type { Table } from '../../table/table.js'
import type { Asked, KnownRows } from '../asked.js'
import type { ConditionalReport, ConditionReport } from '../global/condition-report.js'
import type { GlobalModel } from '../global/model.js'
import type { PosteriorReport } from '../global/posterior-report.js'
import type { ClassedField } from '../local/classes.js'
import type { LocalModel } from '../local/model.js'
import type { LocalOptions } from '../local/options.js'
import type { LocalPosteriorReport } from '../local/posterior-report.js'
import type { PanelDraw, PanelOptions } from '../options/panel-options.js'
import type { PanelModel } from '../panel/model.js'
import type { PrivacyTrial } from '../privacy/privacy.js'
import type { PrivacyOptions } from '../privacy/privacy-options.js'
import type { RefineOptions } from '../refinement/refine-options.js'
import type { Refinement } from '../refinement/refinement.js'
import type { RuleOptions } from '../rules/rule-options.js'
import type { Ruled } from '../rules/ruled-rows.js'
import type { StretchModel } from '../stretch/model.js'
import type { Answer } from '../system.js'
import type { Localisation } from '../windows/localisation.js'
import type { KeptByDrawing } from './kept-by-drawing.js'
import type { LatentDraw, LatentTableModel } from './latent.js'
import type { LatentJob } from './latent-codec.js'
import type { LatentConditionReport } from './latent-conditions.js'
import type { LatentLocalModel } from './latent-local.js'
import type { FitJob } from './whole.js'

/** A fitted model of a table, of any kind. */
export type TableModel = (
  | ((GlobalModel | LocalModel | ClassedField | LatentTableModel | LatentLocalModel) & Ruled)
  | PanelModel
  | StretchModel
) & {
  /** Columns that are written anew; absent where there are none. */
  readonly keys?: KeptKeys
  /** Columns that are added up from row to row; absent where there are none. */
  readonly totals?: Totals
  /** The dates along which rows stand; absent where they stand anyhow. */
  readonly order?: SerialOrder
  /** Whether and how rows are taken from more candidates; absent where nobody asked. */
  readonly refinement?: Refinement
  /** How its bandwidth came to be widened; absent where nobody asked. */
  readonly privacy?: PrivacyTrial
  /** Columns that tell rows apart; absent where there are none. */
  readonly unique?: readonly KeptUnique[]
  /** What rows are drawn again for that break it; absent where rules see to all. */
  readonly again?: KeptByDrawing
}

/** Everything that a fit of a table may be told: the options of `sbridge fit` in camel case. */
export interface TableFit
  extends FitJob,
    RuleOptions,
    PanelOptions,
    RefineOptions,
    PrivacyOptions,
    Partial<Pick<LatentJob, 'commonScale'>>,
    Partial<Omit<LocalOptions, 'local'>> {
  /** `pca:8`, `diffusion-map:8`, `autoencoder:16`, `onnx:ENCODER,DECODER`, or the same taken apart. */
  readonly latent?: LatentJob['latent'] | undefined
  /** `window:1`, `ring:2`, `grid:20x20:1`, `graph:FILE`, `auto`, or the same taken apart. */
  readonly local?: string | Localisation | undefined
  /** Columns in which no two rows agree, as rules `unique(class, day, period)` state it; they are taken out of `rule`. */
  readonly unique?: readonly Apart[] | undefined
  /** `28x28`: the numeric columns are pixels, and share one scale. */
  readonly image?: string | undefined
}

/** Everything that a draw may be told: the options of `sbridge sample` in camel case. Under conditions, `rows` is for each. */
export interface TableRequest extends LatentDraw, PanelDraw, KnownRows {
  /** What is known about the rows, read already. */
  readonly asked?: Asked | undefined
  /** What earlier draws from this model with this seed found out under conditions; the rows are the same with it and without. */
  readonly memory?: ConditionMemory | undefined
}

/** Rows of a draw that come behind `first` others, of whole batches: only where the kind of the model draws in stretches. */
export interface Stretch extends TableRequest {
  readonly first?: number | undefined
}

/** What a plan of tables is made from: a table to fit, or a model. */
export type TableSource = { readonly input: RawTable; readonly options: TableFit } | { readonly model: TableModel }

/** How well the data support a condition of several of which rules ask for more than given values. Plain JSON. */
export interface RuledConditionReport
  extends Pick<ConditionReport, 'effectiveRows' | 'warnings'>,
    Partial<Pick<ConditionReport, 'acceptance' | 'effectiveSampleSize'>> {
  readonly condition: string
  readonly through: 'rules'
  readonly matchingRows?: number
  readonly steps: number
}

/** Rows of a draw of whose combination lookups say nothing, in words for the warning. */
export interface UnknownRows {
  readonly from: readonly string[]
  readonly columns: readonly string[]
  readonly rules: readonly string[]
  readonly count: number
  /** All rows of the draw. */
  readonly rows: number
  /** What one of them has. */
  readonly example: string
  /** What the nearest combination has, which it was given. */
  readonly values: string
}

/** Drawn rows, and how well the data support them where something is known. */
export interface DrawnRows extends Answer {
  /** That of the draw, by which missing cells take one of several words; absent in rows that are no draw. */
  readonly seed?: number | undefined
  readonly table: Table
  readonly formats: readonly ColumnFormat[]
  readonly warnings: readonly NamedWarning[]
  /** Steps of every chain, where what is known decides them. */
  readonly steps?: number | undefined
  /** Under conditions. */
  readonly conditional?: ConditionalReport | undefined
  /** Under observations or a likelihood, or of a localised model. */
  readonly posterior?: PosteriorReport | LocalPosteriorReport | undefined
  /** Through the decoder of a latent model, or the rules of a table. */
  readonly conditions?: readonly (LatentConditionReport | RuledConditionReport)[] | undefined
  /** Of whole groups: where each one's rows begin, and the end [G + 1]. */
  readonly first?: Uint32Array | undefined
  /** Coordinates of a codec that the rows were decoded from [n, K]. */
  readonly latents?: Matrix | undefined
  /** Of a refined model: candidates a row, and how many of these shared its choice. */
  readonly refined?: { readonly candidates: number; readonly effective: number } | undefined
  /** Of a model that leaves out what comes near to rows of the table: rows all of whose candidates did. */
  readonly near?: number | undefined
  /** Rows of combinations that no row of the data has, of which a lookup only guesses. */
  readonly unknown?: readonly UnknownRows[] | undefined
  /** Orders that all rows of the data have, and these have not. */
  readonly crossed?: readonly OrderCrossed[] | undefined
}
