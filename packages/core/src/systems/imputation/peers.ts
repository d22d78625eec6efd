import { predictForest, trainForest } from '../../diagnose/forest.js'
import type { Watch } from '../../num/iterate.js'
import { type Matrix, matrix, takeRows } from '../../num/matrix.js'
import { type Key, keyFor } from '../../num/random.js'
import { type CodedColumn, type CodedRows, type Coding, widthOf } from './coding.js'

/** Cells of one coded column to fill, by row. */
export interface Wanted {
  readonly column: Extract<CodedColumn, { at: number }>
  readonly rows: readonly number[]
}

/** What another method would fill: an ensemble of coordinates a cell, [cells][members] of [width]. */
export type Fills = readonly (readonly Float64Array[])[]

/** Known rows near a row that fill its gaps. */
const NEIGHBOURS = 10
/** Members of the ensemble that stands for the law of a forest, or of a column: as many as draws that they are compared with. */
export const MEMBERS = 20
/** Trees of a forest a column. */
const TREES = 50
/** Classes of equal counts in which a forest learns a number. */
const CLASSES = 10

const cellOf = ({ data }: CodedRows, { column }: Wanted, i: number): Float64Array =>
  data.data.slice(i * data.cols + column.at, i * data.cols + column.at + widthOf(column))

const knowing = ({ data, known }: CodedRows, { column }: Wanted): number[] =>
  Array.from({ length: data.rows }, (_, i) => i).filter((i) => known[i * data.cols + column.at])

/** The column's own law, whatever else the row has: its mean is what many fill with. */
export function fillByColumn(rows: CodedRows, wanted: Wanted): Fills {
  const cells = knowing(rows, wanted)
    .map((i) => cellOf(rows, wanted, i))
    .sort((a, b) => a[0]! - b[0]!)
  const members = Array.from({ length: MEMBERS }, (_, k) => cells[Math.floor(((k + 0.5) * cells.length) / MEMBERS)]!)
  return wanted.rows.map(() => members)
}

/**
 * The ten nearest rows that know the cell, by the mean squared difference of the coordinates that both know.
 * @source Troyanskaya and others 2001. Cost O(cells · n · d).
 */
export function fillByNeighbours(rows: CodedRows, wanted: Wanted): Fills {
  const { data, known } = rows
  const d = data.cols
  const others = knowing(rows, wanted)
  return wanted.rows.map((i) => {
    const distance = (j: number): number => {
      let [sum, count] = [0, 0]
      for (let c = 0; c < d; c++) {
        if (!known[i * d + c] || !known[j * d + c]) continue
        sum += (data.data[i * d + c]! - data.data[j * d + c]!) ** 2
        count++
      }
      return count === 0 ? Number.MAX_VALUE : sum / count
    }
    const near = others.map((j) => ({ j, distance: distance(j) })).sort((a, b) => a.distance - b.distance || a.j - b.j)
    return near.slice(0, NEIGHBOURS).map(({ j }) => cellOf(rows, wanted, j))
  })
}

/** Rows with all gaps at the mean of the ten nearest: what a forest sees of the other columns. */
export function completedByNeighbours(coding: Coding, rows: CodedRows): Matrix {
  const { data, known } = rows
  const out = matrix(data.rows, data.cols, data.data.slice())
  for (const column of coding.columns) {
    if (widthOf(column) === 0) continue
    const own = column as Wanted['column']
    const gaps = Array.from({ length: data.rows }, (_, i) => i).filter((i) => !known[i * data.cols + own.at])
    for (const [k, members] of fillByNeighbours(rows, { column: own, rows: gaps }).entries())
      for (let q = 0; q < widthOf(own); q++)
        out.data[gaps[k]! * data.cols + own.at + q] = members.reduce((sum, member) => sum + member[q]! / members.length, 0)
  }
  return out
}

interface Grove {
  readonly completed: Matrix
  readonly key: Key
  readonly watch?: Watch | undefined
}

/** A random forest a column, on the other columns completed by neighbours: classes of a number have equal counts, and its law is theirs. */
export async function fillByForest(rows: CodedRows, wanted: Wanted, { completed, key, watch }: Grove): Promise<Fills> {
  const { column } = wanted
  const width = widthOf(column)
  const others = Array.from({ length: completed.cols }, (_, c) => c).filter((c) => c < column.at || c >= column.at + width)
  const points = matrix(completed.rows, others.length)
  for (let i = 0; i < completed.rows; i++)
    for (const [k, c] of others.entries()) points.data[i * others.length + k] = completed.data[i * completed.cols + c]!
  const train = knowing(rows, wanted)
    .map((i) => ({ i, cell: cellOf(rows, wanted, i) }))
    .sort((a, b) => compare(a.cell, b.cell) || a.i - b.i)
  const classes = column.carries === 'levels' ? levelClasses(train) : equalClasses(train)
  const forest = await trainForest({
    points: takeRows(
      points,
      train.map(({ i }) => i)
    ),
    labels: classes,
    key: keyFor(key, column.at),
    trees: TREES,
    watch
  })
  const shares = predictForest(forest, takeRows(points, wanted.rows))
  const members = Array.from({ length: forest.classCount }, (_, k) => train.filter((_row, t) => classes[t] === k).map(({ cell }) => cell))
  return wanted.rows.map((_, r) => ensembleOf(shares.data.subarray(r * forest.classCount, (r + 1) * forest.classCount), members))
}

function compare(a: Float64Array, b: Float64Array): number {
  const c = a.findIndex((x, k) => x !== b[k])
  return c < 0 ? 0 : a[c]! - b[c]!
}

/** Cells in order: those that are equal are one class. */
function levelClasses(train: readonly { readonly cell: Float64Array }[]): number[] {
  let own = 0
  return train.map(({ cell }, t) => (t > 0 && compare(train[t - 1]!.cell, cell) !== 0 ? ++own : own))
}

function equalClasses(train: readonly unknown[]): number[] {
  const count = Math.min(CLASSES, train.length)
  return train.map((_, t) => Math.floor((t * count) / train.length))
}

/** Members evenly from a mixture of classes, each in its own order. */
function ensembleOf(shares: Float64Array, members: readonly (readonly Float64Array[])[]): Float64Array[] {
  const total = shares.reduce((sum, share) => sum + share, 0)
  return Array.from({ length: MEMBERS }, (_, k) => {
    let left = ((k + 0.5) / MEMBERS) * total
    let own = 0
    while (own < shares.length - 1 && left >= shares[own]!) left -= shares[own++]!
    const cells = members[own]!
    return cells[Math.min(cells.length - 1, Math.floor((left / (shares[own]! || 1)) * cells.length))]!
  })
}
