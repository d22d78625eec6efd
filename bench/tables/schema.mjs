/**
 * Several tables, real beside drawn: how many rows refer to each parent, and how columns of a child go with those of its parent,
 * beside halves of the real parents with their children, and beside two other ways: tables drawn one by one with keys shared out at
 * random, and a hierarchical baseline as the Synthetic Data Vault's HMA has it (a row of a parent carries the number of its children
 * and the means, spreads and shares of their columns; children are drawn from independent normals and shares of these).
 *
 * `node bench/tables/schema.mjs [bank|staff|shop|music] [parents] [--save]`: kept for the guide
 *
 * @source Patki, Wedge, Veeramachaneni, *The Synthetic Data Vault*, DSAA 2016.
 */
import { createEngine, fit as fitModel, fitSchema, sample, sampleSchema } from 'sbridge'
import { keep } from '../kept.mjs'
import { bank, music, randomFrom, shop, staff, textTable } from './schemas.mjs'

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
  }),
  music: (size) => ({
    ...music({ customers: size }),
    relations: [
      relation('albums', 'artist_id', 'artists', 'artist_id', ['year'], ['origin', 'since']),
      relation('tracks', 'album_id', 'albums', 'album_id', ['genre', 'minutes'], ['year']),
      relation('playlist_track', 'playlist_id', 'playlists', 'playlist_id', [], ['mood']),
      relation('playlist_track', 'track_id', 'tracks', 'track_id', [], ['genre']),
      relation('customers', 'support_rep_id', 'employees', 'employee_id', ['country', 'born'], ['office', 'hired']),
      relation('invoices', 'customer_id', 'customers', 'customer_id', ['billing_country', 'total'], ['country', 'born']),
      relation('invoice_lines', 'invoice_id', 'invoices', 'invoice_id', ['quantity', 'unit_price'], ['total', 'billing_country']),
      relation('invoice_lines', 'track_id', 'tracks', 'track_id', ['quantity', 'unit_price'], ['genre', 'minutes'])
    ]
  })
}

const cells = ({ columns }, name) => columns.find((column) => column.name === name).values
const isNumbers = (values) => values.every((cell) => cell === null || Number.isFinite(Number(cell))) && values.some((cell) => cell !== null)
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
    drawn[name] =
      own.columns.length === 0 ? own : await sample(await fitModel(own, { ...options, types }), { seed: 2, engine: options.engine })
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
    const known = (rows) => rows.filter((i) => values[i] !== null).map((i) => Number(values[i]))
    const at = (rows) => mean(known(rows))
    const spread = (rows) => Math.sqrt(mean(known(rows).map((x) => (x - at(rows)) ** 2)))
    return [
      { name, of: at },
      { name, of: spread }
    ]
  })
}

/** A table with what summarises the rows that refer to each of its rows, and those that refer to these, as far as they are drawn by it. */
function extended(name, { tables, relations }) {
  const isMain = (of) => relations.find(({ child }) => child === of.child) === of
  const plans = relations
    .filter((of) => of.parent === name && of.child !== name && isMain(of))
    .map((of) => ({ of, below: extended(of.child, { tables, relations }) }))
  const added = []
  for (const plan of plans) {
    const { of, below } = plan
    const { parentOf, counts } = joined(tables, of)
    const rows = counts.map(() => [])
    for (const [i, p] of parentOf.entries()) if (p >= 0) rows[p].push(i)
    plan.names = [...new Set([...of.own, ...below.used]), ...below.added.map((column) => column.name)]
    plan.summaries = summariesOf(below.table, plan.names)
    const column = (k, values) => ({
      name: `${of.child} ${k}`,
      source: 'text',
      values: values.map((x) => (Number.isFinite(x) ? x.toFixed(4) : null))
    })
    added.push(
      column('rows', counts),
      ...plan.summaries.map((one, k) =>
        column(
          k,
          rows.map((list) => (list.length === 0 ? Number.NaN : one.of(list)))
        )
      )
    )
  }
  const used = relations.flatMap((of) => [...(of.child === name ? of.own : []), ...(of.parent === name ? of.of : [])])
  return { table: { ...tables[name], columns: [...tables[name].columns, ...added] }, plans, added, used }
}

/** The rows that refer to drawn ones, from independent normals and shares of what summarises them, and those that refer to these. */
function drawBelow(parents, { plans }, { into, relations }, { normal, uniform }) {
  for (const { of, below, names, summaries } of plans) {
    const values = (k) => cells(parents, `${of.child} ${k}`)
    const at = (k, p) => Number(values(k)[p] ?? 0)
    const places = new Map(names.map((name) => [name, [...summaries.keys()].filter((k) => summaries[k].name === name)]))
    const cell = (name, p) => {
      const own = places.get(name)
      if (summaries[own[0]].level === undefined) return (at(own[0], p) + Math.abs(at(own[1], p)) * normal()).toFixed(4)
      let left = uniform() * own.reduce((sum, k) => sum + Math.max(0, at(k, p)), 0)
      for (const k of own) {
        left -= Math.max(0, at(k, p))
        if (left < 0) return summaries[k].level
      }
      return summaries[own[0]].level
    }
    const id = relations.find(({ parent }) => parent === of.child)?.id
    const records = []
    for (let p = 0; p < parents.rowCount; p++)
      for (let n = Math.round(at('rows', p)); n > 0; n--)
        records.push({
          ...(id ? { [id]: records.length + 1 } : {}),
          [of.key]: cells(parents, of.id)[p],
          ...Object.fromEntries(names.map((name) => [name, cell(name, p)]))
        })
    into[of.child] = textTable(records)
    drawBelow(into[of.child], below, { into, relations }, { normal, uniform })
  }
}

/** Tables that refer to no other with what summarises the rows below them; those from independent normals and shares of it. Further keys at random. */
async function hierarchical({ tables, relations }, options) {
  const random = randomFrom(9)
  const into = {}
  for (const name of Object.keys(tables)) {
    if (relations.some(({ child }) => child === name)) continue
    const own = extended(name, { tables, relations })
    const ids = relations.filter(({ parent }) => parent === name).map(({ id }) => [id, 'identifier'])
    const model = await fitModel(own.table, { ...options, rules: 'off', types: Object.fromEntries(ids) })
    into[name] = await sample(model, { seed: 2, engine: options.engine })
    drawBelow(into[name], own, { into, relations }, random)
  }
  for (const of of relations) {
    if (into[of.child].columns.some((column) => column.name === of.key)) continue
    const known = cells(into[of.parent], of.id)
    const values = Array.from({ length: into[of.child].rowCount }, () => known[Math.floor(random.uniform() * known.length)])
    into[of.child] = { ...into[of.child], columns: [...into[of.child].columns, { name: of.key, source: 'text', values }] }
  }
  return into
}

const save = process.argv.includes('--save')
const [which = 'bank', size = '200'] = process.argv.slice(2).filter((word) => word !== '--save')
const schema = SCHEMAS[which](Number(size))
const { tables, keys, relations } = schema
const engine = await createEngine('wasm', { threads: 1 })
const options = { seed: 1, engine }
const began = process.cpuUsage()
const drawn = await sampleSchema(await fitSchema({ tables }, { keys, ...options }), { seed: 1, engine })
const seconds = process.cpuUsage(began).user / 1e6
const sizes = Object.entries(tables).map(([name, { rowCount }]) => `${rowCount} ${name}`)
const ways = {
  'several tables': drawn,
  hierarchical: await hierarchical(schema, options),
  'one by one': await independent(schema, options)
}
const three = (x) => x.toFixed(3)
const rows = relations.map((of) => {
  const found = [halves(tables, of), ...Object.values(ways).map((way) => compared(way, tables, of, tables))]
  const dangling = Object.values(ways).map((way) => joined(way, of).dangling)
  const correlations = of.own.length > 0 ? found.map((one) => three(one.correlations)) : found.map(() => '–')
  return [`${of.child}.${of.key}`, dangling.join(', '), ...found.map(({ counts }) => three(counts)), ...correlations]
})
const title = `${sizes.join(', ')}: fitted and drawn in ${seconds.toFixed(0)} CPU seconds. Keys that dangle of the three ways; then how far numbers of rows are apart (distance of distribution functions) and correlations with the row that is referred to (root of the mean square): two random halves of the data, several tables together, the hierarchical baseline, one by one.`
const head = ['key', 'dangle', 'halves', 'together', 'hierarchical', 'one by one', 'halves', 'together', 'hierarchical', 'one by one']
console.log(title)
for (const row of [head, ...rows]) console.log(row.join(' | '))
if (save) keep('schema', which, { title, head, rows })
await engine.close()
