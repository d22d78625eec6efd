import { expect, test } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { totalNotes } from './among-rows.js'
import { findTotals, nearlyTotalNotes } from './found-once.js'
import { totalText } from './running-totals.js'

const rows = 120
const dice = (label: string): Float64Array => uniforms(keyFor(keyFromSeed(5), label), rows)
const [amounts, sides, fees] = ['amount', 'side', 'fee'].map(dice) as [Float64Array, Float64Array, Float64Array]
const cents = (x: number): number => Math.round(100 * x)

/** Rows of an account: debit or credit, a fee, and the balance after them. */
function account(): Record<string, string>[] {
  let balance = 100_000
  return Array.from({ length: rows }, (_, i) => {
    const amount = cents(5 + 90 * amounts[i]!)
    const fee = 10 * Math.floor(4 * fees[i]!)
    const isCredit = sides[i]! < 0.4
    balance += (isCredit ? amount : -amount) - fee
    const text = (x: number) => (x / 100).toFixed(2)
    return {
      debit: isCredit ? '' : text(amount),
      credit: isCredit ? text(amount) : '',
      fee: text(fee),
      balance: text(balance),
      size: text(amount)
    }
  })
}

const dataOf = (all: readonly Record<string, string>[]) =>
  prepareRows({
    rowCount: all.length,
    columns: Object.keys(all[0]!).map((name) => ({ name, source: 'text' as const, values: all.map((row) => row[name]!) }))
  }).data

const notesOf = (all: readonly Record<string, string>[]): string[] => totalNotes(dataOf(all))

test('a balance that adds up credits less debits and fees is told, whichever row stands first', () => {
  const all = account()
  expect(notesOf(all)).toEqual([expect.stringContaining('balance: adds up credit - debit - fee from row to row')])
  expect(notesOf(all.reverse())).toEqual([expect.stringContaining('balance: adds up credit - debit - fee from row to row')])
})

test('a level that other columns follow, and the same rows in another order, are no totals', () => {
  const all = account().map((row, i) => ({ ...row, balance: (Number(row.balance) + 0.01 * (i % 3)).toFixed(2) }))
  expect(notesOf(all)).toEqual([])
  const mixed = account().sort((a, b) => Number(a.size) - Number(b.size))
  expect(notesOf(mixed)).toEqual([])
})

test('a flag whose rows stand together does not nearly add up another one that is mostly nought', () => {
  const all = Array.from({ length: rows }, (_, i) => ({
    treated: i < 20 ? '1' : '0',
    rare: amounts[i]! < 0.03 ? '1' : '0',
    size: String(sides[i])
  }))
  expect(nearlyTotalNotes(dataOf(all))).toEqual([])
})

test('a total of one column', () => {
  let sum = 0
  const all = account().map(({ size, fee }) => {
    sum += Number(size)
    return { fee: fee!, size: size!, sum: sum.toFixed(2) }
  })
  expect(notesOf(all)).toEqual([expect.stringContaining('sum: adds up size from row to row')])
})

test('numbers so long that the computer rounds them by more than they change add up nothing', () => {
  let sum = 9007199254740993n
  const all = account().map(({ size, fee }, i) => {
    sum += BigInt(1 + ((7 * i) % 11))
    return { fee: fee!, size: size!, id: String(sum) }
  })
  expect(notesOf(all)).toEqual([])
})

test('what a meter showed before and shows now go on the same way, whichever stands first', () => {
  const read = (k: number, m: number) => Math.floor(50 + 200 * amounts[(12 * m + k) % rows]!)
  const all = Array.from({ length: 10 }, (_, m) => {
    let sum = 1000 * (1 + ((7 * m) % 10))
    return Array.from({ length: 12 }, (_, k) => {
      const before = sum
      sum += read(k, m)
      return { meter: `M${m}`, before: String(before), now: String(sum), use: String(sum - before) }
    })
  }).flat()
  const totals = findTotals(dataOf(all))
  expect(totals.map(totalText)).toEqual([
    'before = before before + use of the row before in each meter',
    'now = now before + use in each meter'
  ])
  expect(totals.map(({ upwards }) => upwards)).toEqual([undefined, undefined])
  const ways = findTotals(dataOf(all.reverse())).map(({ upwards }) => upwards)
  expect(ways).toHaveLength(2)
  expect(new Set(ways).size).toBe(1)
})
