import { InputError } from '../num/errors.js'
import type { Watch } from '../num/iterate.js'
import { type Matrix, takeRows } from '../num/matrix.js'
import { type Key, keyFor, permutation } from '../num/random.js'
import { mean, quantileOfSorted, sorted } from '../num/statistics.js'
import { isNumeric, type Table } from '../table/table.js'
import { areaUnderCurve } from './classifier.js'
import { MOST_COMPARED_ROWS } from './comparison.js'
import { targetColumn } from './conditional-target.js'
import { embedTables } from './embedding.js'
import { type Forest, predictForest, trainForest } from './forest.js'

/** How well a forest that learned from synthetic rows predicts real ones. Plain JSON. */
export interface TrainedEvaluation {
  readonly column: string
  /** Area under the curve, of each class against the others, by their shares; share of the variance that is explained. */
  readonly score: 'AUC' | 'R²'
  /** Of forests trained on synthetic rows, and on as many real ones, tested on other real rows. */
  readonly synthetic: number
  readonly real: number
  /** Rows that a forest learns from, and rows that it is tested on. */
  readonly rows: { readonly trained: number; readonly tested: number }
  /** Whether the rows of the test were kept from the model that drew the synthetic ones. */
  readonly heldOut: boolean
}

interface TrainedProblem {
  readonly real: Table
  readonly synthetic: Table
  /** Rows the model was fitted to, where `real` was held out from it. */
  readonly train?: Table | undefined
  readonly target: string
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** Half splits that are averaged where no rows were held out. */
const SPLITS = 3
/** Rows that know the target, on each side. */
const LEAST_ROWS = 10
/** Parts of equally many rows into which a number is cut: a forest gives their probabilities, and so an expectation. */
const PARTS = 10

/**
 * Train on synthetic, test on real: random forests of 100 trees predict a column from all others, one trained on synthetic rows,
 * one on as many real ones, both tested on real rows that neither has seen. With `train`, real rows for learning are its own
 * and the test is all of `real`; else halves of `real`, which the model may have learned from.
 * @source Esteban, Hyland, Rätsch, *Real-valued (medical) time series generation with recurrent conditional GANs*, 2017.
 * Cost of two forests a split. Throws `InputError`: a target that is unknown or an identifier, the only column, of one class
 * (`target-class`), known in fewer than ten rows (`target-rows`).
 */
export async function trainOnSynthetic({ real, synthetic, train, target, key, watch }: TrainedProblem): Promise<TrainedEvaluation> {
  const tables = [real, synthetic, ...(train ? [train] : [])].map((table, t) => known(table, target, ['real', 'synthetic', 'training'][t]!))
  const sides = sidesOf(tables, target, key)
  const [tested, drawn, learned] = sides as [Side, Side, Side | undefined]
  const found: { synthetic: number; real: number; rows: TrainedEvaluation['rows'] }[] = []
  for (let s = 0; s < (learned ? 1 : SPLITS); s++) {
    const own = keyFor(key, `split ${s}`)
    const order = permutation(own, tested.y.length)
    const half = Math.floor(order.length / 2)
    const [from, test] = learned ? [learned, tested] : [sideRows(tested, order.slice(0, half)), sideRows(tested, order.slice(half))]
    const trained = Math.min(from.y.length, drawn.y.length)
    const some = (side: Side, label: string) => sideRows(side, permutation(keyFor(own, label), side.y.length).slice(0, trained))
    const score = async (side: Side, label: string) =>
      scoreOf(await forestOn(some(side, label), keyFor(own, `forest ${label}`), watch), test)
    found.push({ synthetic: await score(drawn, 'synthetic'), real: await score(from, 'real'), rows: { trained, tested: test.y.length } })
  }
  const average = (of: 'synthetic' | 'real') => mean(found.map((one) => one[of]))
  return {
    column: target,
    score: tested.edges ? 'R²' : 'AUC',
    synthetic: average('synthetic'),
    real: average('real'),
    rows: found[0]!.rows,
    heldOut: train !== undefined
  }
}

/** What a forest learns from and predicts. */
interface Side {
  /** [n, d] */
  readonly x: Matrix
  /** [n]: numbers, or places of levels. */
  readonly y: Float64Array
  /** Of numbers: where their parts end. */
  readonly edges?: Float64Array | undefined
}

const sideRows = ({ x, y, edges }: Side, rows: Uint32Array): Side => ({
  x: takeRows(x, rows),
  y: Float64Array.from(rows, (i) => y[i]!),
  edges
})

interface Known {
  readonly table: Table
  readonly rows: Uint32Array
}

/** Rows of a table in which the target is known. */
function known(table: Table, target: string, role: string): Known {
  const column = targetColumn(table, target, role)
  const isKnown = (i: number) => (isNumeric(column) ? !column.missing?.[i] : column.codes[i]! >= 0)
  const rows = Uint32Array.from({ length: table.rowCount }, (_, i) => i).filter(isKnown)
  if (rows.length >= 2 * LEAST_ROWS) return { table, rows }
  throw new InputError({
    code: 'target-rows',
    got: `${rows.length} rows of the ${role} table in which ${target} is known`,
    expected: `${2 * LEAST_ROWS} at least`,
    try: 'more rows, or another target'
  })
}

/** The tables as coordinates of all other columns and the target, at most 5,000 rows of each. */
function sidesOf(all: readonly Known[], target: string, key: Key): Side[] {
  const first = all[0]!.table
  const others = first.columns.filter(({ name, kind }) => name !== target && kind !== 'identifier').map(({ name }) => name)
  if (others.length === 0)
    throw new InputError({
      code: 'target-alone',
      got: `${target} as the only column`,
      expected: 'others to predict it from',
      try: 'a table with more columns'
    })
  const only = ({ columns, rowCount }: Table): Table => ({
    rowCount,
    columns: others.map((name) => columns.find((one) => one.name === name)!)
  })
  const places = embedTables(
    only(first),
    all.map(({ table }) => only(table))
  )
  const column = targetColumn(first, target, 'real')
  const levels = isNumeric(column)
    ? []
    : [...new Set(all.flatMap(({ table }) => (targetColumn(table, target, '') as { levels: readonly string[] }).levels))]
  return all.map(({ table, rows }, t) => {
    const own = targetColumn(table, target, '')
    const taken = Uint32Array.from(permutation(keyFor(key, `rows ${t}`), rows.length).subarray(0, MOST_COMPARED_ROWS), (k) => rows[k]!)
    const y = Float64Array.from(taken, (i) => (isNumeric(own) ? own.values[i]! : levels.indexOf(own.levels[own.codes[i]!]!)))
    return { x: takeRows(places[t]!, taken), y: varied(y, target), edges: isNumeric(column) ? edgesOf(column.values) : undefined }
  })
}

function varied(y: Float64Array, target: string): Float64Array {
  if (y.some((value) => value !== y[0])) return y
  throw new InputError({
    code: 'target-class',
    got: `the target ${target}, which is the same in all rows of a table`,
    expected: 'a column that varies',
    try: 'another target'
  })
}

function edgesOf(values: Float64Array): Float64Array {
  const ascending = sorted(values)
  return Float64Array.from(new Set(Array.from({ length: PARTS - 1 }, (_, k) => quantileOfSorted(ascending, (k + 1) / PARTS))))
}

interface Learned {
  readonly forest: Forest
  /** Of numbers: mean of each class. */
  readonly means: readonly number[]
}

async function forestOn({ x, y, edges }: Side, key: Key, watch: Watch | undefined): Promise<Learned> {
  const labels = edges ? y.map((value) => edges.filter((edge) => edge < value).length) : y
  const forest = await trainForest({ points: x, labels, key, watch })
  const means = Array.from({ length: forest.classCount }, (_, k) => {
    const own = y.filter((_value, i) => labels[i] === k)
    return own.length > 0 ? mean(own) : 0
  })
  return { forest, means }
}

function scoreOf({ forest, means }: Learned, { x, y, edges }: Side): number {
  const { data } = predictForest(forest, x)
  const share = (i: number, k: number) => (k < forest.classCount ? data[i * forest.classCount + k]! : 0)
  if (!edges) return classesScore(y, share)
  const centre = mean(y)
  let [left, all] = [0, 0]
  y.forEach((value, i) => {
    left += (value - means.reduce((sum, one, k) => sum + one * share(i, k), 0)) ** 2
    all += (value - centre) ** 2
  })
  return 1 - left / all
}

function classesScore(y: Float64Array, share: (row: number, level: number) => number): number {
  let [sum, weight] = [0, 0]
  for (const level of new Set(y)) {
    const labels = Uint8Array.from(y, (one) => (one === level ? 1 : 0))
    const count = labels.reduce((total, one) => total + one, 0)
    if (count === y.length) continue
    sum +=
      count *
      areaUnderCurve(
        Float64Array.from(y, (_, i) => share(i, level)),
        labels
      )
    weight += count
  }
  return weight > 0 ? sum / weight : 0.5
}
