// Draws the README's picture of a table whose rules hold: `node scripts/order-picture.mjs`.
import { fileURLToPath } from 'node:url'
import { evaluate, fit as fitModel, readTable, sample } from 'sbridge'
import { BLUE, INK, LINE, root, SOFT, save, text, VERMILION } from './drawing.mjs'

const SHOWN = 6
const DRAWN = 10_000
const [WIDTH, LEFT, STEP] = [1040, 30, 26]
/** Right end of each column: those of numbers stand at it, others begin behind the end of the one before. */
const ENDS = [90, 200, 310, 425, 480, 570, 720, 850, 950]

const orders = await readTable(fileURLToPath(new URL('examples/data/orders.csv', root)))
const model = await fitModel(orders, { seed: 1 })
const drawn = await sample(model, { rows: DRAWN, seed: 1 })
const { rules } = await evaluate(orders, drawn, { seed: 1 })

const isNumber = ({ values }) => values.slice(0, SHOWN).every((cell) => /^[\d.]+$/.test(String(cell)))
const cellAt = (words, { c, y, right, look }) =>
  text(words, { x: LEFT + (right ? ENDS[c] : (ENDS[c - 1] ?? -30) + 30), y, anchor: right ? 'end' : 'start', ...look })

function tableAt({ columns }, { y, title, colour }) {
  const line = (at, stroke) => `<path d="M${LEFT},${at}H${WIDTH - LEFT}" stroke="${stroke}" fill="none"/>`
  const column = (one, c) => {
    const right = isNumber(one)
    const cells = Array.from(one.values.slice(0, SHOWN), (cell, i) => cellAt(String(cell), { c, y: y + (i + 2) * STEP, right, look: {} }))
    return [cellAt(one.name, { c, y: y + STEP, right, look: { colour: SOFT } }), ...cells]
  }
  return [
    text(title, { x: LEFT, y: y - 4, size: 17, weight: 600, colour }),
    line(y + STEP + 8, INK),
    ...columns.flatMap(column),
    ...Array.from({ length: SHOWN - 1 }, (_, i) => line(y + (i + 2) * STEP + 8, LINE))
  ]
}

const said = ({ rule, rows, broken }) =>
  `${rule.replaceAll('->', '→').replaceAll('>=', '≥').replaceAll('*', '×')}   holds in ${(rows - broken).toLocaleString('en')} of ${rows.toLocaleString('en')}`
const count = (rows) => rows.toLocaleString('en')
const height = 2 * (SHOWN + 2) * STEP + 150 + 24 * Math.ceil(rules.length / 2)
save('orders', { width: WIDTH, height }, [
  ...tableAt(orders, { y: 40, title: `${count(orders.rowCount)} orders of a shop`, colour: BLUE }),
  ...tableAt(drawn, { y: 40 + (SHOWN + 2) * STEP + 34, title: `${count(DRAWN)} orders that sbridge drew`, colour: VERMILION }),
  text('Rules that it found, and kept in the drawn rows', { x: LEFT, y: 2 * (SHOWN + 2) * STEP + 106, weight: 600 }),
  ...rules.map((rule, i) =>
    text(said(rule), { x: LEFT + (i % 2) * 500, y: 2 * (SHOWN + 2) * STEP + 132 + 24 * Math.floor(i / 2), colour: SOFT })
  )
])
