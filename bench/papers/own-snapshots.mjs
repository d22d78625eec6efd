// Snapshots that a person names: tables in a folder, one particle a row, the time in the first column, coordinates after it.
import { readdirSync, statSync } from 'node:fs'
import { basename, join } from 'node:path'
import { readTable } from 'sbridge'
import { cloud, keyFor, keyFromSeed, matrixFromRows, permutation } from 'sbridge/kernels'
import { list } from './experiments/points.mjs'

const ENDINGS = /\.(csv|tsv|parquet|arrow|jsonl)$/
/** Exact transport is practical up to so many particles a side; of more, so many at random. */
const MOST = 1000

const filesIn = (path) =>
  statSync(path).isDirectory()
    ? readdirSync(path)
        .filter((name) => ENDINGS.test(name))
        .toSorted()
        .map((name) => join(path, name))
    : [path]

async function snapshotsIn(path) {
  const { columns, rowCount } = await readTable(path)
  const odd = columns.find(({ source }) => source === 'boolean')
  if (odd) throw new Error(`${path}: the column ${odd.name} holds no numbers; times come first, then coordinates`)
  const rows = list(rowCount, (i) => columns.map(({ values }) => Number(values[i])))
  const lost = rows.findIndex((row) => !row.every(Number.isFinite))
  if (lost >= 0) throw new Error(`${path}: row ${lost + 1} holds something that is no number; times come first, then coordinates`)
  const times = [...new Set(rows.map(([time]) => time))].toSorted((a, b) => a - b)
  if (times.length < 3) throw new Error(`${path}: ${times.length} times in the first column; three are the least, to hold one out`)
  const clouds = times.map((time, k) => {
    const all = rows.filter((row) => row[0] === time).map((row) => row.slice(1))
    const order = permutation(keyFor(keyFromSeed(1), k), all.length)
    return cloud(matrixFromRows(Array.from(order.subarray(0, MOST), (i) => all[i])))
  })
  return { name: basename(path), times, clouds, columnNames: columns.slice(1).map(({ name }) => name) }
}

/** Every table of a folder, or the one of a file; none without a path. */
export const ownSnapshots = async (path) => (path === undefined ? [] : Promise.all(filesIn(path).map(snapshotsIn)))

/** Every second time, but for the last. */
export const heldOf = ({ times }) => times.filter((_, k) => k % 2 === 1 && k + 1 < times.length)
