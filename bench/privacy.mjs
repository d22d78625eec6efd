// Attacks on drawn rows: who was in the table, and what of single rows comes out. A plain draw, `--privacy`, and rows of the table drawn
// again with a little noise as what the attacks must win on. Three tables are made up, with names, places, rare diagnoses and outliers.
// node bench/privacy.mjs [TABLE …] [--privacy 0.56] [--models N] [--columns] [--save]: models of random halves, each attacked by its own half and the other one.
//
// distance: area of “nearer to a drawn row”. Shadow: of every row the models with it and those without say how near drawn rows come, and of
// one more model which of both it is like (Carlini and others 2022, without a gradient); area, hits where one in a hundred is accused wrongly, and the area of the
// twentieth of the rows that lies farthest from others. Singling out and inference as Giomi and others (2023) define them: conditions that drawn rows meet, which
// one row of the table alone meets, and a secret read off the nearest drawn row, beside the same with held-out rows: (hits − theirs) ÷ (1 − theirs).
// By all: a drawn row as it is, of as many of its columns as it takes that no other drawn row is like it, numbers to a twentieth of their
// deviation. Values of few: of all columns, names too, how often a value that fewer than five rows have comes out, beside one that only held-out rows have.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { keyFor, normals, permutation, uniforms } from '../packages/core/dist/num/random.js'
import { draw, fit as fitted, keyFromSeed, SbridgeError } from '../packages/sbridge/dist/index.js'
import { keep } from './kept.mjs'

const { values: asked, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    privacy: { type: 'string', default: '0.56' },
    models: { type: 'string', default: '8' },
    columns: { type: 'boolean', default: false },
    save: { type: 'boolean', default: false }
  }
})
const models = Number(asked.models)
const file = (name) => fileURLToPath(new URL(`data/${name}`, import.meta.url))

/** Chances and normal numbers for each row. */
function chances(n, seed) {
  const u = uniforms(keyFromSeed(seed), 8 * n)
  const z = normals(keyFromSeed(seed + 1), 8 * n)
  return Array.from({ length: n }, (_, i) => ({ u: (k) => u[8 * i + k], z: (k) => z[8 * i + k] }))
}

const cumulative = (share, ...shares) => shares.findIndex((_, k) => share < shares.slice(0, k + 1).reduce((a, b) => a + b, 0))
const FIRST = [
  'Ana',
  'Ben',
  'Carla',
  'David',
  'Emma',
  'Femi',
  'Gina',
  'Hugo',
  'Ines',
  'Jan',
  'Kemal',
  'Lena',
  'Mila',
  'Noor',
  'Olga',
  'Pavel'
]
const LAST = [
  'Abt',
  'Baker',
  'Costa',
  'Dahl',
  'Eder',
  'Fischer',
  'Gross',
  'Haas',
  'Ito',
  'Jung',
  'Khan',
  'Lind',
  'Moser',
  'Novak',
  'Ortiz',
  'Park'
]
const nameOf = ({ u }) => `${FIRST[Math.floor(16 * u(6))]} ${LAST[Math.floor(16 * u(7))]}`

/** Age and postcode point to people, of the diagnoses four are rare, and costs have a long tail. */
function patients(n) {
  const NAMES = ['hypertension', 'diabetes', 'asthma', 'fracture', 'migraine', 'sepsis', 'Marfan', 'Gaucher', 'Fabry', 'Wilson']
  return chances(n, 1).map((row) => {
    const age = Math.max(1, Math.min(101, Math.round(55 + 18 * row.z(0))))
    const kind = cumulative(row.u(0), age > 60 ? 0.45 : 0.2, 0.25, age > 60 ? 0.05 : 0.3, 0.1, 0.07, 0.06, 0.003, 0.003, 0.003, 1)
    const stay = Math.max(1, Math.round(3 * Math.exp(0.6 * row.z(1)) + (kind >= 5 ? 6 : 0)))
    return {
      name: nameOf(row),
      postcode: String(10115 + 3 * Math.floor(40 * row.u(1) ** 2)),
      sex: row.u(2) < 0.5 ? 'f' : 'm',
      age,
      diagnosis: NAMES[kind],
      stay,
      cost: Number((430 * stay * Math.exp(0.4 * row.z(2))).toFixed(2)),
      pressure: Math.round(115 + 0.35 * age + (kind === 0 ? 18 : 0) + 10 * row.z(3))
    }
  })
}

/** Few have the highest titles, and of these the salaries are far from all others. */
function employees(n) {
  const TITLES = ['assistant', 'clerk', 'engineer', 'manager', 'director', 'chief']
  return chances(n, 11).map((row) => {
    const rank = cumulative(row.u(0), 0.25, 0.3, 0.3, 0.12, 0.025, 1)
    const years = Math.max(0, Math.round(2 * rank + 6 * Math.abs(row.z(0))))
    return {
      email: `${nameOf(row).toLowerCase().replace(' ', '.')}${Math.floor(90 * row.u(5)) + 10}@example.com`,
      department: ['sales', 'research', 'works', 'office', 'law'][cumulative(row.u(1), 0.3, 0.25, 0.25, 0.18, 1)],
      title: TITLES[rank],
      years,
      age: Math.min(67, Math.round(23 + years + 7 * Math.abs(row.z(1)))),
      salary: Math.round((24000 * 1.45 ** rank * (rank === 5 ? 3 : 1) * Math.exp(0.012 * years + 0.12 * row.z(2))) / 10) * 10,
      rating: Math.max(1, Math.min(5, Math.round(3.2 + 0.3 * rank + row.z(3))))
    }
  })
}

/** Many small customers, a few large ones, and cities of which some have one. */
function customers(n) {
  return chances(n, 21).map((row) => {
    const size = Math.exp(1.1 * row.z(0))
    const orders = Math.max(1, Math.round(4 * size))
    return {
      customer: nameOf(row),
      city: `Town ${Math.floor(60 * row.u(0) ** 3)}`,
      segment: size > 4 ? 'key' : size > 1 ? 'regular' : 'small',
      since: 2024 - Math.floor(14 * row.u(1) ** 1.5),
      orders,
      returns: Math.round(orders * 0.1 * row.u(2)),
      spend: Number((orders * 38 * Math.exp(0.35 * row.z(1))).toFixed(2)),
      discount: [0, 5, 10, 15][size > 4 ? 3 : Math.floor(3 * row.u(3))]
    }
  })
}

function fromFile(name, n) {
  const [head, ...lines] = readFileSync(file(name), 'utf8').trim().split('\n')
  const names = head.split(',')
  const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, c) => [names[c], cell === '' ? null : Number(cell)])))
  return [...permutation(keyFromSeed(5), rows.length).subarray(0, n)].map((i) => rows[i])
}

/** `names`: text that nobody models, and which says nothing of how near a row is. */
const TABLES = {
  patients: { rows: () => patients(600), names: ['name'], secret: 'diagnosis' },
  employees: { rows: () => employees(600), names: ['email'], secret: 'salary' },
  customers: { rows: () => customers(600), names: ['customer'], secret: 'spend' },
  'survey-politics': { rows: () => fromFile('survey-politics.csv', 800), names: [], secret: 'vote' },
  'diabetes-target': { rows: () => fromFile('diabetes-target.csv', 442), names: [], secret: 'target' }
}

/** How often each value stands. */
function timesOf(values) {
  const times = new Map()
  for (const value of values) times.set(value, (times.get(value) ?? 0) + 1)
  return times
}

const sum = (values) => values.reduce((total, x) => total + x, 0)
const mean = (values) => values.reduce((sum, x) => sum + x, 0) / Math.max(1, values.length)

/** Columns of a table, and how far two rows are apart: standard deviations of numbers, 1 for each category that differs. */
function placesOf(rows, { names }) {
  const columns = Object.keys(rows[0]).filter((name) => !names.includes(name))
  const scales = columns.map((name) => {
    const values = rows.map((row) => row[name]).filter((value) => typeof value === 'number')
    if (values.length < rows.length / 2) return 0
    const centre = mean(values)
    return Math.sqrt(mean(values.map((x) => (x - centre) ** 2))) || 1
  })
  const between = (a, b, without) => {
    let sum = 0
    for (const [c, name] of columns.entries()) {
      if (name === without) continue
      const [x, y] = [a[name], b[name]]
      sum += scales[c] > 0 && typeof x === 'number' && typeof y === 'number' ? ((x - y) / scales[c]) ** 2 : x === y ? 0 : 1
    }
    return sum
  }
  const nearest = (row, others, without) => {
    let [best, at] = [Number.POSITIVE_INFINITY, 0]
    for (const [i, other] of others.entries()) {
      const distance = between(row, other, without)
      if (distance < best) [best, at] = [distance, i]
    }
    return { distance: Math.sqrt(best), at }
  }
  const scaleOf = (name) => scales[columns.indexOf(name)]
  return { columns, numeric: columns.filter((_, c) => scales[c] > 0), scaleOf, between, nearest }
}

/** Area, and hits among `ins` where one in a hundred of `outs` is higher. */
function areaOf(ins, outs) {
  const ascending = outs.toSorted((a, b) => a - b)
  const below = (x, orEqual) => {
    let [low, high] = [0, ascending.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (ascending[middle] < x || (orEqual && ascending[middle] === x)) low = middle + 1
      else high = middle
    }
    return low
  }
  const limit = ascending[Math.ceil(0.99 * ascending.length) - 1]
  const area = mean(ins.map((x) => (below(x, false) + below(x, true)) / (2 * ascending.length)))
  return { area, hits: mean(ins.map((x) => (x > limit ? 1 : 0))) }
}

/** Which of the models each row was in, told by those that are left: one more or less like the others that have it. */
function shadow(scores, members, rows) {
  const spread = (of) => {
    const residuals = rows.flatMap((i) => {
      const own = scores.flatMap((one, s) => (members[s][i] === of ? [one[i]] : []))
      return own.length < 2 ? [] : own.map((x) => (x - mean(own)) ** 2 * (own.length / (own.length - 1)))
    })
    return mean(residuals) + 1e-9
  }
  const [inside, outside] = [spread(true), spread(false)]
  const found = { ins: [], outs: [] }
  for (const i of rows)
    for (const [s, own] of scores.entries()) {
      const rest = (of) => scores.flatMap((one, t) => (t !== s && members[t][i] === of ? [one[i]] : []))
      const [ins, outs] = [rest(true), rest(false)]
      if (ins.length === 0 || outs.length === 0) continue
      const likely = (x, values, spread) => -((x - mean(values)) ** 2) / (2 * spread) - Math.log(spread) / 2
      found[members[s][i] ? 'ins' : 'outs'].push(likely(own[i], ins, inside) - likely(own[i], outs, outside))
    }
  return areaOf(found.ins, found.outs)
}

/** How near a number must be to that of a drawn row, in standard deviations: noise does not hide it, and chance meets few columns of it. */
const NEAR = 0.05

/** Conditions that drawn rows meet: of one column the ends and what one row has alone, and of as many columns as tell a row from all other drawn ones. */
function conditions(drawn, { columns, numeric, scaleOf }, key, count) {
  const single = columns.flatMap((name) => {
    const values = drawn.map((row) => row[name]).filter((value) => value !== null && value !== undefined)
    const alone = [...timesOf(values)].filter(([, times]) => times === 1).map(([value]) => [{ name, value, is: 'equal' }])
    if (!numeric.includes(name)) return alone
    return [...alone, [{ name, value: Math.min(...values), is: 'most' }], [{ name, value: Math.max(...values), is: 'least' }]]
  })
  const all = Array.from({ length: count }, (_, k) => {
    const own = keyFor(key, `all ${k}`)
    const row = drawn[permutation(own, drawn.length)[0]]
    const condition = []
    let like = drawn
    for (const c of permutation(keyFor(own, 'columns'), columns.length)) {
      if (like.length === 1) break
      const [name, value] = [columns[c], row[columns[c]]]
      const isNumber = numeric.includes(name) && typeof value === 'number'
      const part = isNumber ? { name, value, is: 'near', within: NEAR * scaleOf(name) } : { name, value: value ?? null, is: 'equal' }
      condition.push(part)
      like = like.filter((other) => meets(other, part))
    }
    return condition
  })
  return { single: pick(single, count, key), all }
}

const pick = (values, count, key) => [...permutation(keyFor(key, 'pick'), values.length).subarray(0, count)].map((i) => values[i])

function meets(row, { name, value, is, within }) {
  if (is === 'equal') return (row[name] ?? null) === value
  if (typeof row[name] !== 'number') return false
  if (is === 'near') return Math.abs(row[name] - value) <= within
  return is === 'least' ? row[name] >= value : row[name] <= value
}

/** Conditions that exactly one of the rows meets. */
const singled = (all, rows) => mean(all.map((one) => (rows.filter((row) => one.every((part) => meets(row, part))).length === 1 ? 1 : 0)))

/** How often the nearest drawn row tells the secret: a number within a twentieth. */
function inferred(rows, drawn, { nearest }, secret) {
  return mean(
    rows.map((row) => {
      const guess = drawn[nearest(row, drawn, secret).at][secret]
      const truth = row[secret]
      return guess === truth || (typeof truth === 'number' && Math.abs(guess - truth) <= 0.05 * Math.abs(truth)) ? 1 : 0
    })
  )
}

const beyond = (hits, others) => (others >= 1 ? 0 : (hits - others) / (1 - others))

/** Ends of numbers that fewer than five rows have or lie beyond, and levels that fewer than five have: how many come out. */
function fewOf(rows, { columns, numeric }) {
  const ends = numeric.flatMap((name) => {
    const values = rows.map((row) => row[name]).filter((x) => typeof x === 'number')
    return [Math.min(...values), Math.max(...values)].flatMap((value) =>
      values.filter((x) => x === value).length < 5 ? [{ name, value }] : []
    )
  })
  const levels = columns
    .filter((name) => !numeric.includes(name))
    .flatMap((name) => [...timesOf(rows.map((row) => row[name]))].flatMap(([value, times]) => (times < 5 ? [{ name, value }] : [])))
  return { ends, levels }
}

const shown = (few, drawn) => few.filter(({ name, value }) => drawn.some((row) => row[name] === value)).length

/** Values of any column that fewer than five rows have and none of the others, and how many of them come out. */
function rareOut(rows, others, drawn) {
  const found = { of: 0, out: 0, columns: {} }
  for (const name of Object.keys(rows[0])) {
    const [theirs, made] = [others, drawn].map((side) => new Set(side.map((row) => row[name])))
    const own = [...timesOf(rows.map((row) => row[name]))].filter(([value, times]) => value != null && times < 5 && !theirs.has(value))
    const out = own.filter(([value]) => made.has(value)).length
    found.of += own.length
    found.out += out
    found.columns[name] = [out, own.length]
  }
  return found
}

const WAYS = {
  'plain draw': async (rows, seed) => drawn(rows, seed, {}),
  [`--privacy ${asked.privacy}`]: async (rows, seed) => drawn(rows, seed, { privacy: Number(asked.privacy) }),
  'rows again': async (rows, seed) => {
    const noise = normals(keyFromSeed(seed), rows.length)
    const isWhole = new Map(Object.keys(rows[0]).map((name) => [name, rows.every((row) => Number.isInteger(row[name]))]))
    return [...permutation(keyFromSeed(seed), rows.length)].map((i) =>
      Object.fromEntries(
        Object.entries(rows[i]).map(([name, x]) => [name, typeof x === 'number' && !isWhole.get(name) ? x * (1 + 0.001 * noise[i]) : x])
      )
    )
  }
}

async function drawn(rows, seed, options) {
  const { records } = await draw(await fitted(rows, { seed, ...options }), { seed, rows: rows.length, cells: 'records' })
  return records
}

const three = (x) => (Number.isFinite(x) ? x.toFixed(3) : '–')
const HEAD = [
  'table',
  'rows',
  'distance',
  'shadow',
  'hits at 1 %',
  'far rows',
  'singled out by one',
  'by all',
  'secret',
  'values of few',
  'ends of few',
  'levels of few'
]
const found = []
for (const [name, table] of Object.entries(TABLES)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue
  const rows = table.rows()
  const places = placesOf(rows, table)
  const fifth = rows.map((row) => rows.map((other) => places.between(row, other)).toSorted((a, b) => a - b)[5])
  const far = [...rows.keys()].sort((a, b) => fifth[b] - fifth[a]).slice(0, Math.ceil(rows.length / 20))
  for (const [way, generate] of Object.entries(WAYS)) {
    const [scores, members, ownDistances, singles, wholes, secrets] = [[], [], [], [], [], []]
    const few = { ends: 0, levels: 0, shownEnds: 0, shownLevels: 0 }
    const rare = [[], []]
    let refused = 0
    for (let s = 0; s < models; s++) {
      const order = permutation(keyFromSeed(100 + s), rows.length)
      const half = Math.floor(rows.length / 2)
      const isIn = new Array(rows.length).fill(false)
      for (const i of order.subarray(0, half)) isIn[i] = true
      const own = rows.filter((_, i) => isIn[i])
      const others = rows.filter((_, i) => !isIn[i])
      let made
      try {
        made = await generate(own, s + 1)
      } catch (error) {
        if (!(error instanceof SbridgeError)) throw error
        refused++
        process.stderr.write(`${name}, ${way}: ${error.message}\n`)
        continue
      }
      const score = rows.map((row) => -places.nearest(row, made).distance)
      scores.push(score)
      members.push(isIn)
      ownDistances.push(
        areaOf(
          score.filter((_, i) => isIn[i]),
          score.filter((_, i) => !isIn[i])
        ).area
      )
      const asked = conditions(made, places, keyFromSeed(200 + s), 300)
      singles.push([singled(asked.single, own), singled(asked.single, others)])
      wholes.push([singled(asked.all, own), singled(asked.all, others)])
      secrets.push([inferred(own, made, places, table.secret), inferred(others, made, places, table.secret)])
      rare[0].push(rareOut(own, others, made))
      rare[1].push(rareOut(others, own, made))
      const { ends, levels } = fewOf(own, places)
      few.ends += ends.length
      few.levels += levels.length
      few.shownEnds += shown(ends, made)
      few.shownLevels += shown(levels, made)
    }
    const risk = (pairs) => three(beyond(mean(pairs.map(([hits]) => hits)), mean(pairs.map(([, others]) => others))))
    const all = scores.length > 2 ? shadow(scores, members, [...rows.keys()]) : { area: Number.NaN, hits: Number.NaN }
    const outliers = scores.length > 2 ? shadow(scores, members, far) : { area: Number.NaN }
    const cells = [
      three(scores.length > 0 ? mean(ownDistances) : Number.NaN),
      three(all.area),
      three(all.hits),
      three(outliers.area),
      risk(singles),
      risk(wholes),
      risk(secrets),
      rare.map((one) => three(sum(one.map(({ out }) => out)) / sum(one.map(({ of }) => of)))).join(', theirs '),
      `${few.shownEnds} of ${few.ends}`,
      few.levels === 0 ? '–' : `${few.shownLevels} of ${few.levels}`
    ]
    if (asked.columns)
      for (const column of Object.keys(rows[0])) {
        const told = rare.map((one) => [0, 1].map((k) => sum(one.map(({ columns }) => columns[column][k]))).join(' of '))
        console.log(`  ${way}, ${column}: ${told[0]}, theirs ${told[1]}`)
      }
    found.push([name, refused > 0 ? `${way} (${refused} of ${models} refused)` : way, ...cells])
    console.log(found.at(-1).join(' | '))
    if (asked.save)
      keep(
        'privacy',
        'attacks',
        {
          title: `attacks on drawn rows, ${models} models of halves each`,
          head: ['table and rows', ...HEAD.slice(2)],
          rows: [[`${name}, ${found.at(-1)[1]}`, ...cells]]
        },
        { merge: true }
      )
  }
}
