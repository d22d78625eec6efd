import { expect, test } from 'vitest'
import { keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { totalNotes } from './find.js'

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

const notesOf = (all: readonly Record<string, string>[]): string[] =>
  totalNotes(
    prepareRows({
      rowCount: all.length,
      columns: Object.keys(all[0]!).map((name) => ({ name, source: 'text' as const, values: all.map((row) => row[name]!) }))
    }).data
  )

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
