import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { type Given, InputError, type LikelihoodModule, parseObservation, type RawColumn, type RawTable } from '@sbridge/core'
import { readTable } from '../format/table-file.js'

/** What the flags say is known about the rows to draw. */
export interface Asked {
  readonly givens: readonly Given[]
  readonly observe: readonly string[]
  readonly likelihood?: LikelihoodModule
  readonly conditioning?: 'informed' | 'clamp' | 'langevin'
}

interface Optioned {
  option(flags: string, description: string, collect?: (value: string, before: string[]) => string[], fallback?: string[]): unknown
}

/** Flags of conditions and observations. */
export function addConditionFlags(command: Optioned): void {
  const collect = (value: string, before: string[]): string[] => [...before, value]
  command.option(
    '--given <conditions>',
    'what is known of the rows: NAME=VALUE,…, intervals as NAME=LOW..HIGH; repeatable (number, date, category or interval; default nothing)',
    collect,
    []
  )
  command.option('--given-file <file>', 'one condition a row, columns by name, an empty cell is free; -n rows for each condition')
  command.option(
    '--observe <observation>',
    "a noisy observation in the units of the columns, e.g. '2*x1 + x3 = 4.2 ± 0.1' (+- too); repeatable",
    collect,
    []
  )
  command.option('--likelihood <module.js>', 'a module that exports logLikelihood(row) and, if it has it, gradient(row)')
  command.option('--conditioning <scheme>', 'informed, clamp (of --given) or langevin (of --observe and --likelihood) (default informed)')
}

type Flags = Readonly<Record<string, unknown>>

/** What is asked for; undefined when nothing is. Throws `InputError` for malformed or contradictory flags, before anything is computed. */
export async function askedOf(flags: Flags): Promise<Asked | undefined> {
  const given = (flags.given as string[] | undefined) ?? []
  const observe = (flags.observe as string[] | undefined) ?? []
  const file = flags.givenFile as string | undefined
  const module = flags.likelihood as string | undefined
  const observes = observe.length > 0 || module !== undefined
  if (given.length === 0 && file === undefined && !observes) {
    if (flags.conditioning !== undefined)
      throw combination('--conditioning without a condition', '--given, --given-file, --observe or --likelihood beside it')
    return undefined
  }
  const conditioning = conditioningOf(flags.conditioning as string | undefined, observes)
  for (const text of observe) parseObservation(text)
  const shared = mergeGivens(given)
  if (file !== undefined && observes)
    throw combination('--given-file together with observations', 'one condition, as --given, beside observations')
  const rows = file === undefined ? [{}] : givensIn(await readTable(file), file)
  const givens = rows.map((row) => mergeRecords(shared, row))
  return {
    givens,
    observe,
    ...(module === undefined ? {} : { likelihood: await loadLikelihood(module) }),
    ...(conditioning ? { conditioning } : {})
  }
}

function combination(got: string, expected: string): InputError {
  return new InputError({ code: 'option-combination', got, expected, try: 'sbridge sample --help' })
}

function conditioningOf(text: string | undefined, observes: boolean): Asked['conditioning'] {
  if (text === undefined) return undefined
  if (text !== 'informed' && text !== 'clamp' && text !== 'langevin')
    throw new InputError({
      code: 'option-value',
      got: `--conditioning ${text}`,
      expected: 'informed, clamp or langevin',
      try: 'leaving it out'
    })
  if (text === 'clamp' && observes)
    throw combination('--conditioning clamp with observations', 'informed or langevin: only given columns can be clamped')
  if (text === 'langevin' && !observes)
    throw combination('--conditioning langevin without observations', 'informed or clamp: given columns have no gradient')
  return text
}

/** `a=x,b=1..2` → record; names with odd characters, and values with commas, stand in backquotes. */
export function parseGiven(text: string): Record<string, string> {
  const record: Record<string, string> = {}
  for (const part of text.match(/(`[^`]*`|[^,`])+/g) ?? []) {
    const match = /^\s*(?:`([^`]+)`|([^=`]+?))\s*=\s*(?:`([^`]*)`|([^`]*?))\s*$/su.exec(part)
    const [, quoted, plain, quotedValue, value] = match ?? []
    const name = quoted ?? plain
    if (name === undefined || (quotedValue ?? value ?? '') === '') {
      throw new InputError({
        code: 'given-malformed',
        got: `--given '${text}'`,
        expected: 'NAME=VALUE or NAME=LOW..HIGH, separated by commas',
        try: "--given 'species=Gentoo,body_mass_g=4500..5200'"
      })
    }
    record[name] = contradictionFree(record[name], (quotedValue ?? value)!, name)
  }
  if (Object.keys(record).length === 0) {
    throw new InputError({ code: 'given-malformed', got: `--given '${text}'`, expected: 'NAME=VALUE', try: "--given 'species=Gentoo'" })
  }
  return record
}

function contradictionFree<T>(before: T | undefined, value: T, name: string): T {
  if (before === undefined || before === value) return value
  throw new InputError({
    code: 'condition-contradictory',
    got: `${name} given as ${String(before)} and as ${String(value)}`,
    expected: 'one value a column',
    try: 'leaving one of them out'
  })
}

function mergeGivens(texts: readonly string[]): Given {
  return texts.map(parseGiven).reduce<Given>((all, one) => mergeRecords(all, one), {})
}

function mergeRecords(first: Given, second: Given): Given {
  const merged: Record<string, Given[string]> = { ...first }
  for (const [name, value] of Object.entries(second)) merged[name] = contradictionFree(merged[name], value, name)
  return merged
}

/** The conditions in a table. Throws `InputError` for a table without rows. */
function givensIn(table: RawTable, path: string): Given[] {
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
      const value = cellOf(column, i)
      if (value !== undefined) given[column.name] = value
    }
    return given
  })
}

function cellOf(column: RawColumn, i: number): Given[string] | undefined {
  if (column.source === 'text' || column.source === 'boolean') {
    const value = column.values[i]
    if (value === null || value === undefined) return undefined
    return typeof value === 'boolean' ? value : value.trim() === '' ? undefined : value.trim()
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
  const file = resolve(path)
  try {
    await access(file)
  } catch {
    throw unusable(`the likelihood ${path}, which cannot be read`)
  }
  let found: Record<string, unknown>
  try {
    found = (await import(pathToFileURL(file).href)) as Record<string, unknown>
  } catch (error) {
    throw unusable(`the likelihood ${path}, which cannot be loaded (${error instanceof Error ? error.message : String(error)})`)
  }
  const all = typeof found.default === 'object' && found.default !== null ? { ...(found.default as object), ...found } : found
  const { logLikelihood, gradient } = all as Record<string, unknown>
  if (typeof logLikelihood !== 'function') throw unusable(`the likelihood ${path}, which exports no function logLikelihood`)
  if (gradient !== undefined && typeof gradient !== 'function') throw unusable(`the likelihood ${path}, whose gradient is no function`)
  return { logLikelihood, ...(gradient ? { gradient } : {}) } as LikelihoodModule
}
