// Tables whose rows belong to groups, made up by laws that are written down here: for tests and for bench/panels.mjs.

/** Independent numbers by a seed (mulberry32). */
function random(seed) {
  let state = seed >>> 0
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  return { uniform, normal }
}

const text = (name, rows) => ({ name, source: 'text', values: rows.map((row) => row[name]) })
const table = (rows) => ({ rowCount: rows.length, columns: Object.keys(rows[0]).map((name) => text(name, rows)) })

/**
 * Customers by month: a region and an age that stay; a balance = √0.9 · (the customer's own level) + √0.1 · e, where e is AR(1)
 * with 0.6; a spend that follows the balance and the plan; a plan that changes in 6 % of months; spend is missing in 4 %.
 */
export function customers({ seed, groups = 120, months = 12 }) {
  const { uniform, normal } = random(seed)
  const rows = []
  for (let g = 0; g < groups; g++) {
    const region = ['north', 'south', 'west'][Math.floor(3 * uniform())]
    const age = Math.round(42 + 11 * normal())
    const level = (region === 'north' ? 0.6 : -0.3) + (0.3 * (age - 42)) / 11 + 0.9 * normal()
    let plan = uniform() < 0.4 ? 'plus' : 'basic'
    let e = normal()
    for (let t = 0; t < months; t++) {
      if (t > 0) e = 0.6 * e + 0.8 * normal()
      if (t > 0 && uniform() < 0.06) plan = plan === 'plus' ? 'basic' : 'plus'
      const balance = 100 + 20 * (Math.sqrt(0.9) * level + Math.sqrt(0.1) * e + 0.02 * t)
      const spend = 30 + 0.5 * (balance - 100) + (plan === 'plus' ? 12 : 0) + 6 * normal()
      rows.push({
        customer_id: `C-${String(g + 1).padStart(4, '0')}`,
        month: new Date(Date.UTC(2023, t)).toISOString().slice(0, 10),
        region,
        age: String(age),
        balance: balance.toFixed(2),
        plan,
        spend: uniform() < 0.04 ? '' : spend.toFixed(1)
      })
    }
  }
  return table(rows)
}

/**
 * Chicks on three diets, weighed on days 0, 2, …, 20 and 21 as R's ChickWeight is: growth = the chick's own rate, times an
 * AR(1) in its logarithm; one chick in eight drops out early.
 */
export function chicks({ seed, groups = 60 }) {
  const { uniform, normal } = random(seed)
  const rows = []
  for (let g = 0; g < groups; g++) {
    const diet = 'abc'[Math.floor(3 * uniform())]
    const rate = 0.075 + { a: -0.012, b: 0, c: 0.012 }[diet] + 0.013 * normal()
    const days = [...Array.from({ length: 11 }, (_, k) => 2 * k), 21]
    const last = uniform() < 0.125 ? 2 + Math.floor(8 * uniform()) : days.length
    let e = 0
    for (const day of days.slice(0, last)) {
      e = 0.8 * e + 0.03 * normal()
      rows.push({ chick: `${g + 1}`, day: `${day}`, diet, weight: String(Math.round(41 * Math.exp(rate * day + e))) })
    }
  }
  return table(rows)
}

/**
 * Answers of people to several questions, in no order: a score that is the person's own half of its variance, and a mood that
 * people have in different shares; 3 to 12 answers a person.
 */
export function answers({ seed, groups = 100 }) {
  const { uniform, normal } = random(seed)
  const rows = []
  for (let g = 0; g < groups; g++) {
    const sex = uniform() < 0.5 ? 'f' : 'm'
    const level = (sex === 'f' ? 0.3 : -0.3) + 0.6 * normal()
    const cheerful = 1 / (1 + Math.exp(-1.2 * normal()))
    const count = 3 + Math.floor(10 * uniform())
    for (let k = 0; k < count; k++) {
      const mood = uniform() < cheerful ? 'good' : 'bad'
      const score = 5 + level + 0.7 * normal()
      rows.push({ person: `${1000 + 7 * g}`, sex, score: score.toFixed(2), mood, effort: (2 + 0.4 * score + 0.5 * normal()).toFixed(2) })
    }
  }
  return table(rows)
}
