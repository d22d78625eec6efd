import { expect, it } from 'vitest'
import { keyFor, keyFromSeed, normals, uniforms } from '../../num/random.js'
import { prepareRows } from '../../systems/prepare.js'
import { designNotes, findRules, findTotals, keptTotalsIn } from './find.js'
import { ruleText } from './rule.js'

const DAYS = 300
const noise = (label: string) => Array.from(normals(keyFor(keyFromSeed(8), label), DAYS))
const round = (x: number): number => Number(x.toFixed(2))

/** Prices of days, each of which begins where the last one ended, and a bit off. */
function prices() {
  const [rises, gaps] = [noise('rise'), noise('gap')]
  const [above, below] = ['above', 'below'].map((label) => Array.from(uniforms(keyFor(keyFromSeed(8), label), DAYS)))
  let last = 100
  const rows = rises.map((z, i) => {
    const gap = round(0.4 * gaps[i]!)
    const open = round(last + gap)
    const close = round(open + 1.2 * z)
    const [high, low] = [round(Math.max(open, close) + above![i]!), round(Math.min(open, close) - below![i]!)]
    last = close
    return { gap, open, high, low, close, change: round(close - open) }
  })
  const names = Object.keys(rows[0]!) as (keyof (typeof rows)[number])[]
  return names.map((name) => ({ name, source: 'text' as const, values: rows.map((row) => row[name].toFixed(2)) }))
}

it('a total by which rows would break their orders is not kept, and a note says so', () => {
  const columns = prices()
  const { data } = prepareRows({ rowCount: DAYS, columns })
  expect(findTotals(data).map(({ column }) => column)).toEqual(['close'])
  expect(keptTotalsIn(data)).toEqual([])
  expect(findRules(data).map(ruleText)).toContain('close = open + change')
  expect(designNotes(data).join()).toMatch(
    /^close = close before \+ .*, which new rows do not keep: in each of them “.*(low|high).*” is kept instead/
  )
  // Without an order there is nothing to break.
  const free = prepareRows({ rowCount: DAYS, columns: columns.filter(({ name }) => name !== 'high' && name !== 'low') })
  expect(keptTotalsIn(free.data).map(({ column }) => column)).toEqual(['close'])
  expect(designNotes(free.data)).toEqual([])
})
