import type { Given } from '../know/conditions.js'
import { type GivenCell, plainGiven } from '../know/given-value.js'
import type { LikelihoodModule } from '../know/likelihood-row.js'
import { InputError, whatIs } from '../num/errors.js'
import { parseObservation } from '../table/parse-expression.js'
import { missingWordsOf, type RawColumn, type RawTable } from '../table/raw.js'
import { contradictionFree, own, parseGiven } from './given.js'
import { type Host, needed } from './host.js'
import { notTogether } from './options/combinations.js'

type Conditioning = 'informed' | 'clamp' | 'langevin'

type GivenCells = Readonly<Record<string, GivenCell>>

/** What is known about rows to draw: the options of `sbridge sample` in camel case. */
export interface KnownRows {
  /** Columns that are known: a number, date, category or interval by name, or the text of `--given`; of records in a list, one condition each. */
  readonly given?: string | GivenCells | readonly GivenCells[] | readonly string[] | undefined
  /** A table of conditions, one a row. */
  readonly givenFile?: string | undefined
  /** More words that free a cell of `givenFile`. */
  readonly missing?: readonly string[] | undefined
  /** `2*x1 + x3 = 4.2 ± 0.1`. */
  readonly observe?: string | readonly string[] | undefined
  /** A module's functions, or the path of a module. */
  readonly likelihood?: string | LikelihoodModule | undefined
  readonly conditioning?: Conditioning | undefined
  readonly conditionBandwidth?: 'auto' | number | undefined
  readonly ridge?: 'auto' | number | undefined
}

/** The same, read. */
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

/** What is asked for; undefined when nothing is. Throws `InputError` for what is malformed or contradictory, before anything is computed. */
export async function askedIn(known: KnownRows, host: Host): Promise<Asked | undefined> {
  const { given, givenFile, observe = [], likelihood, conditioning, conditionBandwidth: epsilon, ridge } = known
  const observes = typeof observe === 'string' ? [observe] : observe
  if (!Array.isArray(observes) || !observes.every((one) => typeof one === 'string')) throw noObservation(observe)
  const shared = sharedIn(given)
  const conditions = Array.isArray(given) && !shared ? (given as readonly GivenCells[]).map(plain) : await conditionsIn(known, host)
  if (Object.keys(shared ?? {}).length === 0 && !conditions && observes.length === 0 && likelihood === undefined) return undefined
  if (conditions && givenFile !== undefined && !shared) throw together('given as a list with givenFile', 'conditions in one place')
  if (conditions && (observes.length > 0 || likelihood !== undefined))
    throw together('several conditions together with observations', 'one condition, as given, beside observations')
  for (const text of observes) parseObservation(text)
  return {
    givens: (conditions ?? [{}]).map((row) => mergeRecords(shared ?? {}, row)),
    observe: observes,
    ...(likelihood === undefined ? {} : { likelihood: await likelihoodIn(likelihood, host) }),
    ...(conditioning ? { conditioning } : {}),
    ...(epsilon === undefined ? {} : { epsilon }),
    ...(ridge === undefined ? {} : { ridge })
  }
}

/** What all rows have; undefined where conditions stand in a list. Throws `InputError` for a list without any. */
function sharedIn(given: KnownRows['given']): Given | undefined {
  if (given === undefined) return {}
  if (typeof given === 'string') return parseGiven(given)
  if (!Array.isArray(given)) return plain(given as GivenCells)
  if (given.length === 0)
    throw new InputError({ code: 'conditions-none', got: 'given = []', expected: 'at least one condition', try: 'leaving given out' })
  if (!given.every((one) => typeof one === 'string')) return undefined
  return given.map(parseGiven).reduce<Given>((all, one) => mergeRecords(all, one), {})
}

/** A condition as a program gives it. Throws `InputError` for what names no columns. */
function plain(given: GivenCells): Given {
  if (typeof given === 'object' && given !== null && !Array.isArray(given))
    return Object.fromEntries(Object.entries(given).map(([name, cell]) => [name, plainGiven(name, cell)]))
  throw new InputError({
    code: 'given-malformed',
    got: `${whatIs(given)} as a condition`,
    expected: 'values by the names of columns',
    try: "{ species: 'Gentoo', body_mass_g: { from: 4500, to: 5200 } }"
  })
}

const noObservation = (got: unknown) =>
  new InputError({
    code: 'expression-malformed',
    got: `${whatIs(got)} observed`,
    expected: 'a text, or a list of texts',
    try: "'2*x1 + x3 = 4.2 ± 0.1'"
  })

async function likelihoodIn(likelihood: string | LikelihoodModule, host: Host): Promise<LikelihoodModule> {
  return typeof likelihood === 'string' ? needed(host.likelihood, `the likelihood ${likelihood}`)(likelihood) : likelihood
}

async function conditionsIn({ givenFile, missing = [] }: KnownRows, host: Host): Promise<readonly Given[] | undefined> {
  if (givenFile === undefined) return undefined
  const table = await needed(host.table, `the conditions in ${givenFile}`)(givenFile)
  return givensIn(table, { path: givenFile, missing })
}

const together = (got: string, expected: string) => notTogether(got, 'leaving one of them out', expected)

function mergeRecords(first: Given, second: Given): Given {
  const merged: Record<string, Given[string]> = { ...first }
  for (const [name, value] of Object.entries(second)) merged[name] = contradictionFree(own(merged, name), value, name)
  return merged
}

/** The conditions in a table. Throws `InputError` for a table without rows. */
function givensIn(table: RawTable, { path, missing }: { path: string; missing: readonly string[] }): Given[] {
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

function cellOf(column: RawColumn, i: number, missing: readonly string[]): Given[string] | undefined {
  if (column.source === 'text' || column.source === 'boolean') {
    const value = column.values[i]
    if (value === null || value === undefined) return undefined
    return typeof value === 'boolean' ? value : [...missingWordsOf(column), ...missing].includes(value.trim()) ? undefined : value.trim()
  }
  if (column.missing?.[i]) return undefined
  const value = column.values[i]!
  if (Number.isNaN(value)) return undefined
  return column.source === 'datetime' ? new Date(value).toISOString() : value
}
