/**
 * Several tables, real beside drawn: how many rows refer to each parent, and how columns of a child go with those of its parent,
 * beside halves of the real parents with their children, and beside two other ways: tables drawn one by one with keys shared out at
 * random, and a hierarchical baseline as the Synthetic Data Vault's HMA has it (a row of a parent carries the number of its children
 * and the means, spreads and shares of their columns; children are drawn from independent normals and shares of these).
 *
 * `node bench/tables/schema.mjs [bank|staff|shop] [parents]`
 *
 * @source Patki, Wedge, Veeramachaneni, *The Synthetic Data Vault*, DSAA 2016.
 */
import { createEngine, fit as fitModel, fitSchema, sample, sampleSchema } from 'sbridge'
import { bank, randomFrom, shop, staff, textTable } from './schemas.mjs'

const relation = (child, key, parent, id, own, of) => ({ child, key, parent, id, own, of })

const SCHEMAS = {
  bank: (size) => ({
    ...bank({ accounts: size }),
    relations: [relation('transactions', 'account_id', 'accounts', 'account_id', ['amount', 'kind'], ['district', 'age'])]
  }),
  staff: (size) => ({
    ...staff({ employees: size }),
    relations: [relation('absences', 'employee_id', 'employees', 'employee_id', ['days', 'reason'], ['born', 'department'])]
  }),
  shop: (size) => ({
    ...shop({ customers: size, products: Math.max(24, Math.round(size / 5)) }),
    relations: [
      relation('orders', 'customer_id', 'customers', 'customer_id', ['channel', 'shipping'], ['segment', 'country']),
      relation('order_lines', 'order_id', 'orders', 'order_id', ['quantity'], ['channel']),
      relation('order_lines', 'sku', 'products', 'sku', ['quantity'], ['category', 'price'])
    ]
  })
}

const cells = ({ columns }, name) => columns.find((column) => column.name === name).values
const isNumbers = (values) => values.every((cell) => cell !== null && Number.isFinite(Number(cell)))
const mean = (values) => values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length)

/** Children of each parent, and the parent of each child. */
function joined(tables, { child, key, parent, id }) {
  const rowOf = new Map(cells(tables[parent], id).map((value, i) => [value, i]))
  const parentOf = cells(tables[child], key).map((value) => rowOf.get(value) ?? -1)
  const counts = new Array(rowOf.size).fill(0)
  for (const p of parentOf) if (p >= 0) counts[p]++
  return { parentOf, counts, dangling: parentOf.filter((p) => p < 0).length }
}

/** Largest distance between the distribution functions of two lists of numbers (Kolmogorov and Smirnov). */
function distance(a, b) {
  const values = [...new Set([...a, ...b])].sort((x, y) => x - y)
  const below = (list, x) => list.filter((y) => y <= x).length / list.length
  return values.reduce((most, x) => Math.max(most, Math.abs(below(a, x) - below(b, x))), 0)
}

/** A column as numbers: categories as one indicator for each level of the real one. */
const coordinates = (values, real) =>
  isNumbers(real) ? [values.map(Number)] : [...new Set(real)].sort().map((level) => values.map((cell) => Number(cell === level)))

function correlation(x, y) {
  const [a, b] = [mean(x), mean(y)]
  const [v, w] = [mean(x.map((t) => (t - a) ** 2)), mean(y.map((t) => (t - b) ** 2))]
  return v * w === 0 ? 0 : mean(x.map((t, i) => (t - a) * (y[i] - b))) / Math.sqrt(v * w)
}

/** Correlations of the child's columns with the parent's, all coordinates by all. */
function correlations(tables, of, real) {
  const { parentOf } = joined(tables, of)
  const rows = [...parentOf.keys()].filter((i) => parentOf[i] >= 0)
  const taken = (table, names, at) =>
    names.flatMap((name) => {
      const values = cells(tables[table], name)
      return coordinates(
        rows.map((i) => values[at(i)]),
        cells(real[table], name)
      )
    })
  const children = taken(of.child, of.own, (i) => i)
  const parents = taken(of.parent, of.of, (i) => parentOf[i])
  return children.flatMap((x) => parents.map((y) => correlation(x, y)))
}

/** Root of the mean squared difference. */
const apart = (a, b) => Math.sqrt(mean(a.map((x, i) => (x - b[i]) ** 2)))

const compared = (a, b, of, real) => ({
  counts: distance(joined(a, of).counts, joined(b, of).counts),
  correlations: apart(correlations(a, of, real), correlations(b, of, real))
})

const takeRows = ({ columns }, rows) => ({
  columns: columns.map((column) => ({ ...column, values: rows.map((i) => column.values[i]) })),
  rowCount: rows.length
})

/** Means over random halves of the parents, each with its children. */
function halves(real, of, times = 10) {
  const { parentOf, counts } = joined(real, of)
  const found = Array.from({ length: times }, (_, t) => {
    const { uniform } = randomFrom(100 + t)
    const side = counts.map(() => uniform() < 0.5)
    const half = (which) => {
      const parents = [...counts.keys()].filter((p) => side[p] === which)
      const children = [...parentOf.keys()].filter((i) => side[parentOf[i]] === which)
      return { ...real, [of.parent]: takeRows(real[of.parent], parents), [of.child]: takeRows(real[of.child], children) }
    }
    return compared(half(true), half(false), of, real)
  })
  return { counts: mean(found.map((one) => one.counts)), correlations: mean(found.map((one) => one.correlations)) }
}

/** Each table by itself; keys shared out at random. */
async function independent({ tables, relations }, options) {
  const drawn = {}
  for (const [name, table] of Object.entries(tables)) {
    const keys = relations.filter((one) => one.child === name).map(({ key }) => key)
    const own = { ...table, columns: table.columns.filter((column) => !keys.includes(column.name)) }
    const types = Object.fromEntries(relations.filter((one) => one.parent === name).map(({ id }) => [id, 'identifier']))
    drawn[name] = await sample(await fitModel(own, { ...options, types }), { seed: 2, engine: options.engine })
  }
  const { uniform } = randomFrom(7)
  for (const { child, key, parent, id } of relations) {
    const known = cells(drawn[parent], id)
    const values = Array.from({ length: drawn[child].rowCount }, () => known[Math.floor(uniform() * known.length)])
    drawn[child] = { ...drawn[child], columns: [...drawn[child].columns, { name: key, source: 'text', values }] }
  }
  return drawn
}

/** What summarises a column of the children of one parent: mean and spread, or the share of each level. */
function summariesOf(table, names) {
  return names.flatMap((name) => {
    const values = cells(table, name)
    if (!isNumbers(values))
      return [...new Set(values)].sort().map((level) => ({ name, level, of: (rows) => mean(rows.map((i) => Number(values[i] === level))) }))
    const at = (rows) => mean(rows.map((i) => Number(values[i])))
    const spread = (rows) => Math.sqrt(mean(rows.map((i) => (Number(values[i]) - at(rows)) ** 2)))
    return [
      { name, of: at },
      { name, of: spread }
    ]
  })
}

/** Parents with what summarises their children; children from independent normals and shares of that. One relation. */
async function hierarchical({ tables, relations: [of] }, options) {
  const { normal, uniform } = randomFrom(9)
  const { parentOf, counts } = joined(tables, of)
  const rows = counts.map((_, p) => [...parentOf.keys()].filter((i) => parentOf[i] === p))
  const summaries = summariesOf(tables[of.child], of.own)
  const column = (name, values) => ({ name, source: 'text', values: values.map((x) => (Number.isFinite(x) ? x.toFixed(4) : null)) })
  const added = summaries.map((one, k) =>
    column(
      `summary ${k}`,
      rows.map((list) => (list.length === 0 ? Number.NaN : one.of(list)))
    )
  )
  const extended = { ...tables[of.parent], columns: [...tables[of.parent].columns, column('children', counts), ...added] }
  const model = await fitModel(extended, { ...options, rules: 'off', types: { [of.id]: 'identifier' } })
  const parents = await sample(model, { seed: 2, engine: options.engine })
  const records = []
  for (let p = 0; p < parents.rowCount; p++) {
    const at = (k) => Number(cells(parents, `summary ${k}`)[p] ?? 0)
    const cell = (name) => {
      const own = [...summaries.keys()].filter((k) => summaries[k].name === name)
      if (summaries[own[0]].level === undefined) return at(own[0]) + Math.abs(at(own[1])) * normal()
      let left = uniform() * own.reduce((sum, k) => sum + Math.max(0, at(k)), 0)
      for (const k of own) {
        left -= Math.max(0, at(k))
        if (left < 0) return summaries[k].level
      }
      return summaries[own[0]].level
    }
    for (let n = Math.round(Number(cells(parents, 'children')[p])); n > 0; n--)
      records.push({ [of.key]: cells(parents, of.id)[p], ...Object.fromEntries(of.own.map((name) => [name, cell(name)])) })
  }
  return { [of.parent]: parents, [of.child]: textTable(records) }
}

const [which = 'bank', size = '200'] = process.argv.slice(2)
const schema = SCHEMAS[which](Number(size))
const { tables, keys, relations } = schema
const engine = await createEngine('wasm', { threads: 1 })
const options = { seed: 1, engine }
const began = process.cpuUsage()
const drawn = await sampleSchema(await fitSchema({ tables }, { keys, ...options }), { seed: 1, engine })
const seconds = process.cpuUsage(began).user / 1e6
const sizes = Object.entries(tables).map(([name, { rowCount }]) => `${rowCount} ${name}`)
console.log(`${which}: ${sizes.join(', ')}; fit and draw ${seconds.toFixed(0)} CPU seconds`)
const ways = { 'several tables': drawn, 'one by one': await independent(schema, options) }
// Below two parents a table has no place in the hierarchy.
if (relations.length === 1) ways.hierarchical = await hierarchical(schema, options)
const words = ({ counts, correlations: of }) => `counts ${counts.toFixed(3)}, correlations ${of.toFixed(3)}`
for (const of of relations) {
  console.log(`${of.child}.${of.key}: halves: ${words(halves(tables, of))}`)
  for (const [name, way] of Object.entries(ways))
    console.log(`  ${name}: dangling ${joined(way, of).dangling}, ${words(compared(way, tables, of, tables))}`)
}
await engine.close()
