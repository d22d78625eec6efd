// A population that parts into two branches, of which one multiplies: particles of four days, none followed, and their fates.
// usage: node examples/trajectories-branching/branching.mjs branching.csv [figure.svg]
import { writeFileSync } from 'node:fs'
import { readTable, trajectories } from 'sbridge'
import { keyFromSeed, normals } from 'sbridge/kernels'

const [RATE, STEP, COUNT, DAYS] = [0.6, 0.02, 100, [0, 1, 2, 3]]
let block = 0
let pool = []
const normal = () => {
  if (pool.length === 0) pool = Array.from(normals(keyFromSeed(7), 8192, block++))
  return pool.pop()
}

/** A particle after some days, and how many it has become: where its lineage is above 0.3, 0.6 a day. */
function grown(days) {
  let [progress, lineage, log] = [0.1 * normal(), 0.15 * normal(), 0]
  for (let s = Math.round(days / STEP); s > 0; s--) {
    if (lineage > 0.3) log += RATE * STEP
    progress += STEP + 0.1 * Math.sqrt(STEP) * normal()
    lineage += 3 * lineage * (1 - lineage * lineage) * STEP + 0.2 * Math.sqrt(STEP) * normal()
  }
  return { progress, lineage, mass: Math.exp(log) }
}

/** Some of many, in proportion to what they have become. */
function seen(days) {
  const all = Array.from({ length: 8 * COUNT }, () => grown(days))
  const total = all.reduce((sum, { mass }) => sum + mass, 0)
  const out = []
  let cumulated = 0
  for (const one of all) {
    cumulated += one.mass / total
    while (out.length < COUNT && (out.length + 0.5) / COUNT < cumulated) out.push(one)
  }
  return out
}

const file = process.argv[2] ?? 'branching.csv'
const rows = DAYS.flatMap((day) =>
  seen(day).map(({ progress, lineage }) =>
    [day, progress.toFixed(3), lineage.toFixed(3), day < DAYS.at(-1) ? '' : lineage > 0 ? 'upper' : 'lower'].join()
  )
)
writeFileSync(file, `${['day,progress,lineage,fate', ...rows].join('\n')}\n`)

if (process.argv[3]) {
  const drawn = await trajectories(await readTable(file), {
    ...{ time: 'day', reference: 'brownian', growth: 'estimate', fates: 'fate', rows: 60, between: 6, seed: 1 }
  })
  writeFileSync(process.argv[3], figure(drawn.rows))
}

/** Paths coloured by the share of their descendants that end above, as wide as their weight. */
function figure({ columns, rowCount }) {
  const [of, [width, height]] = [Object.fromEntries(columns.map(({ name, values }) => [name, Array.from(values, Number)])), [640, 380]]
  const x = (v) => (50 + ((v + 0.4) / 4) * (width - 70)).toFixed(1)
  const y = (v) => (height - 40 - ((v + 1.6) / 3.2) * (height - 60)).toFixed(1)
  const mix = (share) =>
    [
      [70, 150],
      [60, 90],
      [160, 40]
    ].map(([low, high]) => Math.round(low + share * (high - low)))
  const parts = []
  for (let row = 0; row + 1 < rowCount; row++) {
    if (of.particle[row] !== of.particle[row + 1]) continue
    const [from, to] = [row, row + 1].map((r) => `${x(of.progress[r])},${y(of.lineage[r])}`)
    const thick = (1.3 * Math.sqrt(of.weight[row])).toFixed(2)
    parts.push(
      `<path d="M${from}L${to}" stroke="rgb(${mix(of.fate_upper[row]).join()})" stroke-width="${thick}" stroke-linecap="round" opacity="0.6"/>`
    )
  }
  const label = (text, at, more = '') => `<text ${at} ${more}>${text}</text>`
  const words = [
    label('progress', `x="${width / 2}" y="${height - 8}"`, 'text-anchor="middle"'),
    label('lineage', `x="16" y="${height / 2}"`, `text-anchor="middle" transform="rotate(-90 16 ${height / 2})"`),
    ...[0, 1, 2, 3].map((t) => label(t, `x="${x(t)}" y="${height - 24}"`, 'text-anchor="middle"')),
    ...[-1, 0, 1].map((t) => label(t, `x="44" y="${y(t)}"`, 'text-anchor="end" dominant-baseline="middle"'))
  ]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12"><rect width="${width}" height="${height}" fill="white"/><g fill="none">${parts.join('')}</g>${words.join('')}</svg>\n`
}
