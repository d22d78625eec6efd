import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { type ColumnKind, type Engine, type FitJob, fitFields, InputError, type ScalingMethod } from '@sbridge/core'
import { createEngine } from '../host/node.js'
import { readFields, reportFields, runFields, tableFields } from './fields.js'

type Given = Readonly<Record<string, unknown>>

/** `a,b,c` → names; commas inside backquotes belong to a name. */
export function splitList(text: string): string[] {
  const parts = text.match(/(`[^`]*`|[^,`])+/g) ?? []
  return parts.map((part) => part.trim().replace(/^`(.*)`$/, '$1')).filter((part) => part !== '')
}

/** `a=x,b=y` → record. Throws `InputError` for a part without `=`. */
export function splitPairs(flag: string, text: string): Record<string, string> {
  return Object.fromEntries(
    splitList(text).map((part) => {
      const at = part.lastIndexOf('=')
      if (at <= 0)
        throw new InputError({
          code: 'option-value',
          got: `${flag} ${text}`,
          expected: 'NAME=VALUE pairs separated by commas',
          try: `${flag} name=value`
        })
      return [part.slice(0, at).replace(/^`(.*)`$/, '$1'), part.slice(at + 1)]
    })
  )
}

/** The fit job that flags describe. */
export function fitJobOf(given: Given, seed: number): FitJob {
  const table = readFields(tableFields, given) as Record<string, string>
  const { scaling, ...others } = given
  const model = readFields(
    fitFields.filter((field) => field.name !== 'scaling'),
    others
  )
  return {
    ...(model as FitJob),
    ...(typeof scaling === 'string' ? { scaling: scalingOf(scaling) } : {}),
    ...(table.types === undefined ? {} : { types: splitPairs('--types', table.types) as Record<string, ColumnKind> }),
    ...(table.columns === undefined ? {} : { columns: splitList(table.columns) }),
    ...(table.exclude === undefined ? {} : { exclude: splitList(table.exclude) }),
    ...(table.missing === undefined ? {} : { missing: splitList(table.missing) }),
    ...(table.weights === undefined ? {} : { weights: table.weights }),
    seed
  }
}

function scalingOf(text: string): NonNullable<FitJob['scaling']> {
  if (!text.includes('=')) return readFields(fitFields, { scaling: text }).scaling as 'auto' | ScalingMethod
  const pairs = splitPairs('--scaling', text)
  for (const [name, method] of Object.entries(pairs)) {
    if (method !== 'standard' && method !== 'quantile') {
      throw new InputError({
        code: 'option-value',
        got: `the scaling ${method} for ${name}`,
        expected: 'standard or quantile',
        try: `--scaling ${name}=quantile`
      })
    }
  }
  return pairs as Record<string, ScalingMethod>
}

/** How a command runs: seed, engine, threads. */
export interface Run {
  readonly seed: number
  readonly seedDrawn: boolean
  readonly engineName: 'wasm' | 'wasm-relaxed' | 'reference'
  readonly precision: 'float64' | 'float32'
  readonly threads: number
}

export function runOf(given: Given): Run {
  const values = readFields(runFields, given)
  return {
    seed: (values.seed as number | undefined) ?? randomInt(2 ** 47),
    seedDrawn: values.seed === undefined,
    engineName: (values.engine as Run['engineName'] | undefined) ?? 'wasm',
    precision: (values.precision as Run['precision'] | undefined) ?? 'float64',
    threads: (values.threads as number | undefined) ?? availableParallelism()
  }
}

export function engineOf(run: Run): Promise<Engine> {
  return createEngine(run.engineName, { threads: run.threads, precision: run.precision })
}

/** Whether a report may show rare values. Throws `InputError` where no report is asked for. */
export function showValuesOf(given: Given): boolean {
  const { showValues = false } = readFields(reportFields, given)
  if (showValues && given.report === undefined)
    throw new InputError({
      code: 'option-combination',
      got: '--show-values without a report',
      expected: '--report beside it',
      try: '--report report.html --show-values'
    })
  return showValues as boolean
}

/** `-n` as a number, or undefined when left out. Throws `InputError` unless a whole number of at least 1. */
export function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const count = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 1e8) return count
  throw new InputError({ code: 'count', got: `-n ${text}`, expected: 'a whole number of rows from 1 to 100000000', try: '-n 1000' })
}
