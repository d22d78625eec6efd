import { shop, bank } from '/tmp/wt/schema/bench/tables/schemas.mjs'
import { fitSchema } from '/tmp/wt/schema/packages/core/dist/systems/schema/fit.js'
import { drawSchema, presentDrawn } from '/tmp/wt/schema/packages/core/dist/systems/schema/draw.js'
import { createEngine } from '/tmp/wt/schema/packages/sbridge/dist/index.js'
const engine = await createEngine('wasm', { threads: 1 })
const real = process.argv[2] === 'bank' ? bank({ accounts: 100 }) : shop({ customers: 80, products: 24 })
let t = process.cpuUsage()
const model = await fitSchema({ tables: real.tables }, { keys: real.keys, seed: 1, bandwidth: 0.5, scaling: 'standard' }, { engine })
console.log('fit', process.cpuUsage(t).user / 1e6)
t = process.cpuUsage()
const drawn = await drawSchema(model, { seed: 1 }, { engine })
console.log('draw', process.cpuUsage(t).user / 1e6)
const out = {}
for (const [name, one] of drawn) {
  const raw = out[name] = presentDrawn(model.tables[name], one, 'text')
  console.log(name, raw.rowCount, real.tables[name].rowCount, model.tables[name].child?.time?.start, model.tables[name].child?.picks.map(p=>({apart:p.apart,same:p.same,empty:p.empty})))
  console.log(raw.columns.map((c) => c.name).join(','))
  for (let i = 0; i < 5; i++) console.log(raw.columns.map((c) => c.values[i]).join(','))
}
const stat = (tables) => {
  if (!tables.order_lines) return
  const of = (t, c) => tables[t].columns.find((x) => x.name === c).values
  const indeg = new Map(of('products', 'sku').map((s) => [s, 0])); for (const s of of('order_lines', 'sku')) indeg.set(s, indeg.get(s) + 1)
  const price = new Map(of('products', 'sku').map((s, i) => [s, Number(of('products', 'price')[i])]))
  const cat = new Map(of('products', 'sku').map((s, i) => [s, of('products', 'category')[i]]))
  const cust = new Map(of('orders', 'order_id').map((s, i) => [s, of('orders', 'customer_id')[i]]))
  const seg = new Map(of('customers', 'customer_id').map((s, i) => [s, of('customers', 'segment')[i]]))
  const lines = of('order_lines', 'sku').map((s, i) => ({ lp: Math.log(price.get(s)), cat: cat.get(s), q: Number(of('order_lines', 'quantity')[i]), seg: seg.get(cust.get(of('order_lines', 'order_id')[i])), pair: of('order_lines', 'order_id')[i] + s }))
  const mean = (v) => v.reduce((a, b) => a + b, 0) / v.length
  const corr = (x, y) => { const [a, b] = [mean(x), mean(y)]; return mean(x.map((v, i) => (v - a) * (y[i] - b))) / Math.sqrt(mean(x.map((v) => (v - a) ** 2)) * mean(y.map((v) => (v - b) ** 2))) }
  console.log('indeg', [...indeg.values()].sort((a, b) => a - b).join(' '))
  console.log('corr log price–quantity', corr(lines.map((l) => l.lp), lines.map((l) => l.q)))
  for (const s of ['business', 'private']) { const own = lines.filter((l) => l.seg === s); console.log(s, own.length, 'q', mean(own.map((l) => l.q)), Object.fromEntries(['books', 'garden', 'kitchen', 'office'].map((c) => [c, (own.filter((l) => l.cat === c).length / own.length).toFixed(3)]))) }
  console.log('pairs twice', lines.length - new Set(lines.map((l) => l.pair)).size)
}
stat(real.tables); stat(out)
await engine.close()
