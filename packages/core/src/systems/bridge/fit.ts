import { bridgeCost } from '../../bridge/divergence.js'
import { schrodingerBridge } from '../../bridge/schrodinger.js'
import { bridgeBandwidth } from '../../choose/bridge-bandwidth.js'
import { labellingsOf } from '../../diagnose/labellings.js'
import { sampleOverlap } from '../../diagnose/overlap.js'
import { labelledTest } from '../../diagnose/two-sample-test.js'
import { whatDiffers } from '../../diagnose/what-differs.js'
import { defined } from '../../num/defined.js'
import { InputError } from '../../num/errors.js'
import { evenly } from '../../num/evenly.js'
import { takeRows } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { type Cloud, cloud } from '../../space/cloud.js'
import { type Encoded, type Encoder, encodeTable, fitEncoder, stackEncoded, takeEncoded } from '../../table/encoder.js'
import type { RawTable } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import { type Context, contextOf } from '../context.js'
import { constantNotes } from '../global/fit-notes.js'
import { imputeMissing } from '../global/impute.js'
import type { SystemContext } from '../host.js'
import { readingWords } from '../read-as.js'
import { ruledRows } from '../rules/ruled-rows.js'
import { statedKeysOf } from '../table/keyed.js'
import { cellColumns } from './carry-cells.js'
import { carryRows } from './carry-rows.js'
import { wholeSidesOf } from './draw.js'
import { joinTables } from './join.js'
import { type BridgeModel, type BridgeSummary, LEVEL } from './model.js'
import type { ReadBridgeFit } from './options.js'
import { type Sides, shownRows, sidesOf } from './sides.js'
import { bridgeWarnings } from './warnings.js'

/**
 * Fits a bridge between two tables. Cost some thirty scalings of 1,000 rows a side, then two passes a turn over all pairs of rows,
 * tens of turns; memory O(rows·columns). Throws `InputError` as `joinTables`, and for columns that are all constant (`nothing-to-compare`).
 */
export async function fitBridge(from: RawTable, options: ReadBridgeFit, job: SystemContext): Promise<BridgeModel> {
  const { to, bandwidth, seed = 1, ...asked } = options
  // The other table has text as it stands.
  const reading = { ...asked, forms: 'off' as const }
  const context = contextOf(seed, job)
  const { raw, fromCount } = joinTables(from, to, reading)
  const { data, rules } = ruledRows(raw, reading)
  const keys = statedKeysOf(raw, { ...reading, seed })
  const encoder = fitEncoder(data.table, data.formats, () => 'standard')
  if (encoder.coordinateCount + encoder.factors.length === 0) throw nothingToCompare()
  const key = keyFor(context.key, 'bridge')
  const encoded = encodeTable(encoder, data.table)
  const rows = await filledApart(encoder, { rows: encoded, fromCount, key })
  const sides = sidesOf({ encoder, rows }, fromCount)
  const alike = sidesOf({ encoder, rows: await imputeMissing(encoder, encoded, key) }, fromCount)
  const chosen = await bandwidthOf(sides, bandwidth, { ...context, key })
  const solved = await schrodingerBridge({ ...sides, epsilon: chosen.epsilon, engine: context.engine, watch: context.watch })
  const { potentials, own } = solved.bridge
  const model = { encoder, rows, potentials, own, reading: readingWords(reading), ...defined({ rules, keys }) }
  const found = {
    ...chosen,
    ...(await compareSides({ sides, alike, whole: wholeSidesOf(model, fromCount) }, { ...context, key })),
    ...(await bridgeCost(solved.bridge, context.engine, context.watch)),
    ...solved.report,
    fromRows: fromCount,
    toRows: raw.rowCount - fromCount,
    notes: [...data.notes, ...constantNotes(encoder)]
  }
  const carrier = { ...model, summary: found }
  const { moved, coordinates, codes } = await carryRows(carrier, takeEncoded(rows, shownRows(fromCount)), {
    as: 'debiased',
    key: keyFor(key, 'shown'),
    engine: context.engine,
    cells: cellColumns(carrier)
  })
  return { ...model, carried: { coordinates, codes }, moved, summary: { ...found, warnings: bridgeWarnings(found) } }
}

interface Stacked {
  readonly rows: Encoded
  readonly fromCount: number
  readonly key: Key
}

/**
 * Rows of each table with their gaps filled from their own table: rows of the other would make both more alike. By the same draws, so that
 * tables that are one stay so. Where one of them lacks a column altogether, gaps are filled from both.
 */
async function filledApart(encoder: Encoder, { rows, fromCount, key }: Stacked): Promise<Encoded> {
  const all = Uint32Array.from({ length: rows.coordinates.rows }, (_, i) => i)
  const sides = [all.subarray(0, fromCount), all.subarray(fromCount)].map((own) => takeEncoded(rows, own))
  const isKnown = ({ codes }: Encoded, factor: number): boolean =>
    codes.some((code, at) => at % encoder.factors.length === factor && code === 0)
  const gaps = encoder.columns.flatMap((code) => (code.carries === 'coordinate' ? (code.missingFactor ?? []) : []))
  if (sides.some((side) => gaps.some((factor) => !isKnown(side, factor)))) return imputeMissing(encoder, rows, key)
  return stackEncoded([await imputeMissing(encoder, sides[0]!, key), await imputeMissing(encoder, sides[1]!, key)])
}

function nothingToCompare(): InputError {
  return new InputError({
    code: 'nothing-to-compare',
    got: 'common columns of one value each',
    expected: 'a column that varies in either table, or between them',
    try: 'other columns'
  })
}

async function bandwidthOf(
  sides: Sides,
  bandwidth: number | 'auto' = 'auto',
  { engine, key, watch }: Context
): Promise<Pick<BridgeSummary, 'epsilon' | 'trials' | 'bandwidth'>> {
  if (bandwidth !== 'auto') return { epsilon: bandwidth, trials: [], bandwidth: 'given' }
  const { epsilon, trials } = await bridgeBandwidth({ ...sides, engine, key: keyFor(key, 'bandwidth'), watch })
  return { epsilon, trials, bandwidth: trials.length > 0 ? 'held-out' : 'usual' }
}

interface Compared {
  readonly sides: Sides
  /** With gaps filled from both tables: filled from its own each would differ by that alone, where labels at random would not. */
  readonly alike: Sides
  readonly whole: { readonly from: Table; readonly to: Table }
}

/** Whether both tables are of one law, what in them is not, and how far they share their place. */
async function compareSides(
  { sides: { from, to }, alike, whole }: Compared,
  { engine, key, watch }: Context
): Promise<Pick<BridgeSummary, 'test' | 'differs' | 'overlap' | 'reach'>> {
  const own = keyFor(key, 'test')
  const labellings = labellingsOf([from.points.rows, to.points.rows], own)
  const { largest, columns, pairs, unpaired } = whatDiffers([whole.from, whole.to], { labellings, watch })
  // One column that differs among many, or two that go together otherwise, rows on the whole hardly tell.
  const test = await labelledTest([alike.from.points, alike.to.points], { engine, key: own, watch, labellings, others: largest })
  const overlap = await sampleOverlap(from.points, to.points, { engine, key: keyFor(key, 'overlap') })
  const differs = { columns, pairs: pairs.filter(({ pValue }) => pValue <= LEVEL), unpaired }
  return { test, differs, overlap, reach: await reachOf(from, engine) }
}

/** Rows whose nearest others are looked at. */
const REACHING = 2000

async function reachOf(side: Cloud, engine: Context['engine']): Promise<number> {
  const { points } = side
  const some = takeRows(points, evenly(points.rows, REACHING))
  const { squaredDistances } = await engine.nearest({ from: cloud(some), to: side, kernel: { kind: 'gaussian', epsilon: 1 } }, 2)
  return Math.sqrt(squaredDistances.reduce((most, d, at) => (at % 2 === 1 && d > most ? d : most), 0))
}
