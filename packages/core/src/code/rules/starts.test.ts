import { expect, it } from 'vitest'
import { textTable } from '../../../../../test/planted-tables.js'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { parseRule } from './parse-rule.js'
import { startsOf } from './starts.js'

const ROWS = 400
const chance = (label: string) => uniforms(keyFor(keyFromSeed(8), label), ROWS)
const normal = (label: string) => normals(keyFor(keyFromSeed(8), label), ROWS)
const cents = (x: number) => Math.round(100 * x) / 100
const quoted = Array.from(normal('quoted'), (z) => cents(Math.exp(4 + 0.8 * z)))
/** Another price in so many rows. */
const charged = (share: number) => quoted.map((x, i) => (chance('other')[i]! < share ? cents(x * (0.7 + 0.7 * chance('by')[i]!)) : x))

const measured = (columns: Parameters<typeof textTable>[0], rule: string[] = [], except: string[] = []) => [
  ...startsOf(rule.map(parseRule), prepareRows(textTable(columns)).data, new Set(except))
]

it('numbers that are another one in many rows are measured from it, the later column from the earlier', () => {
  for (const share of [0.05, 0.3, 0.9]) expect(measured({ quoted, charged: charged(share) })).toEqual([['charged', 'quoted']])
  expect(measured({ other: charged(0.5), charged: charged(0.3), quoted })).toEqual([
    ['charged', 'other'],
    ['quoted', 'charged']
  ])
})

it('not where a rule tells them, where their scaling is given, or where the other one is missing', () => {
  const columns = { quoted, charged: charged(0.3) }
  expect(measured(columns, ['charged = 2 * quoted'])).toEqual([])
  expect(measured(columns, ['charged >= quoted'])).toEqual([])
  expect(measured(columns, [], ['charged'])).toEqual([])
  expect(measured({ ...columns, quoted: quoted.map((x, i) => (i === 9 ? null : x)) })).toEqual([])
  // Where both are missing nothing is.
  const holes = (values: readonly number[]) => values.map((x, i) => (i % 9 === 0 ? null : x))
  expect(measured({ quoted: holes(quoted), charged: holes(columns.charged) })).toEqual([['charged', 'quoted']])
})

it('numbers that come near each other, have the same few values, or are mostly 0, are measured from none', () => {
  const level = normal('level')
  const pixel = (label: string) => Array.from(level, (x, i) => Math.round(60 + 12 * x + 1.5 * normal(label)[i]!))
  expect(measured({ left: pixel('left'), right: pixel('right') })).toEqual([])
  // On a lattice of its own, as of a detector.
  const coarse = (label: string) => Array.from(pixel(label), (x) => 4 * Math.round(x / 4))
  expect(measured({ left: coarse('left'), right: coarse('right') })).toEqual([])
  const rating = (label: string) => Array.from(level, (x, i) => Math.max(1, Math.min(5, Math.round(3 + x + 0.5 * normal(label)[i]!))))
  expect(measured({ first: rating('first'), second: rating('second') })).toEqual([])
  const rare = (label: string) => Array.from(chance(label), (u, i) => (u < 0.85 ? 0 : cents(50 * chance(`${label} amount`)[i]!)))
  expect(measured({ gain: rare('gain'), loss: rare('loss') })).toEqual([])
  const heaped = (label: string) => Array.from(chance(label), (u) => 50 * Math.floor(1 + 60 * u))
  expect(measured({ rent: heaped('rent'), wage: heaped('wage') })).toEqual([])
})
