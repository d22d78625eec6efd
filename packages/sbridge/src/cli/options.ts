import { randomInt } from 'node:crypto'
import { availableParallelism } from 'node:os'
import { InputError, type SystemContext } from '@sbridge/core'
import type { Exchange, Host, Plan } from '@sbridge/core/internal'
import { countingEngine, defined, notTogether } from '@sbridge/core/internal'
import type { Engine } from '@sbridge/core/kernels'
import { fileHost } from '../host/files.js'
import { createEngine } from '../host/node.js'
import { flagNamed, readFields } from './add-fields.js'
import { reportFields, runFields } from './fields.js'
import { JobProgress } from './progress.js'

type Given = Readonly<Record<string, unknown>>

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

/** What options may name, and how they are written on the command line. */
export const host: Host = { ...fileHost, spell: flagNamed }

/** Runs with an engine that is closed afterwards. */
export async function withEngine<T>(run: Run, use: (engine: Engine) => Promise<T>, exchange?: Exchange): Promise<T> {
  const engine = await createEngine(run.engineName, { threads: run.threads, precision: run.precision, ...defined({ exchange }) })
  try {
    return await use(engine)
  } finally {
    await engine.close()
  }
}

/** The same with a bar of progress for a plan's stages, which ends with the work. */
export async function watched<T>(
  plan: Pick<Plan, 'stages' | 'pairs'>,
  engine: Engine,
  work: (context: SystemContext) => Promise<T>
): Promise<T> {
  const progress = new JobProgress(plan)
  const counted = progress.isShown ? countingEngine(engine, progress.work) : engine
  try {
    return await work({ engine: counted, host, progress: progress.update })
  } finally {
    progress.finish()
  }
}

/** Whether a report may show rare values. Throws `InputError` where no report is asked for. */
export function showValuesOf(given: Given): boolean {
  const { showValues = false } = readFields(reportFields, given)
  if (showValues && given.report === undefined)
    throw notTogether('--show-values without a report', '--report report.html --show-values', '--report beside it')
  return showValues as boolean
}

/** `-n` as a number, or undefined when left out. Throws `InputError` unless a whole number of at least 1. */
export function countOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const count = text.trim() === '' ? Number.NaN : Number(text)
  if (Number.isInteger(count) && count >= 1 && count <= 1e8) return count
  throw new InputError({ code: 'count', got: `-n ${text}`, expected: 'a whole number of rows from 1 to 100000000', try: '-n 1000' })
}
