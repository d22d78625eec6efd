// How rows of a group belong together when whole groups are drawn, beside rows that are drawn alone: share of the variance between
// groups, correlation from row to row, rows whose group and time come twice. Run after `npm run build`: node bench/panels.mjs [--seed 1]
import { parseArgs } from 'node:util'
import { drawModel, fitModel, SYSTEMS } from '@sbridge/core'
import { comparePanels, groupRows } from '@sbridge/core/internal'
import { keyFromSeed, ReferenceEngine } from '@sbridge/core/kernels'
import { inferTable } from '@sbridge/core/tables'
import { readTable } from '../packages/sbridge/dist/index.js'
import { answers, chicks, customers } from '../test/panel-tables.mjs'

const { values, positionals } = parseArgs({
  options: { seed: { type: 'string', default: '1' }, group: { type: 'string' }, time: { type: 'string' } },
  allowPositionals: true
})
const seed = Number(values.seed)
const { tables } = SYSTEMS
const engine = new ReferenceEngine()

function grouped(raw, { group, time }, types = {}) {
  const { table } = inferTable(raw, { columns: [group], types: { [group]: 'category' } })
  return groupRows(inferTable(raw, { types: { ...types, [group]: 'identifier' } }).table, table.columns[0].codes, time)
}

const words = ({ real, synthetic, floor }) => `${real.toFixed(3)} → ${synthetic.toFixed(3)} (halves ± ${floor.toFixed(3)})`

const own = async (path) => [path, await readTable(path), { group: values.group, ...(values.time ? { time: values.time } : {}) }]
const madeUp = [
  ['customers by month', customers({ seed: 5 }), { group: 'customer_id', time: 'month' }],
  ['chicks that grow', chicks({ seed: 2 }), { group: 'chick', time: 'day' }],
  ['answers in no order', answers({ seed: 3 }), { group: 'person' }]
]

for (const [name, raw, asked] of positionals.length > 0 ? await Promise.all(positionals.map(own)) : madeUp) {
  const real = grouped(raw, asked)
  const types = Object.fromEntries(real.table.columns.map((column) => [column.name, column.kind]))
  for (const [way, options] of [
    ['whole groups', asked],
    ['rows alone', {}]
  ]) {
    const model = await fitModel(tables, { input: raw, options: { seed, ...options } }, { engine })
    const drawn = tables.present(model, await drawModel(tables, { model, request: { seed: seed + 1 } }, { engine }), 'text')
    const figures = comparePanels({ real, synthetic: grouped(drawn, asked, types), time: asked.time }, keyFromSeed(1))
    const { constant, repeated, sizes } = figures
    console.log(
      `${name}, ${way}: constant in ${(100 * constant.synthetic).toFixed(0)} % of groups, ${repeated?.synthetic ?? 0} times twice`
    )
    console.log(`  rows a group ${words(sizes)}`)
    for (const column of figures.columns)
      console.log(`  ${column.name}: between groups ${words(column.between)}, row to row ${words(column.lag)}`)
  }
}
