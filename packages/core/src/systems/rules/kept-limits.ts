import { isAtAtom } from '../../draw/level-cells.js'
import { type IsHeld, MOST_ROWS } from '../../draw/level-keys.js'
import { excludesHeld, type LevelLimits, levelLimits, spikesIn, withoutEnds } from '../../draw/level-limits.js'
import { movedWithin } from '../../draw/rows-kept.js'
import { sharpEnds } from '../../draw/sharp-ends.js'
import { resolveConditions } from '../../know/conditions.js'
import type { Evidence } from '../../know/evidence.js'
import { readObservation } from '../../know/observations.js'
import { heldBy } from '../../know/places.js'
import { pull } from '../../know/pull.js'
import { reflectedInto } from '../../law/strata.js'
import { evenly } from '../../num/evenly.js'
import { matrix } from '../../num/matrix.js'
import { type Key, keyFor, keyFromSeed } from '../../num/random.js'
import { atomCells } from '../../table/atoms.js'
import { isMissing } from '../../table/cells.js'
import { decodeTable, type Encoder, encodeTable, fitEncoder, presentValues } from '../../table/encoder.js'
import type { ColumnFormat } from '../../table/infer.js'
import { takeTableRows } from '../../table/rows.js'
import { listedValues } from '../../table/standing-out.js'
import { type Column, isCategorical, isNumeric, type Table } from '../../table/table.js'
import type { Asked } from '../asked.js'

/** Columns with atoms, at most: pairs of them grow with their square, and those of images and fields are no amounts, nor end for themselves. */
export const MOST_COLUMNS = 64

/** Spreads the places of equal numbers, where rows are only looked at. */
const LOOKED = keyFromSeed(1)

interface TableLimits {
  /** Every number by its ranks. */
  readonly encoder: Encoder
  readonly limits: LevelLimits
  /** Values of numbers of few, by their coordinates. */
  readonly lists: ReadonlyMap<number, readonly number[]>
  /** Where numbers end at once in all rows, by their coordinates; ranks do so nowhere. */
  readonly ends: ReadonlyMap<number, { readonly low: number; readonly high: number }>
}

/** What rows of a table never have by their levels, and which numbers have few values; undefined where that is nothing. Cost O(cells · log rows). */
function limitsOf(table: Table, formats: readonly ColumnFormat[]): TableLimits | undefined {
  const encoder = fitEncoder(table, formats, () => 'quantile')
  const atoms = encoder.columns.filter((code) => code.carries === 'coordinate' && atomCells(code.scaler))
  if (encoder.coordinateCount === 0 || atoms.length > MOST_COLUMNS) return undefined
  const looked = takeTableRows(table, evenly(table.rowCount, MOST_ROWS))
  const all = levelLimits({ encoder, rows: encodeTable(encoder, looked, LOOKED) })
  const limits = encoder.coordinateCount > MOST_COLUMNS ? withoutEnds(all) : all
  const lists = new Map(
    encoder.columns.flatMap((code): [number, readonly number[]][] => {
      const values = code.carries === 'coordinate' ? listedValues(code.scaler) : undefined
      return values && code.carries === 'coordinate' ? [[code.coordinate, values]] : []
    })
  )
  const ends = new Map(encoder.coordinateCount > MOST_COLUMNS ? [] : endsOf(looked, encoder))
  return limits.length + lists.size + ends.size > 0 ? { encoder, limits, lists, ends } : undefined
}

function endsOf({ columns }: Table, encoder: Encoder) {
  return columns.flatMap((column, c): [number, { readonly low: number; readonly high: number }][] => {
    const code = encoder.columns[c]!
    if (code.carries !== 'coordinate' || !isNumeric(column)) return []
    const values = presentValues(column)
    const found = sharpEnds(matrix(values.length, 1, values))
    return found ? [[code.coordinate, { low: found.low[0]!, high: found.high[0]! }]] : []
  })
}

/** What is asked of drawn rows. */
interface Known {
  readonly asked?: Asked | undefined
  /** Rows a condition. */
  readonly rows: number
  /** Of the draw: what moves is moved to places of its own. */
  readonly key: Key
}

/** What of filled rows was not given. */
interface Gaps {
  readonly isGap: (row: number, name: string) => boolean
  /** Levels of a filled category by how well they fit a row, best first. */
  readonly levelsOf: (row: number, name: string) => readonly string[]
  /** As of drawn rows. */
  readonly key: Key
}

/**
 * Keeps rows that were drawn without knowing of their levels, as behind a codec or from columns one after the other, out of what these
 * never have: an amount at a value that only other levels have, or beside the one that its level always has, a number beyond the ends of
 * its level; and numbers of few values on one of those. What is given stays,
 * and what is observed is met as before.
 */
export class KeptLimits {
  private readonly known: TableLimits | undefined

  constructor(training: Table, formats: readonly ColumnFormat[]) {
    this.known = limitsOf(training, formats)
  }

  async within(drawn: Table, { asked, rows, key }: Known): Promise<Table> {
    if (!this.known) return drawn
    const { encoder } = this.known
    const conditions = asked ? resolveConditions(encoder, asked.givens) : []
    const held = conditions.map((condition) => heldBy(encoder, condition))
    const observations = (asked?.observe ?? []).map((text) => readObservation(encoder, text))
    const evidence = conditions[0] && pull(encoder, { condition: conditions[0], observations, module: asked?.likelihood }).evidence
    const isHeld: IsHeld = (row, coordinate) => held[Math.floor(row / rows)]?.has(coordinate) ?? false
    return this.moved(this.withinEnds(drawn, isHeld, evidence), { isHeld, key }, evidence)
  }

  /** Numbers that lie beyond where all rows end, reflected there; not what is given or observed. */
  private withinEnds(drawn: Table, isHeld: IsHeld, evidence: Evidence | undefined): Table {
    const { encoder, ends } = this.known!
    const columns = drawn.columns.map((column, c) => {
      const code = encoder.columns[c]!
      const own = code.carries === 'coordinate' && isNumeric(column) ? ends.get(code.coordinate) : undefined
      if (code.carries !== 'coordinate' || !own || !isNumeric(column)) return column
      if (evidence && (!evidence.touches || evidence.touches.includes(code.coordinate))) return column
      const values = column.values.map((x, i) =>
        isHeld(i, code.coordinate) || column.missing?.[i] ? x : reflectedInto(own.low, own.high, x)
      )
      return { ...column, values }
    })
    return { ...drawn, columns }
  }

  /**
   * Filled rows, whose given cells stay: of each filled category, and number of few values, the nearest that goes with the numbers which are
   * given, and filled numbers within the limits of their levels. Rows with levels or gaps of which the table knows nothing stay as they are filled.
   */
  async filled(table: Table, { isGap, levelsOf, key }: Gaps): Promise<Table> {
    if (!this.known) return table
    const { encoder, limits, lists } = this.known
    const known = Array.from({ length: table.rowCount }, (_, i) => i).filter((i) => this.isKnown(table, i))
    const part = takeTableRows(table, known)
    const names = new Map(encoder.columns.flatMap((code) => (code.carries === 'coordinate' ? [[code.coordinate, code.name]] : [])))
    const isHeld: IsHeld = (k, coordinate) => !isGap(known[k]!, names.get(coordinate)!)
    const rows = encodeTable(encoder, part, LOOKED)
    const isBarred = (k: number, of: Parameters<typeof excludesHeld>[3]) => excludesHeld({ limits, isHeld }, rows, k, of)
    const columns = part.columns.map((column, c) => {
      const code = encoder.columns[c]!
      const gap = (k: number) => isGap(known[k]!, code.name) && !isMissing(column, k)
      if (code.carries === 'factor' && isCategorical(column)) {
        const bars = (k: number, level: string) => isBarred(k, { factor: code.factor, level: encoder.kinds[c]!.levels!.indexOf(level) })
        const levelFor = (k: number, own: string) =>
          bars(k, own) ? (levelsOf(known[k]!, code.name).find((level) => !bars(k, level)) ?? own) : own
        const codes = column.codes.map((own, k) => (gap(k) ? column.levels.indexOf(levelFor(k, column.levels[own]!)) : own))
        return { ...column, codes }
      }
      const values = code.carries === 'coordinate' ? (lists.get(code.coordinate) ?? spikesIn(limits, code.coordinate)) : undefined
      if (code.carries !== 'coordinate' || !isNumeric(column) || !values) return column
      const bars = (k: number, value: number) => isBarred(k, { coordinate: code.coordinate, value })
      const valueFor = (k: number, own: number) =>
        bars(k, own) ? ([...values].sort((a, b) => Math.abs(a - own) - Math.abs(b - own)).find((value) => !bars(k, value)) ?? own) : own
      return { ...column, values: column.values.map((own, k) => (gap(k) ? valueFor(k, own) : own)) }
    })
    return withRows(table, await this.moved({ ...part, columns }, { isHeld, key }), known)
  }

  private isKnown({ columns }: Table, i: number): boolean {
    const { encoder } = this.known!
    return columns.every((column, c) => {
      const code = encoder.columns[c]!
      const marksGaps = code.carries === 'factor' ? code.missingLevel : code.carries !== 'coordinate' || code.missingFactor !== undefined
      if (isMissing(column, i)) return marksGaps
      return !isCategorical(column) || code.carries !== 'factor' || encoder.kinds[c]!.levels!.includes(column.levels[column.codes[i]!]!)
    })
  }

  /** Moved numbers, those of a code that levels go by as the value that they were read as, and those at a value that levels say as this value. */
  private async moved(drawn: Table, { isHeld, key }: { readonly isHeld: IsHeld; readonly key: Key }, evidence?: Evidence): Promise<Table> {
    const { encoder, limits, lists } = this.known!
    const before = encodeTable(encoder, drawn, keyFor(key, 'cells'))
    const after = await movedWithin(before, { limits, isHeld }, evidence)
    const decoded = decodeTable(encoder, after)
    const columns = drawn.columns.map((column, c) => {
      const [code, other] = [encoder.columns[c]!, decoded.columns[c]!]
      if (code.carries !== 'coordinate' || !isNumeric(column) || !isNumeric(other)) return column
      const { coordinate } = code
      const own = limits.find((one) => one.coordinate === coordinate)?.barred
      const observed = evidence && (!evidence.touches || evidence.touches.includes(coordinate))
      const isRead = (i: number) => lists.has(coordinate) || (own !== undefined && isAtAtom(own, after, i, isHeld))
      const values = column.values.map((x, i) => {
        const at = i * after.coordinates.cols + coordinate
        const isMoved = after.coordinates.data[at] !== before.coordinates.data[at]
        return !isHeld(i, coordinate) && (isMoved || (!observed && isRead(i))) ? other.values[i]! : x
      })
      return { ...column, values }
    })
    return { ...drawn, columns }
  }
}

/** A table with some of its rows as in another. */
function withRows(table: Table, other: Table, rows: readonly number[]): Table {
  const columns = table.columns.map((column, c): Column => {
    const from = other.columns[c]!
    if (isNumeric(column) && isNumeric(from)) {
      const values = column.values.slice()
      rows.forEach((i, k) => {
        values[i] = from.values[k]!
      })
      return { ...column, values }
    }
    if (!isCategorical(column) || !isCategorical(from)) return column
    const codes = column.codes.slice()
    rows.forEach((i, k) => {
      codes[i] = from.codes[k]!
    })
    return { ...column, codes }
  })
  return { ...table, columns }
}
