import type { DrawnRows, Evaluation, GlobalModel, TableModel } from '@sbridge/core'
import type {
  Block,
  ColumnFormat,
  ColumnKind,
  ColumnFacts as Described,
  Figure,
  FitJob,
  FitSummary,
  InferOptions,
  MeasureLine,
  PointedVerdict,
  SampleJob,
  Topic
} from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import type { Panel } from 'sbridge/internal/report'
import type { Crowd } from './canvas.js'
import type { Shape, SystemShape } from './protocol.js'

/** One column as the page shows it: of numbers and times, the first bar begins at `low`, the last ends at `high`. */
export interface ColumnFacts extends Described {
  /** Kinds it may be given. */
  readonly kinds: readonly ColumnKind[]
  /** Heights of a small drawing, at most 1. */
  readonly bars: readonly number[]
  /** How its values are spelled. */
  readonly format?: ColumnFormat
}

export interface TableFacts {
  readonly rowCount: number
  readonly columns: readonly ColumnFacts[]
  readonly notes: readonly string[]
}

/** A tick of an axis at a place between 0 and 1. */
export interface Tick {
  readonly at: number
  readonly label: string
}

export interface Axis {
  readonly name: string
  /** Values at both ends, of numbers and times. */
  readonly range: { readonly from: number; readonly to: number } | null
  readonly ticks: readonly Tick[]
  readonly minor: boolean
}

export interface Axes {
  readonly x: Axis
  readonly y: Axis
}

/** How many rows have no place in a picture: for want of a value, or beyond its edges. */
export interface Unplaced {
  readonly missing: number
  readonly outside: number
}

/** Both axes of the scatter, and the rows that have no place on them; of drawn rows where there are any. */
export interface ScatterFrame extends Axes {
  readonly real: Unplaced
  readonly synthetic: Unplaced | null
}

export type Choice = InferOptions & Required<Pick<InferOptions, 'exclude'>>

/** What is drawn: the options of the library's `sample`; what is known as `--given` and `--observe` take it. */
export interface Draws extends Pick<SampleJob, 'noise' | 'steps' | 'start'> {
  /** None where groups are counted. */
  readonly rows?: number
  readonly seed: number
  readonly given?: Readonly<Record<string, string>>
  readonly observe?: readonly string[]
  /** Name of a table with one condition a row. */
  readonly givenFile?: string
}

/** A file of conditions, and a number that tells it from others of its name. */
export interface ConditionsFile {
  readonly blob: Blob
  readonly turn: number
}

export interface SampleResult {
  /** Rows that were drawn: of whole groups, not always as many as were asked for. */
  readonly rowCount: number
  /** First rows, as they are written to CSV. */
  readonly first: RawTable
  /** What the data say about the rows that were asked for; null where nothing is known of them. */
  readonly support: readonly ShownBlock[] | null
  /** What the drawn rows keep, and how what was asked of them was met. */
  readonly rules: readonly ShownTopic[]
  /** What is warned of, and noted but for what the table says itself. */
  readonly warnings: readonly string[]
  readonly notes: readonly string[]
  /** The small drawings of the drawn rows, by column, on the ranges of the data's. */
  readonly bars: Readonly<Record<string, readonly number[]>>
}

export interface SampleShape extends SystemShape {
  readonly choice: Choice
  /** With two columns to look at first. */
  readonly facts: TableFacts & { readonly axes: readonly [string, string] }
  readonly look: Readonly<Record<'x' | 'y', string>>
  readonly picture: ScatterFrame
  readonly run: { readonly fit: FitJob; readonly draw: Draws; readonly conditions?: ConditionsFile }
  /** What the fit decided. */
  readonly interim: Partial<FitSummary>
  readonly result: SampleResult
}

/** A block of a telling with its figure drawn. */
export type ShownBlock =
  | Exclude<Block, Figure>
  | (Omit<Figure, 'drawings'> & { readonly width: number; readonly drawings: readonly Panel[] })

export interface ShownTopic extends Omit<Topic, 'blocks'> {
  readonly blocks: readonly ShownBlock[]
}

/** What is said of what was found, part by part, what is warned of, and noted. */
export interface Told {
  readonly topics: readonly ShownTopic[]
  readonly warnings: readonly string[]
  readonly notes: readonly string[]
}

/** What a measuring worker is handed. */
export interface Subject {
  readonly model: GlobalModel & Pick<TableModel, 'privacy'>
  readonly answer: DrawnRows
  readonly draws: Draws
  /** The table, and the options with which the model was fitted to it: for a second fit. */
  readonly input: RawTable
  readonly options: FitJob
  /** The bytes that the table was read from. */
  readonly file: Blob
}

/** The parts of an evaluation, as each is computed. */
export type EvaluationPart = Partial<Evaluation>

/** How good drawn rows are, as far as it is known, in the words of the report. */
export interface Judgement {
  readonly lines: readonly MeasureLine[]
  /** Null while a measure is missing. */
  readonly verdict: PointedVerdict | null
  /** Whether the lines are those of a second fit's rows against rows that it was kept from; or why there was none, and null while it is to come. */
  readonly apart: boolean | string | null
}

/** The comparison of drawn rows with the data; under conditions rows are drawn, not graded. */
export interface MeasureShape extends Shape {
  readonly interim: { readonly part?: EvaluationPart; readonly drawings?: readonly Panel[]; readonly judgement?: Judgement }
  readonly result: null
  /** The report. */
  readonly file: { readonly title: string; readonly command: string }
}

/** What the painter is told. Places are pairs between 0 and 1, y upwards; NaN is nowhere. */
export type ToPainter =
  | { readonly kind: 'canvas'; readonly canvas: OffscreenCanvas }
  | { readonly kind: 'size'; readonly width: number; readonly height: number; readonly ratio: number }
  | { readonly kind: 'colours'; readonly real: string; readonly synthetic: string }
  | { readonly kind: 'bench'; readonly port: MessagePort }
  | { readonly kind: 'show'; readonly real: boolean; readonly synthetic: boolean }
  /** Plays from a step on, or holds still there. */
  | { readonly kind: 'play' | 'hold'; readonly at: number }
  /** Chains of a run that was stopped are shown no more. */
  | { readonly kind: 'forget' }
  /** Whether nothing is to move by itself: then chains are shown where they end. */
  | { readonly kind: 'still'; readonly still: boolean }
  /** Asks for the rows as they are saved, on a picture of some size. */
  | { readonly kind: 'dots'; readonly width: number; readonly height: number }

/** What the bench tells the painter. */
export type BenchToPainter =
  | { readonly kind: 'real'; readonly places: Float32Array }
  | { readonly kind: 'clear' }
  | { readonly kind: 'step'; readonly places: Float32Array; readonly step: number; readonly steps: number }
  /** All steps anew, on other axes or `drawn` anew: the picture holds still where it is, or where it was playing to. */
  | { readonly kind: 'steps'; readonly steps: readonly Float32Array[]; readonly drawn: boolean }

/** Dots of a picture: where they are, their size, and how many lie together. */
export interface SavedDots extends Crowd {
  readonly places: Float32Array
  readonly size: number
}

export type FromPainter =
  /** A run's chains are there: they begin to play, or stand where they end. */
  | { readonly kind: 'begun' }
  | { readonly kind: 'at'; readonly step: number; readonly steps: number; readonly playing: boolean }
  | { readonly kind: 'rate'; readonly framesPerSecond: number; readonly points: number }
  /** Real rows, and the chains after the newest `step` of `steps`. */
  | {
      readonly kind: 'dots'
      readonly real: SavedDots
      readonly synthetic: SavedDots
      readonly step: number
      readonly steps: number
    }
