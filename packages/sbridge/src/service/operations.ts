import { SYSTEMS } from '@sbridge/core'
import type { AnySystem, Field } from '@sbridge/core/internal'
import type { WorkerPool } from './pool.js'

/** What a service does with a model. */
export const OPERATIONS = ['sample', 'impute', 'score', 'evaluate'] as const
export type Operation = (typeof OPERATIONS)[number]

/** What is known of a model by those who ask it. Plain data. */
export interface ModelDescription {
  /** The name of its file, without folder and extension. */
  readonly name: string
  readonly kind: string
  /** Name of its system, in the registry. */
  readonly system: string
  /** Rows that it learned from. */
  readonly rows: number
  /** Series that it continues, where these are several. */
  readonly series?: number
  readonly columns: readonly ColumnDescription[]
}

export interface ColumnDescription {
  readonly name: string
  readonly kind: string
  /** Of categories: what may be given. */
  readonly levels?: readonly string[]
}

/** What one piece of work is. Plain data: it goes to a worker. */
export interface Task {
  readonly model: string
  readonly operation: Operation
  readonly body: Readonly<Record<string, unknown>>
  readonly format: AnswerFormat
}

export const FORMATS = {
  json: 'application/json',
  ndjson: 'application/x-ndjson',
  csv: 'text/csv',
  arrow: 'application/vnd.apache.arrow.stream'
} as const

export type AnswerFormat = keyof typeof FORMATS

/** What came of it. */
export interface Answer {
  readonly bytes: Uint8Array
  readonly rows: number
  readonly seed?: number
  readonly warnings: readonly { readonly name: string; readonly message: string }[]
}

/** The threads of a service. */
export type TaskPool = WorkerPool<Task, Answer, readonly ModelDescription[]>

/** The property of a request that holds the rows which an operation is about. */
export const ROWS_IN: Readonly<Partial<Record<Operation, string>>> = { impute: 'fill', score: 'score', evaluate: 'synthetic' }

/** Options that name files and modules: whoever asks a service has none on its machine. */
const OF_FILES = ['givenFile', 'likelihood']

export const systemNamed = (name: string): AnySystem => SYSTEMS[name as keyof typeof SYSTEMS]

/** The fields of a draw that a request may hold. */
export function drawFieldsOf(system: AnySystem): readonly Field[] {
  return [...system.fields.draw, ...system.fields.know].filter(({ name }) => !OF_FILES.includes(name))
}

/** Whether a draw reads an option besides its fields. */
export const reads = (system: AnySystem, option: string): boolean => system.also.draw.includes(option)

/** The operations of a model, which is asked in the words of its system. */
export function operationsOf({ system }: Pick<ModelDescription, 'system'>): readonly Operation[] {
  const own = systemNamed(system)
  return OPERATIONS.filter((operation) => {
    if (operation === 'sample') return reads(own, 'rows')
    // Points at times and coordinates have no table of their own to be compared with.
    if (operation === 'evaluate') return ['tables', 'imputation', 'density'].includes(system)
    return reads(own, ROWS_IN[operation]!)
  })
}

/** Rows that a task is about: of its answer, or of what is to be compared. */
export function rowsOf({ operation, body }: Pick<Task, 'operation' | 'body'>, model: ModelDescription): number {
  const {
    rows = model.rows,
    steps = 1,
    draws = 1,
    at,
    given
  } = body as {
    readonly rows?: number
    readonly steps?: number
    readonly draws?: number
    readonly at?: readonly unknown[]
    readonly given?: unknown
  }
  const own = ROWS_IN[operation]
  if (own !== undefined) return draws * (body[own] as readonly unknown[]).length
  const times = systemNamed(model.system).fields.draw.some(({ name }) => name === 'at') ? (at?.length ?? 1) : 1
  return rows * (model.series ?? 1) * (reads(systemNamed(model.system), 'steps') ? steps : 1) * times * conditionsOf(given)
}

/** Conditions of a request: records of a list are one each, all texts of a list are one together. */
export const conditionsOf = (given: unknown): number =>
  Array.isArray(given) && given.some((one) => typeof one !== 'string') ? given.length : 1
