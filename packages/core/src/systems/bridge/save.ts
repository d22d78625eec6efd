import type { TwoSampleTest } from '../../diagnose/two-sample-test.js'
import type { Difference } from '../../diagnose/what-differs.js'
import type { NamedWarning } from '../../know/support.js'
import type { ModelContents } from '../../model-file/contents.js'
import {
  BANDWIDTH,
  ending,
  expectKind,
  float64Array,
  list,
  measured,
  number,
  optional,
  record,
  SCALED,
  text,
  tuple,
  whole,
  word
} from '../../model-file/reading.js'
import { matrix } from '../../num/matrix.js'
import { codesIn, encoderIn, readingIn, recordEncoder, scaledArray } from '../encoder-file.js'
import { keysIn, withKeys } from '../keys-file.js'
import { keptRulesIn, withRules } from '../rules/rules-file.js'
import type { BridgeModel, BridgeSummary } from './model.js'
import { shownRows } from './sides.js'

/** Model → contents of a model file. */
export function saveBridge(model: BridgeModel): ModelContents {
  const { rows, potentials, own, carried, moved, reading, summary, rules, keys } = model
  const encoder = recordEncoder(model.encoder)
  const meta = { encoder: encoder.record, reading, summary }
  const arrays = {
    ...encoder.arrays,
    coordinates: rows.coordinates.data,
    codes: rows.codes,
    fromPotentials: potentials.from,
    toPotentials: potentials.to,
    own,
    carried: carried.coordinates.data,
    carriedCodes: carried.codes,
    moved: moved.data
  }
  return withKeys(withRules({ kind: 'bridge', meta, arrays }, rules), keys)
}

const difference = record<Difference>({
  columns: list(text),
  change: word('place', 'spread', 'upper end', 'lower end', 'share', 'missing', 'together'),
  levels: list(text),
  pValue: number({ least: 0, most: 1 })
})

const summaryRecord = record<BridgeSummary>({
  epsilon: number(BANDWIDTH),
  trials: list(record<BridgeSummary['trials'][number]>({ exponent: measured, loss: measured })),
  fromRows: whole({ least: 2 }),
  toRows: whole({ least: 2 }),
  bandwidth: word('given', 'held-out', 'usual'),
  cost: measured,
  divergence: measured,
  test: record<TwoSampleTest>({
    pValue: number({ least: 0, most: 1 }),
    counts: tuple<readonly [number, number]>(whole(), whole()),
    permutations: whole()
  }),
  differs: optional(
    record<NonNullable<BridgeSummary['differs']>>({ columns: list(difference), pairs: list(difference), unpaired: list(text) })
  ),
  overlap: measured,
  reach: number({ least: 0 }),
  ending,
  turns: whole(),
  error: measured,
  warnings: list(record<NamedWarning>({ name: text, message: text })),
  notes: list(text)
})

/** Contents of a model file → model. Throws `FormatError` (codes `model-kind`, `model-damaged`) for contents that make none. */
export function loadBridge(contents: ModelContents): BridgeModel {
  expectKind(contents, 'bridge')
  const { arrays } = contents
  const { encoder, reading, summary } = record<Pick<BridgeModel, 'encoder' | 'reading' | 'summary'>>({
    encoder: encoderIn(arrays),
    reading: readingIn,
    summary: summaryRecord
  })(contents.meta, 'meta')
  const { fromRows, toRows } = summary
  const count = fromRows + toRows
  const d = encoder.coordinateCount
  const names = encoder.columns.map(({ name }) => name)
  const rules = keptRulesIn(contents, names)
  const keys = keysIn(contents)
  const shown = shownRows(fromRows).length
  const carried = matrix(shown, d, scaledArray(arrays, 'carried', shown * d))
  const carriedCodes = codesIn({ codes: arrays.carriedCodes! }, encoder, shown)
  return {
    encoder,
    rows: { coordinates: matrix(count, d, scaledArray(arrays, 'coordinates', count * d)), codes: codesIn(arrays, encoder, count) },
    potentials: {
      from: float64Array(arrays, 'fromPotentials', fromRows, SCALED),
      to: float64Array(arrays, 'toPotentials', toRows, SCALED)
    },
    own: float64Array(arrays, 'own', fromRows, SCALED),
    carried: { coordinates: carried, codes: carriedCodes },
    // Files of before have rows as they are moved.
    moved: arrays.moved ? matrix(shown, d, scaledArray(arrays, 'moved', shown * d)) : carried,
    reading,
    summary,
    ...(rules && { rules }),
    ...(keys && { keys })
  }
}
