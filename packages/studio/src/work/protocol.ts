import type { SbridgeError } from '@sbridge/core'
import type { Reading } from 'sbridge/internal'

/** What an activity and its worker speak of: for each, what only that activity knows. */
export interface Shape {
  /** How the table is read. */
  readonly choice: unknown
  readonly facts: unknown
  /** What of it is looked at. */
  readonly look: unknown
  readonly picture: unknown
  readonly run: unknown
  /** Found on the way. */
  readonly interim: unknown
  readonly result: unknown
  /** What can be saved. */
  readonly file: unknown
}

export type RowFormat = 'csv' | 'tsv' | 'json' | 'jsonl' | 'parquet' | 'arrow' | 'xlsx'

/** A page of what is told, as a verb's `--report` writes it. */
export interface ReportFile {
  readonly kind: 'report'
  readonly title: string
  /** What kind of report it is, and what was made, as a sentence begins. */
  readonly kicker: string
  readonly made: string
  readonly command: string
}

/** What an activity and its worker speak of where a system of the core is at work. */
export interface SystemShape extends Shape {
  /** Options of a fit and of a draw from it, with only what differs from the defaults. */
  readonly run: { readonly fit: object; readonly draw: object }
  readonly facts: { readonly columns: readonly { readonly name: string }[] }
  /** Rows, the model, what is told as `--json` prints it, of a bridge rows of the first table where they go, of scores the rows by how far out they lie. */
  readonly file: RowFormat | 'model' | 'parameters' | 'mapped' | 'ranked' | ReportFile
}

/** What a person is told of an error: the three sentences of the library's errors. */
export type Fault = Pick<SbridgeError, 'got' | 'expected' | 'remedy'>

/** How far a run is. */
export interface Progress {
  readonly stage: string
  /** Done, from 0 to 1. */
  readonly share: number
  /** Null while there is nothing to tell it from. */
  readonly secondsLeft: number | null
}

/** Whether every step is played, or the picture only moves from where it is to the end. */
export type Show = 'play' | 'morph'

export type ToWork<A extends Shape = Shape> =
  | { readonly kind: 'open'; readonly blob: Blob; readonly name: string; readonly read: Reading; readonly choice: A['choice'] }
  | { readonly kind: 'choose'; readonly choice: A['choice'] }
  | { readonly kind: 'look'; readonly look: A['look'] }
  | { readonly kind: 'run'; readonly run: A['run']; readonly show: Show; readonly turn: number }
  /** Memory of one number, shared with the page: the newest run that is to end between two of its steps. */
  | { readonly kind: 'ended'; readonly turn: Int32Array }
  | { readonly kind: 'save'; readonly file: A['file'] }
  /** Another worker, at the other end of a port. */
  | { readonly kind: 'join'; readonly to: 'painter' | 'sample' | 'measure'; readonly port: MessagePort }

export type FromWork<A extends Shape = Shape> =
  | { readonly kind: 'opened'; readonly facts: A['facts'] }
  | { readonly kind: 'picture'; readonly picture: A['picture'] }
  | ({ readonly kind: 'progress'; readonly turn: number } & Progress)
  | { readonly kind: 'interim'; readonly turn: number; readonly found: A['interim'] }
  | { readonly kind: 'done'; readonly turn: number; readonly result: A['result']; readonly seconds: number }
  | { readonly kind: 'stopped'; readonly turn: number }
  | { readonly kind: 'file'; readonly name: string; readonly blob: Blob }
  | { readonly kind: 'refused'; readonly during: ToWork['kind']; readonly fault: Fault }
