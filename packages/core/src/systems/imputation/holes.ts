import { crps, drawQuantile } from '../../diagnose/conditional.js'
import { InputError } from '../../num/errors.js'
import { type Key, keyFor, permutation, uniforms } from '../../num/random.js'
import { sorted } from '../../num/statistics.js'
import { type CellValue, cellAt } from '../../table/cells.js'
import { type RawColumn, type RawTable, takeRawRows } from '../../table/raw.js'
import type { Table } from '../../table/table.js'
import { contextOf, type JobContext } from '../context.js'
import { type CodedRows, type Coding, codeRows, levelsByNearness, valueAt, widthOf } from './coding.js'
import { type FilledRows, fillRows } from './fill.js'
import { fitImputation, type ImputationFit, readTableWithGaps } from './fit.js'
import { completedByNeighbours, type Fills, fillByColumn, fillByForest, fillByNeighbours, MEMBERS, type Wanted } from './peers.js'
import { readRows } from './read-rows.js'

/** Rows that are looked at: the errors of some hundreds of holes are known to a few hundredths. */
const MOST_ROWS = 1000
const MOST_PUNCHED_ROWS = 300
/** Share of the known cells of these rows that are punched out. */
const PUNCHED = 0.1
export const JUDGING = 'judging'

/** How well one method fills holes. Numbers in standard deviations of their column. */
export interface FillScores {
  /** Root mean squared error of the mean. */
  readonly error: number | null
  /** Mean continuous ranked probability score of the law. */
  readonly crps: number | null
  /** Share of holes between the 10 % and the 90 % quantile of the law: 0.8 is right. */
  readonly coverage: number | null
  /** Share of categories that the likeliest level misses. */
  readonly wrong: number | null
}

export type FillMethod = 'sbridge' | 'mean' | 'neighbours' | 'forest'

/** Holes punched into a table, filled by all methods, and compared with what stood there. Plain JSON. */
export interface FillEvaluation {
  readonly rows: number
  readonly holes: number
  readonly methods: Readonly<Record<FillMethod, FillScores>>
  readonly columns: readonly {
    readonly name: string
    readonly holes: number
    readonly methods: Readonly<Record<FillMethod, FillScores>>
  }[]
}

/**
 * Punches holes into at most 300 rows of a table, of at most 1,000 taken at random; learns from what is left, fills the holes and
 * compares. Cost: a fit, 20 draws, and a forest a column. Throws what a fit throws; `InputError` (code `no-holes`) where nothing
 * could be punched out.
 */
export async function evaluateFills(raw: RawTable, options: ImputationFit, jobContext: JobContext): Promise<FillEvaluation> {
  const { key, watch } = contextOf(options.seed ?? 1, jobContext)
  const judging = { ...jobContext, progress: undefined }
  const some =
    raw.rowCount <= MOST_ROWS ? raw : takeRawRows(raw, permutation(keyFor(key, 'rows'), raw.rowCount).subarray(0, MOST_ROWS).sort())
  const whole = readTableWithGaps(some, options)
  const truth = readRows(whole, some).table
  const holes = punch(whole.coding, codeRows(whole.coding, truth), keyFor(key, 'holes'))
  const count = holes.reduce((sum, { rows }) => sum + rows.length, 0)
  if (count === 0) throw noHoles()
  const punched = withHoles(some, holes)
  watch?.progress?.({ stage: JUDGING, done: 1, total: 4 })
  const model = await fitImputation(punched, options, judging)
  const context = contextOf(options.seed ?? 1, judging)
  const [mean, draws] = [
    await fillRows(model, { fill: punched, as: 'mean' }, context),
    await fillRows(model, { fill: punched, draws: MEMBERS }, context)
  ]
  watch?.progress?.({ stage: JUDGING, done: 2, total: 4 })
  const rows = codeRows(whole.coding, readRows(whole, punched).table)
  const completed = completedByNeighbours(whole.coding, rows)
  watch?.progress?.({ stage: JUDGING, done: 3, total: 4 })
  const scored: ScoredColumn[] = []
  for (const own of holes) {
    const scorer = new HoleScorer(own, truth)
    scored.push({
      name: own.column.name,
      holes: own.rows.length,
      sbridge: scorer.ofDraws(mean, draws),
      mean: scorer.ofFills(fillByColumn(rows, own)),
      neighbours: scorer.ofFills(fillByNeighbours(rows, own)),
      forest: scorer.ofFills(await fillByForest(rows, own, { completed, key: keyFor(key, 'forest'), watch: { stop: watch?.stop } }))
    })
  }
  watch?.progress?.({ stage: JUDGING, done: 4, total: 4 })
  return {
    rows: some.rowCount,
    holes: count,
    methods: byMethod((method) => scoresOf(scored.flatMap((one) => one[method]))),
    columns: scored.map((one) => ({ name: one.name, holes: one.holes, methods: byMethod((method) => scoresOf(one[method])) }))
  }
}

type ScoredColumn = { readonly name: string; readonly holes: number } & Readonly<Record<FillMethod, readonly HoleScore[]>>

const byMethod = <T>(of: (method: FillMethod) => T): Readonly<Record<FillMethod, T>> => ({
  sbridge: of('sbridge'),
  mean: of('mean'),
  neighbours: of('neighbours'),
  forest: of('forest')
})

/** Cells that are punched out, by column; at least ten known cells of a column stay. */
function punch(coding: Coding, rows: CodedRows, key: Key): Wanted[] {
  const { rows: n, cols: d } = rows.data
  const open = permutation(keyFor(key, 'rows'), n).subarray(0, MOST_PUNCHED_ROWS).sort()
  return coding.columns.flatMap((column, c): Wanted[] => {
    if (widthOf(column) === 0) return []
    const own = column as Wanted['column']
    const u = uniforms(keyFor(key, c), n)
    const known = Array.from({ length: n }, (_, i) => i).filter((i) => rows.known[i * d + own.at])
    const chosen = Array.from(open).filter((i) => rows.known[i * d + own.at] && u[i]! < PUNCHED)
    const few = chosen.slice(0, Math.max(0, known.length - LEAST_LEFT))
    return few.length === 0 ? [] : [{ column: own, rows: few }]
  })
}

/** Known cells that a column needs to be learned from. */
const LEAST_LEFT = 10

function withHoles(raw: RawTable, holes: readonly Wanted[]): RawTable {
  const rows = new Map(holes.map((own) => [own.column.name, new Set(own.rows)]))
  const columns = raw.columns.map((column): RawColumn => {
    const own = rows.get(column.name)
    if (!own) return column
    if (column.source === 'text') return { ...column, values: column.values.map((cell, i) => (own.has(i) ? null : cell)) }
    if (column.source === 'boolean') return { ...column, values: column.values.map((cell, i) => (own.has(i) ? null : cell)) }
    return { ...column, missing: Uint8Array.from(column.values, (_, i) => (own.has(i) || column.missing?.[i] ? 1 : 0)) }
  })
  return { ...raw, columns }
}

/** One hole under one method; what does not apply to its kind is undefined. */
interface HoleScore {
  readonly squared?: number
  readonly crps?: number
  readonly inside?: boolean
  readonly wrong?: boolean
}

/** Compares fills of the holes of one column with what stood there. */
class HoleScorer {
  constructor(
    private readonly own: Wanted,
    private readonly truth: Table
  ) {}

  private score(cell: number | string, law: readonly (number | string)[], guess: number | string): HoleScore {
    const { column } = this.own
    if (column.carries === 'levels') return { wrong: guess !== cell }
    const scale = column.carries === 'number' ? column.scale : 1
    const ascending = sorted(law as readonly number[])
    const y = cell as number
    return {
      squared: (((guess as number) - y) / scale) ** 2,
      crps: crps(ascending, y, 'fair') / scale,
      inside: y >= drawQuantile(ascending, 0.1) && y <= drawQuantile(ascending, 0.9)
    }
  }

  ofDraws(mean: FilledRows, draws: FilledRows): HoleScore[] {
    const { name } = this.own.column
    const at = cellsOf(this.truth, name)
    const guess = cellsOf(mean.tables[0]!, name)
    const laws = draws.tables.map((table) => cellsOf(table, name))
    // A rule may say that a cell is to stay missing: then the truth was missing too, and is no hole.
    return this.own.rows.map((i) =>
      this.score(
        at(i)!,
        laws.map((law) => law(i) ?? at(i)!),
        guess(i) ?? at(i)!
      )
    )
  }

  ofFills(fills: Fills): HoleScore[] {
    const { column, rows } = this.own
    const at = cellsOf(this.truth, column.name)
    return rows.map((i, r) => {
      const members = fills[r]!
      if (column.carries === 'number') {
        const law = members.map((member) => valueAt(column, member[0]!))
        return this.score(at(i)!, law, law.reduce((sum, x) => sum + x, 0) / law.length)
      }
      const middle = Float64Array.from(members[0]!, (_, q) => members.reduce((sum, member) => sum + member[q]! / members.length, 0))
      const levels = column as Extract<Wanted['column'], { carries: 'levels' }>
      return this.score(at(i)!, [], levels.levels[levelsByNearness({ ...levels, at: 0 }, middle)[0]!]!)
    })
  }
}

const cellsOf = ({ columns }: Table, name: string): ((row: number) => CellValue) => cellAt(columns.find((one) => one.name === name)!)

function scoresOf(holes: readonly HoleScore[]): FillScores {
  const meanOf = (values: readonly number[]) => (values.length === 0 ? null : values.reduce((sum, x) => sum + x, 0) / values.length)
  const squared = meanOf(holes.flatMap((hole) => hole.squared ?? []))
  return {
    error: squared === null ? null : Math.sqrt(squared),
    crps: meanOf(holes.flatMap((hole) => hole.crps ?? [])),
    coverage: meanOf(holes.flatMap((hole) => (hole.inside === undefined ? [] : Number(hole.inside)))),
    wrong: meanOf(holes.flatMap((hole) => (hole.wrong === undefined ? [] : Number(hole.wrong))))
  }
}

function noHoles(): InputError {
  return new InputError({
    code: 'no-holes',
    got: 'a table in which too little is known to punch holes',
    expected: 'columns with more than ten known cells',
    try: 'leaving the report out'
  })
}
