import { access } from 'node:fs/promises'
import {
  conditionFields,
  type Given,
  InputError,
  type LikelihoodModule,
  MISSING_WORDS,
  parseObservation,
  type RawColumn,
  type RawTable
} from '@sbridge/core'
import { readTable } from '../format/table-file.js'
import { flagOf, readFields } from './fields.js'
import { contradictionFree, own, parseGiven } from './given.js'
import { splitList } from './options.js'
import { importUserModule } from './user-module.js'

/** What the flags say is known about the rows to draw. */
export interface Asked {
  readonly givens: readonly Given[]
  readonly observe: readonly string[]
  readonly likelihood?: LikelihoodModule
  readonly conditioning?: Conditioning
  /** ε; chosen when left out. */
  readonly epsilon?: 'auto' | number
  /** λ of given numbers; chosen when left out. */
  readonly ridge?: 'auto' | number
}

export type Conditioning = 'informed' | 'clamp' | 'langevin'

type Flags = Readonly<Record<string, unknown>>

/** The options of how, not of what is known. */
const HOW = conditionFields.filter(({ name }) => ['conditioning', 'conditionBandwidth', 'ridge'].includes(name))

export interface HowFlags {
  readonly conditioning?: Conditioning | undefined
  readonly conditionBandwidth?: 'auto' | number | undefined
  readonly ridge?: 'auto' | number | undefined
}

/** What is known, typed: what flags, a file or a program say of it. */
export interface Words {
  /** What all rows have. */
  readonly shared: Given
  /** One condition each; undefined when there are none. */
  readonly conditions?: readonly Given[] | undefined
  readonly observe: readonly string[]
  readonly likelihood?: string | LikelihoodModule | undefined
  /** Where the conditions come from, as it is written. */
  readonly source?: string | undefined
  readonly how: HowFlags
}

/** What is asked for; undefined when nothing is. Throws `InputError` for malformed or contradictory flags, before anything is computed. */
export async function askedOf(flags: Flags): Promise<Asked | undefined> {
  const file = flags.givenFile as string | undefined
  return askedIn({
    shared: mergeGivens((flags.given as string[] | undefined) ?? []),
    conditions: file === undefined ? undefined : await conditionsOf(file, flags.missing as string | undefined),
    observe: (flags.observe as string[] | undefined) ?? [],
    likelihood: flags.likelihood as string | undefined,
    source: '--given-file',
    how: readFields(HOW, flags) as HowFlags
  })
}

/** The conditions in a file, one a row. */
export async function conditionsOf(file: string, missing: string | undefined): Promise<Given[]> {
  return givensIn(await readTable(file), { path: file, missing: missingWords(missing) })
}

/** The same of what a program says. */
export async function askedIn({ shared, conditions, observe, likelihood, source, how }: Words): Promise<Asked | undefined> {
  const observes = observe.length > 0 || likelihood !== undefined
  const { conditioning, conditionBandwidth: epsilon, ridge } = how
  if (Object.keys(shared).length === 0 && conditions === undefined && !observes) {
    const idle = HOW.find((field) => how[field.name as keyof HowFlags] !== undefined)
    if (idle) throw combination(`${flagOf(idle)} without a condition`, '--given, --given-file, --observe or --likelihood beside it')
    return undefined
  }
  checkHow({ conditioning, ridge }, observes)
  for (const text of observe) parseObservation(text)
  if (conditions !== undefined && observes)
    throw combination(`${source} together with observations`, 'one condition, as --given, beside observations')
  return {
    givens: (conditions ?? [{}]).map((row) => mergeRecords(shared, row)),
    observe,
    ...(likelihood === undefined ? {} : { likelihood: typeof likelihood === 'string' ? await loadLikelihood(likelihood) : likelihood }),
    ...(conditioning ? { conditioning } : {}),
    ...(epsilon === undefined ? {} : { epsilon }),
    ...(ridge === undefined ? {} : { ridge })
  }
}

function combination(got: string, expected: string): InputError {
  return new InputError({ code: 'option-combination', got, expected, try: 'sbridge sample --help' })
}

function checkHow({ conditioning, ridge }: HowFlags, observes: boolean): void {
  if (conditioning === 'clamp' && observes)
    throw combination('--conditioning clamp with observations', 'informed or langevin: only given columns can be clamped')
  if (conditioning === 'langevin' && !observes)
    throw combination('--conditioning langevin without observations', 'informed or clamp: given columns have no gradient')
  if (ridge === undefined) return
  if (conditioning === 'clamp') throw combination('--ridge with --conditioning clamp', 'informed: clamping has no ridge')
  if (observes) throw combination('--ridge with observations', 'a deviation after ±: the ridge is of given numbers alone')
}

function mergeGivens(texts: readonly string[]): Given {
  return texts.map(parseGiven).reduce<Given>((all, one) => mergeRecords(all, one), {})
}

function mergeRecords(first: Given, second: Given): Given {
  const merged: Record<string, Given[string]> = { ...first }
  for (const [name, value] of Object.entries(second)) merged[name] = contradictionFree(own(merged, name), value, name)
  return merged
}

/** Words that free a cell of a condition: those that stand for a missing cell in the data. */
function missingWords(more: string | undefined): ReadonlySet<string> {
  return new Set([...MISSING_WORDS, ...(more === undefined ? [] : splitList(more))])
}

/** The conditions in a table. Throws `InputError` for a table without rows. */
function givensIn(table: RawTable, { path, missing }: { path: string; missing: ReadonlySet<string> }): Given[] {
  if (table.rowCount === 0)
    throw new InputError({
      code: 'conditions-none',
      got: `${path}, which has no rows`,
      expected: 'one condition a row',
      try: 'another file'
    })
  return Array.from({ length: table.rowCount }, (_, i) => {
    const given: Record<string, Given[string]> = {}
    for (const column of table.columns) {
      const value = cellOf(column, i, missing)
      if (value !== undefined) given[column.name] = value
    }
    return given
  })
}

function cellOf(column: RawColumn, i: number, missing: ReadonlySet<string>): Given[string] | undefined {
  if (column.source === 'text' || column.source === 'boolean') {
    const value = column.values[i]
    if (value === null || value === undefined) return undefined
    return typeof value === 'boolean' ? value : missing.has(value.trim()) ? undefined : value.trim()
  }
  if (column.missing?.[i]) return undefined
  const value = column.values[i]!
  if (Number.isNaN(value)) return undefined
  return column.source === 'datetime' ? new Date(value).toISOString() : value
}

async function loadLikelihood(path: string): Promise<LikelihoodModule> {
  const unusable = (got: string): InputError =>
    new InputError({
      code: 'likelihood-module',
      got,
      expected: 'a module that exports logLikelihood(row)',
      try: 'export function logLikelihood(row) { … }'
    })
  try {
    await access(path)
  } catch {
    throw unusable(`the likelihood ${path}, which cannot be read`)
  }
  let found: Record<string, unknown>
  try {
    found = await importUserModule(path)
  } catch (error) {
    throw unusable(`the likelihood ${path}, which cannot be loaded (${error instanceof Error ? error.message : String(error)})`)
  }
  const all = typeof found.default === 'object' && found.default !== null ? { ...(found.default as object), ...found } : found
  const { logLikelihood, gradient } = all as Record<string, unknown>
  if (typeof logLikelihood !== 'function') throw unusable(`the likelihood ${path}, which exports no function logLikelihood`)
  if (gradient !== undefined && typeof gradient !== 'function') throw unusable(`the likelihood ${path}, whose gradient is no function`)
  return { logLikelihood, ...(gradient ? { gradient } : {}) } as LikelihoodModule
}
