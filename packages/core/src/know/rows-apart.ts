import { log } from '../num/elementary.js'
import { isNumeric, type Table } from '../table/table.js'
import { MANY_MATCHING } from './support.js'

/** Standard errors, rough ones where few rows agree, within which chance leaves every column of a table. */
const BEYOND_CHANCE = 5
/** Part of a column's spread, of either direction of its logarithm too, below which nobody minds. */
const MATTERS = 0.25

interface Weighted {
  /** Training rows. */
  readonly rows: Table
  /** Of the rows under what was observed [M], unnormalised. */
  readonly weights: Float64Array
}

interface Drawn {
  readonly table: Table
  /** Independent rows that they are worth. */
  readonly effectiveSampleSize: number
}

/** A column whose drawn values are not those of the rows that agree with what was observed. */
interface Apart {
  readonly name: string
  /** Whether its values are milliseconds of dates. */
  readonly isDate: boolean
  readonly drawn: Moments
  readonly rows: Moments
}

interface Moments {
  readonly mean: number
  readonly deviation: number
}

/**
 * The number column whose mean or spread stands farthest from that of the rows weighted by what was observed, in standard errors of
 * both, of those of which enough rows agree that have them; undefined where chance, or what matters to nobody, explains them all. Two ways to one law: importance weights know nothing of
 * kernels or steps. Cost O(M·d).
 */
export function farthestFromRows({ rows, weights }: Weighted, { table, effectiveSampleSize }: Drawn): Apart | undefined {
  const found = rows.columns.flatMap((known, c) => {
    const other = table.columns[c]
    if (!other || !isNumeric(known) || !isNumeric(other)) return []
    const own = momentsOf(known, weights)
    const drawn = momentsOf(other, new Float64Array(other.values.length).fill(1))
    // Of a column that few rows have, few of those that agree do.
    if (!(own.deviation > 0 && drawn.deviation > 0) || own.effective < MANY_MATCHING) return []
    const shift = Math.abs(drawn.mean - own.mean)
    const ratio = drawn.deviation / own.deviation
    const stretch = Math.abs(log(ratio))
    // Were they of one law, drawn rows would err as these do: the spread of a rare flag by far more than that of a normal law.
    const within = own.deviation ** 2 / effectiveSampleSize
    const errors = [
      shift > MATTERS * own.deviation ? shift / Math.sqrt(own.meanError + within) : 0,
      // A logarithm makes much of a few cells less.
      stretch > MATTERS ? Math.min(stretch, Math.abs(ratio - 1)) / Math.sqrt(own.logError + own.logVariance / effectiveSampleSize) : 0
    ]
    return [{ name: known.name, isDate: known.kind === 'datetime', drawn, rows: own, errors: Math.max(...errors) }]
  })
  const [first] = found.filter(({ errors }) => errors > BEYOND_CHANCE).sort((a, b) => b.errors - a.errors)
  return first && { name: first.name, isDate: first.isDate, drawn: first.drawn, rows: first.rows }
}

type Cells = { readonly values: Float64Array; readonly missing?: Uint8Array | undefined }

/** Of the cells that are there; squared standard errors of the mean and of the deviation's logarithm, by their influence functions. */
function momentsOf({ values, missing }: Cells, weights: Float64Array) {
  const each = (of: (x: number, w: number) => number): number => {
    let sum = 0
    for (let i = 0; i < values.length; i++) if (!missing?.[i]) sum += of(values[i]!, weights[i]!)
    return sum
  }
  const total = each((_, w) => w)
  const mean = each((x, w) => w * x) / total
  const variance = each((x, w) => w * (x - mean) ** 2) / total
  return {
    mean,
    /** Rows with a cell that they are worth. */
    effective: total ** 2 / each((_, w) => w * w),
    deviation: Math.sqrt(variance),
    meanError: each((x, w) => (w * (x - mean)) ** 2) / total ** 2,
    logError: each((x, w) => (w * ((x - mean) ** 2 - variance)) ** 2) / (2 * variance * total) ** 2,
    /** Of the deviation's logarithm for one row: a half for a normal law. */
    logVariance: each((x, w) => w * ((x - mean) ** 2 - variance) ** 2) / (total * (2 * variance) ** 2)
  }
}
