import { keyFor, keyFromSeed, normals, uniforms } from '../packages/core/src/num/random.js'
import type { RawTable } from '../packages/core/src/table/raw.js'

/** A made-up table of text cells, and the rules that were put into it. */
export interface PlantedTable {
  readonly name: string
  readonly raw: RawTable
  readonly rules: readonly string[]
}

export type Cell = string | number | null
type Row = Readonly<Record<string, Cell>>

/** A table of text from the cells of its columns, which are as many in each. */
export function textTable(columns: Readonly<Record<string, readonly Cell[]>>): RawTable {
  return {
    rowCount: Object.values(columns)[0]!.length,
    columns: Object.entries(columns).map(([name, cells]) => ({ name, source: 'text', values: cells.map((cell) => String(cell ?? '')) }))
  }
}

/** Random numbers of a table, each asked for by name. */
class Dice {
  private readonly root
  constructor(
    seed: number,
    readonly rows: number
  ) {
    this.root = keyFromSeed(seed)
  }
  u = (label: string): Float64Array => uniforms(keyFor(this.root, label), this.rows)
  z = (label: string): Float64Array => normals(keyFor(this.root, label), this.rows)
  whole = (label: string, low: number, high: number): number[] => Array.from(this.u(label), (x) => low + Math.floor(x * (high - low + 1)))
  some = (label: string, list: readonly string[]): string[] => this.whole(label, 0, list.length - 1).map((k) => list[k]!)
  amount = (label: string, scale: number, decimals: number): number[] =>
    Array.from(this.z(label), (x) => Number((scale * Math.exp(0.6 * x)).toFixed(decimals)))
}

function tableOf(rows: number, row: (i: number) => Row): RawTable {
  const all = Array.from({ length: rows }, (_, i) => row(i))
  const names = Object.keys(all[0]!)
  return {
    rowCount: rows,
    columns: names.map((name) => ({ name, source: 'text', values: all.map((one) => (one[name] === null ? '' : String(one[name]))) }))
  }
}

const day = (days: number): string => new Date(Date.UTC(2023, 0, 1) + days * 864e5).toISOString().slice(0, 10)
const stamp = (minutes: number): string => new Date(Date.UTC(2024, 0, 1) + minutes * 60_000).toISOString().slice(0, 19).replace('T', ' ')
const fixed = (x: number, decimals: number): string => (x + 1e-9).toFixed(decimals)

/** Twenty-five tables with rules of every kind among columns that have none. */
export function plantedTables(seed: number): PlantedTable[] {
  return [
    orders,
    hospital,
    patients,
    loans,
    weather,
    payroll,
    invoices,
    shop,
    school,
    trips,
    cities,
    plants,
    soils,
    budgets,
    people,
    survey,
    tariffs,
    grades,
    receipts,
    staff,
    claims,
    parcels,
    quotas,
    bookings,
    wages
  ].map((make, k) => make(new Dice(seed * 100 + k, 500 + 40 * k)))
}

function orders(dice: Dice): PlantedTable {
  const [qty, price, country] = [dice.whole('qty', 1, 9), dice.amount('price', 20, 2), dice.some('country', ['fr', 'de', 'it'])]
  return {
    name: 'orders',
    rules: ['total = qty * unit_price'],
    raw: tableOf(dice.rows, (i) => ({
      qty: qty[i]!,
      unit_price: fixed(price[i]!, 2),
      country: country[i]!,
      total: fixed(qty[i]! * price[i]!, 2)
    }))
  }
}

function hospital(dice: Dice): PlantedTable {
  const [start, stay, age] = [dice.whole('start', 0, 700), dice.amount('stay', 3, 0), dice.whole('age', 1, 99)]
  return {
    name: 'hospital',
    rules: ['stay = discharge - admission', 'discharge >= admission'],
    raw: tableOf(dice.rows, (i) => ({ age: age[i]!, admission: day(start[i]!), discharge: day(start[i]! + stay[i]!), stay: stay[i]! }))
  }
}

function patients(dice: Dice): PlantedTable {
  const height = Array.from(dice.z('height'), (z) => Number((1.7 + 0.1 * z).toFixed(2)))
  const spread = dice.z('weight')
  const weight = height.map((h, i) => Number((22 * h * h + 10 * spread[i]!).toFixed(1)))
  const sex = dice.some('sex', ['f', 'm'])
  return {
    name: 'patients',
    rules: ['bmi = weight / height ^ 2'],
    raw: tableOf(dice.rows, (i) => ({
      sex: sex[i]!,
      height: height[i]!.toFixed(2),
      weight: weight[i]!.toFixed(1),
      bmi: fixed(weight[i]! / height[i]! ** 2, 1)
    }))
  }
}

function loans(dice: Dice): PlantedTable {
  const [income, debt, purpose] = [
    dice.amount('income', 3000, 0),
    dice.amount('debt', 900, 0),
    dice.some('purpose', ['car', 'home', 'other'])
  ]
  return {
    name: 'loans',
    rules: ['limit = 3 * income'],
    raw: tableOf(dice.rows, (i) => ({ income: income[i]!, debt: debt[i]!, purpose: purpose[i]!, limit: 3 * income[i]! }))
  }
}

function weather(dice: Dice): PlantedTable {
  const low = Array.from(dice.z('low'), (z) => Number((8 + 6 * z).toFixed(1)))
  const rise = Array.from(dice.u('rise'), (u) => Number((-6 * Math.log(u)).toFixed(1)))
  const wind = dice.amount('wind', 4, 1)
  return {
    name: 'weather',
    rules: ['high >= low', 'fahrenheit = 1.8 * low + 32'],
    raw: tableOf(dice.rows, (i) => ({
      low: low[i]!.toFixed(1),
      high: (low[i]! + rise[i]!).toFixed(1),
      wind: wind[i]!,
      fahrenheit: fixed(1.8 * low[i]! + 32, 2)
    }))
  }
}

function payroll(dice: Dice): PlantedTable {
  const [base, bonus, tax] = [dice.amount('base', 2500, 2), dice.amount('bonus', 300, 2), dice.amount('tax', 500, 2)]
  return {
    name: 'payroll',
    rules: ['net = base + bonus - tax'],
    raw: tableOf(dice.rows, (i) => ({
      base: base[i]!.toFixed(2),
      bonus: bonus[i]!.toFixed(2),
      tax: tax[i]!.toFixed(2),
      net: (base[i]! + bonus[i]! - tax[i]!).toFixed(2)
    }))
  }
}

function invoices(dice: Dice): PlantedTable {
  const [net, qty, discount] = [dice.amount('net', 80, 2), dice.whole('qty', 1, 20), dice.whole('discount', 0, 6)]
  return {
    name: 'invoices',
    rules: ['gross = net * qty * (1 - discount / 100)', 'vat = 0.2 * gross'],
    raw: tableOf(dice.rows, (i) => {
      const gross = fixed(net[i]! * qty[i]! * (1 - (5 * discount[i]!) / 100), 2)
      return { net: net[i]!.toFixed(2), qty: qty[i]!, discount: 5 * discount[i]!, gross, vat: fixed(0.2 * Number(gross), 3) }
    })
  }
}

const SKUS = ['A1', 'B2', 'C3', 'D4', 'E5', 'F6', 'G7', 'H8']
function shop(dice: Dice): PlantedTable {
  const [sku, qty, when] = [dice.some('sku', SKUS), dice.whole('qty', 1, 5), dice.whole('when', 0, 300)]
  const delay = dice.amount('delay', 2, 0)
  return {
    name: 'shop',
    rules: ['sku -> unit_price', 'sku -> brand', 'amount = unit_price * qty', 'shipped >= ordered'],
    raw: tableOf(dice.rows, (i) => {
      const k = SKUS.indexOf(sku[i]!)
      const price = 3 + 4.25 * ((k * 5) % 8)
      return {
        sku: sku[i]!,
        brand: ['x', 'y', 'z'][k % 3]!,
        unit_price: price.toFixed(2),
        qty: qty[i]!,
        amount: (price * qty[i]!).toFixed(2),
        ordered: day(when[i]!),
        shipped: day(when[i]! + delay[i]!)
      }
    })
  }
}

function school(dice: Dice): PlantedTable {
  const marks = ['maths', 'physics', 'latin', 'sport'].map((name) => dice.whole(name, 0, 15))
  return {
    name: 'school',
    rules: ['sum = maths + physics + latin + sport'],
    raw: tableOf(dice.rows, (i) => ({
      maths: marks[0]![i]!,
      physics: marks[1]![i]!,
      latin: marks[2]![i]!,
      sport: marks[3]![i]!,
      sum: marks.reduce((sum, one) => sum + one[i]!, 0)
    }))
  }
}

function trips(dice: Dice): PlantedTable {
  const [start, minutes, metres] = [dice.whole('start', 0, 400_000), dice.amount('minutes', 18, 0), dice.amount('metres', 4000, 0)]
  return {
    name: 'trips',
    rules: ['minutes = 1440 * (dropoff - pickup)', 'dropoff >= pickup', 'km = 0.001 * metres'],
    raw: tableOf(dice.rows, (i) => ({
      pickup: stamp(start[i]!),
      dropoff: stamp(start[i]! + minutes[i]!),
      minutes: minutes[i]!,
      metres: metres[i]!,
      km: (metres[i]! / 1000).toFixed(3)
    }))
  }
}

const CITIES = [['Lyon', 'fr'], ['Paris', 'fr'], ['Nice', 'fr'], ['Bonn', 'de'], ['Ulm', 'de'], ['Rome', 'it']] // biome-ignore format: a list
function cities(dice: Dice): PlantedTable {
  const [place, year, sales] = [dice.whole('place', 0, 5), dice.whole('year', 2015, 2022), dice.amount('sales', 50, 1)]
  return {
    name: 'cities',
    rules: ['city -> country', 'country, year -> rate'],
    raw: tableOf(dice.rows, (i) => {
      const [city, country] = CITIES[place[i]!]!
      const rate = 10 + ((country!.charCodeAt(0) * 7 + year[i]! * 13) % 17)
      return { city: city!, country: country!, year: year[i]!, rate: rate / 2, sales: sales[i]! }
    })
  }
}

function plants(dice: Dice): PlantedTable {
  const [a, b, kind] = [dice.amount('leaf', 3, 2), dice.amount('stem', 5, 2), dice.some('kind', ['moss', 'fern'])]
  const gone = dice.u('gone')
  return {
    name: 'plants',
    rules: ['mass = leaf + stem', 'leaf_share = leaf / mass'],
    raw: tableOf(dice.rows, (i) => {
      const lacks = gone[i]! < 0.15
      const mass = Number((a[i]! + b[i]!).toFixed(2))
      return {
        kind: kind[i]!,
        leaf: lacks ? null : a[i]!.toFixed(2),
        stem: b[i]!.toFixed(2),
        mass: lacks ? null : mass.toFixed(2),
        leaf_share: lacks ? null : fixed(a[i]! / mass, 4)
      }
    })
  }
}

/** Percentages that were rounded one by one. */
function soils(dice: Dice): PlantedTable {
  const parts = [3, 2, 1].map((weight, k) => Array.from(dice.u(`part ${k}`), (u) => -weight * Math.log(u)))
  const depth = dice.whole('depth', 5, 90)
  return {
    name: 'soils',
    rules: ['sand = 100 - silt - clay'],
    raw: tableOf(dice.rows, (i) => {
      const sum = parts.reduce((all, part) => all + part[i]!, 0)
      const [sand, silt, clay] = parts.map((part) => fixed((100 * part[i]!) / sum, 1))
      return { depth: depth[i]!, sand: sand!, silt: silt!, clay: clay! }
    })
  }
}

/** A shop's orders in which a few rows were mistyped: five totals, one of them empty, three dates, and the price of two. */
export function mistyped(seed: number): PlantedTable {
  const { raw } = shop(new Dice(seed, 1200))
  const cells = new Map(raw.columns.map(({ name, values }) => [name, [...(values as ArrayLike<string> & Iterable<string>)]]))
  const change = (name: string, rows: readonly number[], to: (text: string, row: number) => string) => {
    for (const row of rows) cells.get(name)![row] = to(cells.get(name)![row]!, row)
  }
  change('amount', [101, 333, 602, 907], (text) => (Number(text) + 10).toFixed(2))
  change('amount', [1000], () => '')
  change('shipped', [77, 518, 860], (_, row) => day((Date.parse(cells.get('ordered')![row]!) - Date.UTC(2023, 0, 1)) / 864e5 - 3))
  change('brand', [240, 999], (text) => (text === 'x' ? 'y' : 'x'))
  return {
    name: 'mistyped',
    rules: [
      'sku -> unit_price',
      'amount = unit_price * qty but for 5 rows',
      'sku -> brand but for 2 rows',
      'shipped >= ordered but for 3 rows'
    ],
    raw: {
      ...raw,
      columns: raw.columns.map((column) => ({ ...column, source: 'text', values: cells.get(column.name)! })) as RawTable['columns']
    }
  }
}

/** Shares that add up to 1, some of them 0, and what is left of an amount. */
function grades(dice: Dice): PlantedTable {
  const [skill, papers] = [dice.z('skill'), ['essay', 'oral', 'test', 'home'].map((name) => dice.z(name))]
  const mark = (i: number, k: number) => Math.max(0, Math.min(100, Math.round(65 + 9 * skill[i]! + 9 * papers[k]![i]!)))
  return {
    name: 'grades',
    rules: ['final = 0.3 * essay + 0.5 * test + 0.2 * oral', 'mean = (essay + home + oral) / 3'],
    raw: tableOf(dice.rows, (i) => {
      const [essay, oral, test, home] = [0, 1, 2, 3].map((k) => mark(i, k)) as [number, number, number, number]
      return {
        essay,
        home,
        test,
        oral,
        final: fixed(0.3 * essay + 0.2 * oral + 0.5 * test, 1),
        mean: fixed((essay + oral + home) / 3, 1)
      }
    })
  }
}

function receipts(dice: Dice): PlantedTable {
  const [net, tip, fee] = [dice.amount('net', 20, 2), dice.whole('tip', 0, 4), dice.some('fee', ['0.50', '1.50', '2.50'])]
  const [off, guests] = [dice.whole('off', -3, 6), dice.whole('guests', 1, 6)]
  return {
    name: 'receipts',
    rules: ['paid = net + tax + tip + fee - voucher', 'tax = 0.19 * net'],
    raw: tableOf(dice.rows, (i) => {
      // A second rule, so that what is paid has several readings.
      const tax = Number(fixed(0.19 * net[i]!, 2))
      const voucher = Math.max(0, off[i]!)
      return {
        net: fixed(net[i]!, 2),
        guests: guests[i]!,
        tax: fixed(tax, 2),
        tip: tip[i]!,
        fee: fee[i]!,
        voucher: fixed(voucher, 2),
        paid: fixed(net[i]! + tax + tip[i]! + Number(fee[i]!) - voucher, 2)
      }
    })
  }
}

function budgets(dice: Dice): PlantedTable {
  const none = dice.u('none')
  const drawn = ['food', 'rent', 'travel', 'other'].map((name, k) =>
    Array.from(dice.u(name), (u, i) => (k === 2 && none[i]! < 0.2 ? 0 : -(k === 1 ? 3 : 1) * Math.log(u)))
  )
  const [gross, part] = [dice.amount('gross', 3000, 2), dice.u('part')]
  return {
    name: 'budgets',
    rules: ['rent = 1 - food - travel - other', 'gross = tax + net'],
    raw: tableOf(dice.rows, (i) => {
      const sum = drawn.reduce((all, one) => all + one[i]!, 0)
      const [food, , travel, other] = drawn.map((one) => Math.round((1000 * one[i]!) / sum))
      const tax = Number((gross[i]! * part[i]! ** 2).toFixed(2))
      return {
        gross: gross[i]!.toFixed(2),
        tax: tax.toFixed(2),
        net: (gross[i]! - tax).toFixed(2),
        food: (food! / 1000).toFixed(3),
        rent: ((1000 - food! - travel! - other!) / 1000).toFixed(3),
        travel: (travel! / 1000).toFixed(3),
        other: (other! / 1000).toFixed(3)
      }
    })
  }
}

/** Thresholds of whole numbers and of numbers with decimals. */
function people(dice: Dice): PlantedTable {
  const [age, town] = [dice.whole('age', 1, 95), dice.some('town', ['Ulm', 'Bonn'])]
  const income = dice.amount('income', 2000, 2)
  const pressure = Array.from(dice.z('pressure'), (z) => Math.round(128 + 16 * z))
  return {
    name: 'people',
    rules: ['group = bins(age, 18, 40, 65)', 'band = bins(income, 1000, 2500)', 'high = pressure >= 140'],
    raw: tableOf(dice.rows, (i) => ({
      age: age[i]!,
      group: age[i]! < 18 ? 'child' : age[i]! < 40 ? 'young' : age[i]! < 65 ? 'middle' : 'old',
      town: town[i]!,
      income: income[i]!.toFixed(2),
      band: income[i]! < 1000 ? 10 : income[i]! < 2500 ? 20 : 35,
      pressure: pressure[i]!,
      high: pressure[i]! >= 140 ? 'yes' : 'no'
    }))
  }
}

/** Questions that only some are asked. */
function survey(dice: Dice): PlantedTable {
  const [marital, age, job] = [dice.some('marital', ['married', 'single', 'widowed', 'partner']), dice.whole('age', 20, 80), dice.u('job')]
  const [spouse, wage, sector] = [dice.z('spouse'), dice.amount('wage', 20, 2), dice.some('sector', ['public', 'private', 'own'])]
  return {
    name: 'survey',
    rules: ['spouse_age missing where marital = single, widowed', 'sector missing where wage missing'],
    raw: tableOf(dice.rows, (i) => ({
      age: age[i]!,
      marital: marital[i]!,
      spouse_age: marital[i] === 'single' || marital[i] === 'widowed' ? null : Math.round(age[i]! + 4 * spouse[i]!),
      wage: job[i]! < 0.3 ? null : wage[i]!.toFixed(2),
      sector: job[i]! < 0.3 ? null : sector[i]!
    }))
  }
}

/** What changed on a day, and on which. */
function tariffs(dice: Dice): PlantedTable {
  const [days, use, place] = [dice.whole('days', 0, 720), dice.amount('use', 300, 1), dice.some('place', ['north', 'south', 'west'])]
  return {
    name: 'tariffs',
    rules: ['tariff = ordered >= 2024-01-01', 'phase = bins(ordered, 2023-05-01, 2024-07-01)'],
    raw: tableOf(dice.rows, (i) => ({
      place: place[i]!,
      ordered: day(days[i]!),
      use: use[i]!,
      tariff: day(days[i]!) < '2024-01-01' ? 'old' : 'new',
      phase: day(days[i]!) < '2023-05-01' ? 'trial' : day(days[i]!) < '2024-07-01' ? 'regular' : 'late'
    }))
  }
}

/** Tables of many kinds of columns that have nothing to do with each other, or only hang together: no rule is in them. */
export function ruleless(seed: number): PlantedTable[] {
  return [0, 1, 2, 3].map((k) => {
    const dice = new Dice(seed * 1000 + k, [60, 200, 600, 3000][k]!)
    const common = dice.z('common')
    const related = (label: string, scale: number): number[] => Array.from(dice.z(label), (z, i) => scale * (0.95 * common[i]! + 0.3 * z))
    const columns: Record<string, readonly Cell[]> = {
      flag: dice.some('flag', ['true', 'false']),
      other_flag: Array.from(dice.u('rare'), (u) => (u < 0.03 ? 'true' : 'false')),
      kind: dice.some('kind', ['a', 'b', 'c']),
      place: dice.some(
        'place',
        Array.from({ length: 30 }, (_, j) => `p${j}`)
      ),
      name: dice.some(
        'name',
        Array.from({ length: 150 }, (_, j) => `n${j}`)
      ),
      count: dice.whole('count', 0, 3),
      score: dice.whole('score', 1, 5),
      age: dice.whole('age', 18, 90),
      zeros: Array.from(dice.u('zeros'), (u) => (u < 0.9 ? 0 : Math.floor(u * 100))),
      near: related('near', 3).map((x) => (x + 50).toFixed(1)),
      nearer: related('nearer', 3).map((x) => (x + 57).toFixed(1)),
      pressure: related('pressure', 12).map((x) => Math.round(x + 80)),
      upper_pressure: related('upper', 15).map((x) => Math.round(x + 125)),
      width: related('width', 0.3).map((x) => (x + 4).toFixed(2)),
      length: dice.amount('length', 40, 2),
      from: dice.whole('from', 0, 900).map(day),
      until: dice.whole('until', 850, 1500).map(day),
      gap: Array.from(dice.z('gap'), (z, i) => (i % 7 === 3 ? null : z.toFixed(3))),
      full: Array.from(dice.z('full'))
    }
    return {
      name: `ruleless ${k}`,
      rules: [],
      raw: tableOf(dice.rows, (i) => Object.fromEntries(Object.entries(columns).map(([name, cells]) => [name, cells[i]!])))
    }
  })
}

function staff(dice: Dice): PlantedTable {
  const [born, when, grade] = [dice.u('born'), dice.u('when'), dice.some('grade', ['a', 'b', 'c'])]
  const date = (t: number) => new Date(t).toISOString().slice(0, 10)
  const [first, last] = [Date.UTC(1960, 0, 1), Date.UTC(2001, 0, 1)]
  return {
    name: 'staff',
    rules: ['hired >= born + years(18)'],
    raw: tableOf(dice.rows, (i) => {
      const birth = first + Math.floor(((last - first) * born[i]!) / 864e5) * 864e5
      const grown = new Date(birth)
      grown.setUTCFullYear(grown.getUTCFullYear() + 18)
      const least = Math.max(grown.getTime(), Date.UTC(2000, 0, 1))
      return { born: date(birth), hired: date(least + (Date.UTC(2024, 11, 31) - least) * when[i]!), grade: grade[i]! }
    })
  }
}

function claims(dice: Dice): PlantedTable {
  const [charged, hours, rate, use] = [
    dice.amount('charged', 900, 2),
    dice.whole('hours', 1, 60),
    dice.u('rate'),
    dice.amount('use', 40, 2)
  ]
  const limit = dice.whole('limit', 300, 4000)
  return {
    name: 'claims',
    rules: ['paid = min(limit, 0.8 * charged)', 'pay = max(300, hours * rate)', 'capped = min(60, use)'],
    raw: tableOf(dice.rows, (i) => {
      const wage = fixed(10 + 20 * rate[i]!, 2)
      return {
        limit: limit[i]!,
        charged: fixed(charged[i]!, 2),
        paid: fixed(Math.min(limit[i]!, 0.8 * charged[i]!), 2),
        hours: hours[i]!,
        rate: wage,
        pay: fixed(Math.max(300, hours[i]! * Number(wage)), 2),
        use: fixed(use[i]!, 2),
        capped: fixed(Math.min(60, use[i]!), 2)
      }
    })
  }
}

function parcels(dice: Dice): PlantedTable {
  const [ordered, lag, state, lost, weight] = [
    dice.whole('ordered', 0, 600),
    dice.whole('lag', 1, 9),
    dice.some('state', ['new', 'packed', 'sent', 'sent', 'sent', 'sent', 'cancelled', 'cancelled']),
    dice.u('lost'),
    dice.amount('weight', 2, 1)
  ]
  return {
    name: 'parcels',
    rules: ['shipped missing where state = new, packed, maybe cancelled', 'shipped >= ordered'],
    raw: tableOf(dice.rows, (i) => ({
      ordered: day(ordered[i]!),
      state: state[i]!,
      shipped: state[i] === 'sent' || (state[i] === 'cancelled' && lost[i]! < 0.4) ? day(ordered[i]! + lag[i]!) : null,
      weight: fixed(weight[i]!, 1)
    }))
  }
}

/** Shares of a whole that never come near it. */
function quotas(dice: Dice): PlantedTable {
  const [size, share] = [dice.some('size', ['256', '512', '1024', '2048']), dice.z('share')]
  return {
    name: 'quotas',
    rules: ['percent = 100 * used / size', 'used <= size'],
    raw: tableOf(dice.rows, (i) => {
      const used = Math.round(Number(size[i]!) * Math.min(0.95, Math.max(0.05, 0.5 + 0.15 * share[i]!)))
      return { size: Number(size[i]!), used, percent: fixed((100 * used) / Number(size[i]!), 1) }
    })
  }
}

/** Rates that each level of a category has, products that add up where another one holds, a fee by how something is sent. */
function bookings(dice: Dice): PlantedTable {
  const [channel, board, posted] = [
    dice.some('channel', ['web', 'agency', 'direct']),
    dice.some('board', ['yes', 'no']),
    dice.some('posted', ['true', 'false'])
  ]
  const [nights, adults, children] = [dice.whole('nights', 1, 12), dice.whole('adults', 1, 4), dice.whole('children', 0, 3)]
  const rate = dice.whole('rate', 60, 240)
  const share: Readonly<Record<string, number>> = { web: 0.15, agency: 0.1, direct: 0 }
  return {
    name: 'bookings',
    raw: tableOf(dice.rows, (i) => {
      const meals = board[i] === 'yes' ? 14 * nights[i]! * (adults[i]! + children[i]!) : 0
      const total = nights[i]! * rate[i]! + meals
      return {
        nights: nights[i]!,
        adults: adults[i]!,
        children: children[i]!,
        rate: rate[i]!,
        board: board[i]!,
        total,
        channel: channel[i]!,
        fee: fixed(share[channel[i]!]! * total, 2),
        posted: posted[i]!,
        due: fixed(total + (posted[i] === 'true' ? 3.5 : 0), 2)
      }
    }),
    rules: [
      'total = nights * rate + 14 * nights * adults * P(board = yes) + 14 * nights * children * P(board = yes)',
      'fee = 0.1 * total * P(channel = agency) + 0.15 * total * P(channel = web)',
      'due = total + 3.5 * P(posted)'
    ]
  }
}

/** Overtime, dues of members, a pension by grade, and a fare by the kind of car and the hour: what two categories add. */
function wages(dice: Dice): PlantedTable {
  const [grade, member, night] = [
    dice.some('grade', ['A', 'B', 'C']),
    dice.some('member', ['yes', 'no']),
    dice.some('night', ['true', 'false'])
  ]
  const [hours, overtime, km] = [dice.whole('hours', 80, 170), dice.whole('overtime', 0, 20), dice.amount('km', 6, 1)]
  const rate = dice.amount('rate', 22, 2)
  const share: Readonly<Record<string, number>> = { A: 0.03, B: 0.04, C: 0.05 }
  const start: Readonly<Record<string, number>> = { A: 3.5, B: 5, C: 9 }
  return {
    name: 'wages',
    raw: tableOf(dice.rows, (i) => {
      const gross = Number(fixed(rate[i]! * (hours[i]! + 1.5 * overtime[i]!), 2))
      const dues = Number(fixed(member[i] === 'yes' ? 0.01 * gross : 0, 2))
      const pension = Number(fixed(share[grade[i]!]! * gross, 2))
      return {
        grade: grade[i]!,
        hours: hours[i]!,
        rate: rate[i]!,
        overtime: overtime[i]!,
        gross: fixed(gross, 2),
        member: member[i]!,
        dues: fixed(dues, 2),
        pension: fixed(pension, 2),
        net: fixed(gross - dues - pension, 2),
        km: km[i]!,
        night: night[i]!,
        taxi: fixed(start[grade[i]!]! + 2.1 * km[i]! + (night[i] === 'true' ? 2.5 : 0), 2)
      }
    }),
    rules: [
      'gross = hours * rate + 1.5 * rate * overtime',
      'dues = 0.01 * gross * P(member = yes)',
      'pension = 0.03 * gross * P(grade = A) + 0.04 * gross * P(grade = B) + 0.05 * gross * P(grade = C)',
      'net = gross - dues - pension',
      'taxi = 2.1 * km + 3.5 * P(grade = A) + 5 * P(grade = B) + 9 * P(grade = C) + 2.5 * P(night)'
    ]
  }
}
