import { describe, expect, it } from 'vitest'
import { type Key, keyFor, keyFromSeed, uniforms } from '../../num/random.js'
import { checkOf, withCheck } from './check-digits.js'
import { drawKey, drawKeyInTurns, type KeptKey, keepKeys, keyTexts } from './keep.js'
import { keyedOrder } from './keyed-order.js'

const SEED = 3
const key = keyFromSeed(17)
const ROWS = 300

/** A stream of whole numbers of a row. */
function random(label: string): (n: number) => number {
  let at = 0
  return (n) => Math.floor(uniforms(keyFor(key, label), 1, at++)[0]! * n)
}
const one = (draw: (n: number) => number, from: ArrayLike<string>): string => from[draw(from.length)]!
const many = (draw: (n: number) => number, n: number, from: string): string => Array.from({ length: n }, () => one(draw, from)).join('')
const column = (label: string, value: (draw: (n: number) => number, row: number) => string, rows = ROWS): string[] => {
  const draw = random(label)
  const made = new Set<string>()
  for (let row = 0; made.size < rows; row++) made.add(value(draw, row))
  return [...made]
}
const kept = (cells: readonly (string | null)[]): KeptKey => keepKeys([{ name: 'x', cells }], SEED).keys[0]!
const drawn = (cells: readonly (string | null)[], count: number, seed = 1): (string | null)[] =>
  drawKey(kept(cells), SEED, { count, key: keyFromSeed(seed) as Key })

const HEX = '0123456789abcdef'
const DIGITS = '0123456789'

/** The remainder of a numeral by 97, digit by digit, with A = 10 … Z = 35: written apart from what is tested. */
const remainder97 = (text: string): bigint => BigInt(text.replace(/[A-Z]/g, (letter) => String(letter.charCodeAt(0) - 55))) % 97n
const isIban = (text: string): boolean => {
  const plain = text.replaceAll(' ', '')
  return remainder97(plain.slice(4) + plain.slice(0, 4)) === 1n
}
const isLuhn = (text: string): boolean => {
  const doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9]
  const digits = [...text.replace(/\D/g, '')].reverse().map(Number)
  return digits.reduce((sum, digit, i) => sum + (i % 2 === 1 ? doubled[digit]! : digit), 0) % 10 === 0
}
const isEan = (text: string): boolean =>
  [...text].reverse().reduce((sum, digit, i) => sum + Number(digit) * (i % 2 === 1 ? 3 : 1), 0) % 10 === 0
const isIsbn = (text: string): boolean =>
  [...text.replaceAll('-', '')].reduce((sum, digit, i) => sum + (digit === 'X' ? 10 : Number(digit)) * (10 - i), 0) % 11 === 0

/** A number of a vehicle, letter by letter: A is 1, J is 1, S is 2. */
const isVin = (text: string): boolean => {
  const values = [...text].map((symbol) => (/\d/.test(symbol) ? Number(symbol) : 'ABCDEFGH_JKLMN_P_R_STUVWXYZ'.indexOf(symbol)))
  const places = values.map((value, i) => (/\d/.test(text[i]!) ? value : value < 8 ? value + 1 : value < 18 ? value - 8 : value - 17))
  const remainder =
    places.reduce((sum, value, i) => sum + (i === 8 ? 0 : value * [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2][i]!), 0) % 11
  return text[8] === (remainder === 10 ? 'X' : String(remainder))
}

/** The value with the first check digits, counted up in a place, that satisfy a test. */
const satisfying = (test: (text: string) => boolean, candidates: readonly string[]): string => candidates.find(test)!
const hundred = Array.from({ length: 100 }, (_, k) => String(k).padStart(2, '0'))

interface Case {
  readonly cells: readonly string[]
  readonly form: RegExp
  readonly valid?: (text: string) => boolean
}

const version7 = (draw: (n: number) => number, row: number): string => {
  const time = (1_700_000_000_000 + 61_000 * row + draw(50_000)).toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7${many(draw, 3, HEX)}-${one(draw, '89ab')}${many(draw, 3, HEX)}-${many(draw, 12, HEX)}`
}

const CASES: Readonly<Record<string, Case>> = {
  'UUIDs of version 4': {
    cells: column(
      'v4',
      (draw) =>
        `${many(draw, 8, HEX)}-${many(draw, 4, HEX)}-4${many(draw, 3, HEX)}-${one(draw, '89ab')}${many(draw, 3, HEX)}-${many(draw, 12, HEX)}`
    ),
    form: /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  },
  'UUIDs in capitals': {
    cells: column('upper', (draw) =>
      `${many(draw, 8, HEX)}-${many(draw, 4, HEX)}-4${many(draw, 3, HEX)}-${one(draw, '89ab')}${many(draw, 3, HEX)}-${many(draw, 12, HEX)}`.toUpperCase()
    ),
    form: /^[0-9A-F]{8}-[0-9A-F]{4}-4[0-9A-F]{3}-[89AB][0-9A-F]{3}-[0-9A-F]{12}$/
  },
  'UUIDs of version 7': {
    cells: column('v7', version7),
    form: /^018[bc][0-9a-f]{4}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
  },
  ULIDs: {
    cells: column('ulid', (draw) => `01H${many(draw, 23, '0123456789ABCDEFGHJKMNPQRSTVWXYZ')}`),
    form: /^01H[0-9A-HJKMNP-TV-Z]{23}$/
  },
  'e-mail addresses': {
    cells: column(
      'email',
      (draw) =>
        `${many(draw, 3 + draw(6), 'abdegiklmnorstu')}.${many(draw, 3 + draw(6), 'abdegiklmnorstu')}@${one(draw, ['gmail.com', 'gmx.de', 'mail.example.org'])}`
    ),
    form: /^[a-z]{3,8}\.[a-z]{3,8}@(gmail\.com|gmx\.de|mail\.example\.org)$/
  },
  phones: {
    cells: column('phone', (draw) => `+49 ${one(draw, ['30', '171'])} ${1 + draw(9)}${many(draw, 6, DIGITS)}`),
    form: /^\+49 (30|171) [1-9][0-9]{6}$/
  },
  'codes by a pattern': {
    cells: column('code', (draw) => `${one(draw, ['AB', 'CD', 'XY'])}-${many(draw, 6, DIGITS)}`),
    form: /^(AB|CD|XY)-[0-9]{6}$/
  },
  'licence plates': {
    cells: column('plate', (draw) => `${one(draw, ['B', 'M', 'HH'])}-${many(draw, 2, 'ABCDEFGHJKLMNPRSTUVWXYZ')} ${1 + draw(9999)}`),
    form: /^(B|M|HH)-[A-Z]{2} [1-9][0-9]{0,3}$/
  },
  IBANs: {
    cells: column('iban', (draw) => {
      const body = `${many(draw, 8, DIGITS)}${many(draw, 10, DIGITS)}`
      return satisfying(
        isIban,
        hundred.slice(2).map((two) => `DE${two}${body}`)
      ).replace(/(.{4})(?=.)/g, '$1 ')
    }),
    form: /^DE[0-9]{2}( [0-9]{4}){4} [0-9]{2}$/,
    valid: isIban
  },
  'card numbers': {
    cells: column('card', (draw) => {
      const body = `4${many(draw, 14, DIGITS)}`
      return satisfying(
        isLuhn,
        [...DIGITS].map((digit) => body + digit)
      ).replace(/(.{4})(?=.)/g, '$1-')
    }),
    form: /^4[0-9]{3}(-[0-9]{4}){3}$/,
    valid: isLuhn
  },
  EANs: {
    cells: column('ean', (draw) => {
      const body = `40${many(draw, 10, DIGITS)}`
      return satisfying(
        isEan,
        [...DIGITS].map((digit) => body + digit)
      )
    }),
    form: /^40[0-9]{11}$/,
    valid: isEan
  },
  'ISBNs of ten digits': {
    cells: column('isbn', (draw) => {
      const body = `3-${many(draw, 5, DIGITS)}-${many(draw, 3, DIGITS)}-`
      return satisfying(
        isIsbn,
        [...DIGITS, 'X'].map((digit) => body + digit)
      )
    }),
    form: /^3-[0-9]{5}-[0-9]{3}-[0-9X]$/,
    valid: isIsbn
  },
  'numbers of vehicles': {
    cells: column('vin', (draw) => {
      const [symbols, digits] = ['ABCDEFGHJKLMNPRSTUVWXYZ0123456789', '0123456789']
      const [front, back] = [`W${many(draw, 7, symbols)}`, `${many(draw, 3, symbols)}${many(draw, 5, digits)}`]
      return satisfying(
        isVin,
        [...DIGITS, 'X'].map((digit) => `${front}${digit}${back}`)
      )
    }),
    form: /^W[A-HJ-NPR-Z0-9]{7}[0-9X][A-HJ-NPR-Z0-9]{3}[0-9]{5}$/,
    valid: isVin
  },
  'file names': {
    cells: column('file', (draw) => `scan_${many(draw, 7, DIGITS)}.${one(draw, ['jpg', 'png'])}`),
    form: /^scan_[0-9]{7}\.(jpg|png)$/
  },
  URLs: {
    cells: column('url', (draw) => `https://shop.example.com/item/${many(draw, 8, HEX)}`),
    form: /^https:\/\/shop\.example\.com\/item\/[0-9a-f]{8}$/
  },
  'MAC addresses': {
    cells: column('mac', (draw) => Array.from({ length: 6 }, () => many(draw, 2, HEX)).join(':')),
    form: /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/
  },
  'IPv4 addresses': {
    cells: column('ip', (draw) => `10.${draw(256)}.${draw(256)}.${draw(256)}`),
    form: /^10(\.(0|[1-9][0-9]?|1[0-9]{2}|2[0-4][0-9]|25[0-5])){3}$/
  }
}

describe('new values of a key', () => {
  // Codes that a second batch took again would meet 2,000 times.
  const ACROSS_BATCHES = 16_384 + 2000
  it.each(Object.entries(CASES))(
    '%s keep their form, are all different and none of the data',
    { tags: ['slow'] },
    (_, { cells, form, valid }) => {
      expect(cells.every((cell) => form.test(cell) && (valid?.(cell) ?? true))).toBe(true)
      const values = drawn(cells, ACROSS_BATCHES) as string[]
      const real = new Set(cells)
      expect(new Set(values).size).toBe(ACROSS_BATCHES)
      expect(values.filter((value) => !form.test(value)).slice(0, 3)).toEqual([])
      expect(values.filter((value) => valid?.(value) === false).slice(0, 3)).toEqual([])
      expect(values.filter((value) => real.has(value))).toEqual([])
    }
  )

  it('are the same for a seed, whatever follows, and others for another seed', () => {
    const { cells } = CASES['codes by a pattern']!
    const first = drawn(cells, 50)
    expect(drawn(cells, 500).slice(0, 50)).toEqual(first)
    expect(drawn(cells, 50, 2)).not.toEqual(first)
  })

  it('never meet the data where half of all codes are taken, and fill the other half', () => {
    // Pairs of codes apart by an odd number: neither dense nor one way.
    const cells = column('half', (draw) => `K${many(draw, 3, DIGITS)}`, 400)
    const values = drawn(cells, 600)
    expect(new Set([...values, ...cells]).size).toBe(1000)
    expect(values.every((value) => value!.length === 4)).toBe(true)
  })

  it('go on with the next numbers where all codes are used up, and are refused where these are letters', () => {
    const cells = column('half', (draw) => `K${many(draw, 3, DIGITS)}`, 400)
    expect(drawn(cells, 603).slice(600)).toEqual(['K1000', 'K1001', 'K1002'])
    // Three hundreds and no other: behind 399 comes 400.
    const hundreds = column('hundreds', (draw) => `${1 + draw(3)}${many(draw, 2, DIGITS)}`, 120)
    const values = drawn(hundreds, 200)
    expect(values.slice(180)).toEqual(Array.from({ length: 20 }, (_, k) => String(400 + k)))
    expect(new Set([...values, ...hundreds]).size).toBe(320)
    const letters = column('letters', (draw) => `${many(draw, 2, 'abcdefghij')}x`, 60)
    expect(() => drawn(letters, 41)).toThrowError(/41 rows, whose x has no more than 40 new values/)
  })

  it('have a number where words tell no rows apart: those of each word go on', () => {
    // Four places, six fish in each, in no order of places.
    const cells = Array.from({ length: 24 }, (_, i) => `${['W13', 'H2', 'W1', 'H12'][(i * 7) % 4]}.${1 + Math.floor(i / 4)}`)
    const values = drawn(cells, 40) as string[]
    expect(new Set(values).size).toBe(40)
    for (const place of ['W13', 'H2', 'W1', 'H12']) {
      const own = values.filter((value) => value.startsWith(`${place}.`)).map((value) => Number(value.split('.')[1]))
      expect(own).toEqual(Array.from(own, (_, k) => 7 + k))
    }
  })

  it('come as often in each pattern as in the data, where a column mixes several', () => {
    const draw = random('mixed')
    const cells = column('mixed', () => (draw(4) === 0 ? many(draw, 8, HEX) : `N-${many(draw, 6, DIGITS)}`), 400)
    const share = (values: readonly (string | null)[]) => values.filter((value) => value!.startsWith('N-')).length / values.length
    const values = drawn(cells, 4000)
    expect(values.every((value) => /^(N-\d{6}|[0-9a-f]{8})$/.test(value!))).toBe(true)
    // Standard error of a share of 3/4 in 4,000 rows: 0.007; beyond four of them once in 16,000 runs.
    expect(Math.abs(share(values) - share(cells))).toBeLessThan(0.028)
  })

  it('are missing as often as in the data', () => {
    const cells = CASES.EANs!.cells.map((cell, i) => (i % 4 === 0 ? null : cell))
    const values = drawn(cells, 4000)
    expect(Math.abs(values.filter((value) => value === null).length / 4000 - 1 / 4)).toBeLessThan(0.028)
  })
})

describe('running keys', () => {
  const numbers = (label: string, steps: readonly number[], rows = ROWS): number[] => {
    const draw = random(label)
    let at = 10_000
    return Array.from({ length: rows }, () => (at += steps[draw(steps.length)]!))
  }
  const stepsOf = (values: readonly number[]) => values.slice(1).map((x, k) => x - values[k]!)

  it('go on behind the data in steps like those of the data', () => {
    const cells = numbers('orders', [1, 1, 1, 2, 3, 7]).map(String)
    const values = drawn(cells, 6000).map(Number)
    expect(values[0]).toBeGreaterThan(Number(cells.at(-1)))
    const steps = stepsOf(values)
    for (const step of [1, 2, 3, 7]) {
      const share = steps.filter((one) => one === step).length / steps.length
      // The data's own share has a standard error of up to 0.029 in 300 rows; quantiles round it to 1/64.
      expect(Math.abs(share - (step === 1 ? 1 / 2 : 1 / 6))).toBeLessThan(0.09)
    }
    expect(steps.every((step) => step >= 1 && step <= 7)).toBe(true)
  })

  it('that are even stay even, and full widths carry over', () => {
    expect(
      drawn(
        Array.from({ length: 40 }, (_, i) => `A-${String(9900 + i)}`),
        70
      ).slice(-11)
    ).toEqual(Array.from({ length: 11 }, (_, i) => `A-${9999 + i}`))
    const shuffled = Array.from({ length: 40 }, (_, i) => String(100 + 5 * ((i * 7) % 40)))
    expect(drawn(shuffled, 3)).toEqual(['300', '305', '310'])
  })

  it('that begin anew each year go on in the last', () => {
    const cells = Array.from({ length: 200 }, (_, i) =>
      i < 120 ? `INV/2023/${String(i + 1).padStart(5, '0')}` : `INV/2024/${String(i - 119).padStart(5, '0')}`
    )
    expect(drawn(cells, 2)).toEqual(['INV/2024/00081', 'INV/2024/00082'])
  })

  it('that run in each branch go on in each', () => {
    const draw = random('branches')
    const next = { BER: 100, MUC: 500 }
    const cells = Array.from({ length: 200 }, () => {
      const branch = draw(3) === 0 ? 'BER' : 'MUC'
      return `${branch}-${++next[branch]}`
    })
    const values = drawn(cells, 300) as string[]
    const ofBranch = (branch: string) => values.filter((value) => value.startsWith(branch)).map((value) => Number(value.slice(4)))
    expect(ofBranch('BER')).toEqual(ofBranch('BER').map((_, i) => next.BER + 1 + i))
    expect(ofBranch('MUC')).toEqual(ofBranch('MUC').map((_, i) => next.MUC + 1 + i))
  })

  it('are none where names of several lengths stand in the order of the alphabet', () => {
    const names = column(
      'countries',
      (draw) => `${many(draw, 1, 'ABCDEFGHIKLMNOPRSTUVWYZ')}${many(draw, 3 + draw(6), 'abcdefghiklmnoprstu')}`,
      150
    ).sort()
    const values = drawn(names, 200) as string[]
    expect([...values].sort()).not.toEqual(values)
    expect(values.every((value) => /^[A-Z][a-z]+$/.test(value))).toBe(true)
    expect(values.filter((value) => names.includes(value))).toEqual([])
    const codes = Array.from({ length: 300 }, (_, i) => (700 + 9 * i).toString(36).toUpperCase())
    expect((drawn(codes, 50) as string[]).every((code, k, all) => code.length >= 3 && (k === 0 || code > all[k - 1]!))).toBe(true)
  })

  it('are none where codes of letters that were sorted reach the end of the alphabet, and some that began at its start', () => {
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
    const herds = column('herds', (draw) => many(draw, 4, letters), 75).sort()
    const values = drawn(herds, 75) as string[]
    expect(new Set([...values, ...herds]).size).toBe(150)
    expect(values).not.toEqual([...values].sort())
    const word = (n: number) => [17576, 676, 26, 1].map((unit) => letters[Math.floor(n / unit) % 26]).join('')
    const early = drawn(
      Array.from({ length: 75 }, (_, i) => word(40 * i + (i % 7))),
      50
    ) as string[]
    expect(early).toEqual([...early].sort())
  })

  it('that another key tells whole are shown by an example of that one', () => {
    const numbers = Array.from({ length: 72 }, (_, i) => String(i + 1))
    const keys = keepKeys(
      ['plot', 'row'].map((name) => ({ name, cells: numbers })),
      SEED,
      { table: { rowCount: 72, columns: [] } }
    )
    expect(keyTexts(keys)).toEqual(['plot like 73, running on', 'row like 73, of plot'])
  })

  it('with times in them go on in time', () => {
    const cells = CASES['UUIDs of version 7']!.cells
    const time = (text: string) => Number.parseInt(text.replace('-', '').slice(0, 12), 16)
    const values = drawn(cells, 300) as string[]
    expect([...values].sort()).toEqual(values)
    const span = (all: readonly string[]) => time(all.at(-1)!) - time(all[0]!)
    expect(values[0]! > cells.at(-1)!).toBe(true)
    expect(Math.abs(span(values) / span(cells) - 1)).toBeLessThan(0.1)
  })
})

describe('what a model keeps of keys', () => {
  it('is none of them: neither in its numbers nor in its text', () => {
    for (const { cells } of Object.values(CASES)) {
      const text = JSON.stringify(kept(cells))
      expect(cells.filter((cell) => text.includes(cell))).toEqual([])
    }
  })

  it('tells a key by a new value', () => {
    const { cells } = CASES.IBANs!
    const [told] = keyTexts(keepKeys([{ name: 'iban', cells }], SEED))
    expect(told).toMatch(/^iban like DE\d\d( \d{4}){4} \d\d, check digits: IBAN$/)
    expect(cells).not.toContain(told!.slice(10, 37))
  })

  it('copies words that three rows share and no others', () => {
    const draw = random('domains')
    const cells = column(
      'domains',
      (_, row) => `${many(draw, 6, 'abcdefghij')}@${row % 20 === 0 ? `only${many(draw, 4, 'klmnop')}` : 'mail'}.com`
    )
    const text = JSON.stringify(kept(cells).form)
    expect(text).toContain('@mail.com')
    expect(text).not.toContain('only')
  })

  it('makes texts of words that nobody wrote', () => {
    const draw = random('texts')
    const cells = column('texts', () =>
      Array.from({ length: 4 + draw(9) }, () => many(draw, 3 + draw(6), 'abcdefghiklmnorstu')).join(draw(2) ? ' ' : ', ')
    )
    const words = new Set(cells.flatMap((cell) => cell.split(/\W+/)).filter(({ length }) => length > 5))
    const values = drawn(cells, 200) as string[]
    expect(values.flatMap((value) => value.toLowerCase().split(/\W+/)).filter((word) => words.has(word)).length).toBeLessThan(20)
  })
})

describe('check digits', () => {
  it('are found where all values pass, and not where one fails', () => {
    expect(
      ['IBANs', 'card numbers', 'EANs', 'ISBNs of ten digits', 'numbers of vehicles'].map((name) => checkOf(CASES[name]!.cells))
    ).toEqual(['IBAN', 'Luhn', 'EAN', 'ISBN-10', 'VIN'])
    // The example of the rule itself (49 CFR 565).
    expect(isVin('1M8GDM9AXKP042788')).toBe(true)
    expect(withCheck('VIN', '1M8GDM9A0KP042788')).toBe('1M8GDM9AXKP042788')
    const { cells } = CASES.EANs!
    const wrong = `${cells[0]!.slice(0, -1)}${(Number(cells[0]!.at(-1)) + 1) % 10}`
    expect(checkOf([wrong, ...cells.slice(1)])).toBeUndefined()
  })
})

describe('a keyed order', () => {
  it.each([1n, 2n, 3n, 10n, 97n, 1000n, 4096n])('of %s places is one', (size) => {
    const order = keyedOrder(key, size)
    const places = Array.from({ length: Number(size) }, (_, i) => Number(order(BigInt(i))))
    expect([...places].sort((a, b) => a - b)).toEqual(places.map((_, i) => i))
  })
  it('spreads neighbours over all of a large domain', () => {
    const size = 2n ** 122n
    const order = keyedOrder(key, size)
    const shares = Array.from({ length: 2000 }, (_, i) => Number(order(BigInt(i)) >> 69n) / 2 ** 53).sort((a, b) => a - b)
    // Kolmogorov–Smirnov: 1.95/√n is exceeded once in a thousand keys.
    expect(Math.max(...shares.map((x, i) => Math.abs(x - i / 2000)))).toBeLessThan(1.95 / Math.sqrt(2000))
  })
})

it('dates within codes are dates', () => {
  const cells = column('photo', (draw) => {
    const day = new Date(Date.UTC(2023, 0, 1 + draw(600))).toISOString().slice(0, 10).replaceAll('-', '')
    return `IMG_${day}_${many(draw, 6, DIGITS)}.jpg`
  })
  for (const text of drawn(cells, 500)) {
    const [, year, month, day] = /^IMG_(\d{4})(\d\d)(\d\d)_\d{6}\.jpg$/.exec(text!)!
    expect(new Date(`${year}-${month}-${day}`).toISOString().slice(0, 10)).toBe(`${year}-${month}-${day}`)
    expect(Number(year)).toBeGreaterThanOrEqual(2023)
    expect(Number(year)).toBeLessThanOrEqual(2024)
  }
})

it('a stop is heard while many keys are drawn, which are those that are drawn at once', async () => {
  const cells = Array.from({ length: 300 }, (_, i) => `K-${String((i * 7_919_919) % 1e8).padStart(8, '0')}-${i % 7}`)
  const [key] = keepKeys([{ name: 'id', cells }], SEED).keys
  const rows = (count: number) => ({ count, key: keyFromSeed(1) })
  expect(await drawKeyInTurns(key!, SEED, rows(1200))).toEqual(drawKey(key!, SEED, rows(1200)))
  const told: number[] = []
  const controller = new AbortController()
  let asked = 0
  const timer = setInterval(() => {
    if (asked > 0 || told.length < 2) return
    asked = performance.now()
    controller.abort()
  }, 1)
  const watch = { stop: controller.signal, progress: ({ done }: { readonly done: number }) => void told.push(done) }
  await expect(drawKeyInTurns(key!, SEED, rows(2_000_000), watch)).rejects.toThrow(/stop request/)
  clearInterval(timer)
  // The last slice of work, ten times over.
  expect(performance.now() - asked).toBeLessThan(1000)
  expect(asked).toBeGreaterThan(0)
  expect(told.length).toBeGreaterThan(1)
  expect(told).toEqual(told.toSorted((a, b) => a - b))
})
