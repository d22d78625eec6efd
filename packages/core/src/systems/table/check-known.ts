import { type Given, resolveConditions } from '../../know/conditions.js'
import { allExcluded, type LikelihoodModule } from '../../know/likelihood-row.js'
import { readObservation } from '../../know/observations.js'
import { rowLikelihoods } from '../../know/row-likelihoods.js'
import { rowOf } from '../../num/matrix.js'
import { encodeTable, fitEncoder } from '../../table/encoder.js'
import { columnsOf } from '../../table/expression.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { parseObservation } from '../../table/parse-expression.js'
import type { RawTable } from '../../table/raw.js'
import { refuseContradictions } from '../global/condition-sample.js'
import { prepareRows } from '../prepare.js'
import { inTermsOf, settled, throughRules } from '../rules/ruled-known.js'
import { ruledRows } from '../rules/ruled-rows.js'
import type { TableFit } from './options.js'
import type { FitJob } from './whole.js'

/** What is known about rows to draw. */
export interface Known {
  readonly givens: readonly Given[]
  readonly observe: readonly string[]
  readonly likelihood?: LikelihoodModule | undefined
}

/**
 * The job with those numbers that are keys modelled that something is known of: what is not modelled cannot be given. A likelihood
 * may ask for any column. Cost O(cells · log n).
 */
export function modelKnown(raw: RawTable, job: FitJob, { givens, observe, likelihood }: Known): FitJob {
  const named = new Set([...givens.flatMap(Object.keys), ...observe.flatMap((text) => columnsOf(parseObservation(text).residual))])
  const running = prepareRows(raw, job)
    .data.formats.filter(isNumberKey)
    .filter(({ name }) => likelihood || named.has(name))
  const kinds = running.filter(({ name }) => !job.types?.[name]).map(({ name }) => [name, 'integer'] as const)
  return kinds.length === 0 ? job : { ...job, types: { ...job.types, ...Object.fromEntries(kinds) } }
}

const isNumberKey = ({ kind, numbering, integer }: ColumnFormat): boolean =>
  kind === 'identifier' && (numbering !== undefined || integer === true)

/**
 * Refuses what is impossible about rows to draw, before the table is fitted: that may take long. Throws `InputError` as the
 * draw would: unknown columns and categories, categories that no row has together, malformed observations, likelihoods that
 * throw or exclude every row. Cost O(cells) and a likelihood a row.
 */
export function checkKnown(raw: RawTable, job: TableFit, known: Known): void {
  const { data, rules } = ruledRows(raw, job)
  if (!rules) {
    checkAgainst(data, known)
    return
  }
  for (const asked of throughRules(rules, known)) {
    const { part } = settled(asked, data)
    try {
      checkAgainst(data, part.asked)
    } catch (error) {
      throw inTermsOf({ ...known, givens: part.places.map((place) => known.givens[place]!) }, rules, error)
    }
  }
}

function checkAgainst({ table, formats }: InferredTable, { givens, observe, likelihood }: Known): void {
  const encoder = fitEncoder(table, formats, () => 'standard')
  const conditions = resolveConditions(encoder, givens)
  const observations = observe.map((text) => readObservation(encoder, text))
  const rows = encodeTable(encoder, table)
  refuseContradictions({ encoder, rows }, conditions)
  if (observations.length === 0 && !likelihood) return
  const likelihoods = rowLikelihoods(encoder, { observations, module: likelihood })
  const width = encoder.factors.length
  const possible = (i: number) =>
    likelihoods.every(
      ({ value }) => value(rowOf(rows.coordinates, i), rows.codes.subarray(i * width, (i + 1) * width)) > Number.NEGATIVE_INFINITY
    )
  if (!Array.from({ length: table.rowCount }, (_, i) => i).some(possible)) throw allExcluded(observe, likelihood !== undefined)
}
