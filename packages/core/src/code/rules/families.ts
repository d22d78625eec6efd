const WORD = '(?:`(?:[^`]|``)+`|[\\p{L}_][\\p{L}\\p{N}_.]*)'
const WORDS = `${WORD}(?:, ${WORD})*`

const ORDER = new RegExp(`^(${WORD}) (>=|<=) (${WORD})$`, 'u')
const LOOKUP = new RegExp(`^(.+) -> (${WORD})$`, 'su')
const GAP = new RegExp(`^(${WORD}) (missing where .+)$`, 'su')

/**
 * Rules in words, as people read them: one line says of several columns what each of many said of one. Orders are chains,
 * `a <= b <= c`, and what stands above or below one column, `total >= cash, card`; columns that the same others tell, and those that
 * are missing in the same rows, stand side by side. Each line where the first of its rules was; `--rule` reads them (`eachRule`).
 * Cost: O(orders²) at most.
 */
export function familiesOf(texts: readonly string[]): string[] {
  const orders: Order[] = []
  const families = new Map<string, Family>()
  const lines: Line[] = []
  for (const [at, text] of texts.entries()) {
    const order = ORDER.exec(text)
    const one = order ? undefined : memberIn(text)
    if (order) orders.push({ at, text, ...endsOf(order) })
    else if (one)
      families.set(one.says, { at, ...families.get(one.says), columns: [...(families.get(one.says)?.columns ?? []), one.column] })
    else lines.push({ at, text })
  }
  for (const [says, { at, columns }] of families) lines.push({ at, text: says.replace(COLUMN, () => columns.join(', ')) })
  return [...lines, ...linesOfOrders(orders)].sort((a, b) => a.at - b.at).map(({ text }) => text)
}

interface Line {
  /** Of the first of its rules. */
  readonly at: number
  readonly text: string
}

/** Columns of which one thing is said. */
interface Family {
  readonly at: number
  readonly columns: readonly string[]
}

/** Stands for the columns of which something is said; names hold no such sign. */
const COLUMN = '\0'

/** What a rule says of one column that it could say of several; undefined where it says something of it alone. */
function memberIn(text: string): { readonly says: string; readonly column: string } | undefined {
  const gap = GAP.exec(text)
  if (gap) return { says: `${COLUMN} ${gap[2]}`, column: gap[1]! }
  const lookup = LOOKUP.exec(text)
  return lookup ? { says: `${lookup[1]} -> ${COLUMN}`, column: lookup[2]! } : undefined
}

/** An order of two columns. */
interface Order extends Line {
  readonly low: string
  readonly high: string
}

const endsOf = ([, left, sign, right]: RegExpExecArray): { readonly low: string; readonly high: string } =>
  sign === '>=' ? { low: right!, high: left! } : { low: left!, high: right! }

/** Chains of three columns or more, the longest first, then what is left around the column that has most of it. */
function linesOfOrders(orders: readonly Order[]): Line[] {
  const lines: Line[] = []
  let left = orders
  const take = (some: readonly Order[], text: string): void => {
    lines.push({ at: Math.min(...some.map(({ at }) => at)), text: some.length === 1 ? some[0]!.text : text })
    const taken = new Set(some)
    left = left.filter((one) => !taken.has(one))
  }
  for (let chain = longestChain(left); chain.length > 1; chain = longestChain(left))
    take(chain, [chain[0]!.low, ...chain.map(({ high }) => high)].join(' <= '))
  while (left.length > 0) {
    const { above, some } = largestStar(left)
    const [{ low, high }] = some as [Order]
    const others = some.map((one) => (above ? one.low : one.high)).join(', ')
    take(some, above ? `${high} >= ${others}` : `${low} <= ${others}`)
  }
  return lines
}

/** The orders along the longest way up; those of a circle, all of whose columns are equal, begin none. */
function longestChain(orders: readonly Order[]): Order[] {
  const upwards = grouped(orders, ({ low }) => low)
  const chains = new Map<string, Order[]>()
  const from = (column: string): Order[] => {
    const known = chains.get(column)
    if (known) return known
    chains.set(column, [])
    let longest: Order[] = []
    for (const one of upwards.get(column) ?? []) {
      const way = from(one.high)
      if (way.length + 1 > longest.length && !way.some(({ high }) => high === column)) longest = [one, ...way]
    }
    chains.set(column, longest)
    return longest
  }
  return [...upwards.keys()].map(from).reduce<Order[]>((best, one) => (one.length > best.length ? one : best), [])
}

function largestStar(orders: readonly Order[]): { readonly above: boolean; readonly some: readonly Order[] } {
  const stars = [
    ...[...grouped(orders, ({ high }) => high).values()].map((some) => ({ above: true, some })),
    ...[...grouped(orders, ({ low }) => low).values()].map((some) => ({ above: false, some }))
  ]
  return stars.reduce((best, one) => (one.some.length > best.some.length ? one : best))
}

function grouped(orders: readonly Order[], by: (order: Order) => string): Map<string, Order[]> {
  const groups = new Map<string, Order[]>()
  for (const one of orders) groups.set(by(one), [...(groups.get(by(one)) ?? []), one])
  return groups
}

const chainOf = (sign: string): RegExp => new RegExp(`^\\s*${WORD}(?:\\s*(?:${sign})\\s*${WORD}){2,}\\s*$`, 'u')
const CHAINS = { '<=': chainOf('<=|≤'), '>=': chainOf('>=|≥') } as const
const STAR = new RegExp(`^\\s*(${WORD})\\s*(>=|≥|<=|≤)\\s*(${WORDS})\\s*$`, 'u')
const TOLD = new RegExp(`^(.+?)\\s*(?:->|→)\\s*(${WORDS})\\s*$`, 'su')
const MISSING = new RegExp(`^\\s*(${WORDS})\\s+(missing\\s+where\\s.+)$`, 'su')

/** The rules of one column each that a line of `familiesOf` stands for; any other text as it is. */
export function eachRule(text: string): string[] {
  for (const [sign, chain] of Object.entries(CHAINS)) {
    const columns = chain.test(text) ? wordsIn(text) : []
    if (columns.length > 0) return columns.slice(1).map((column, k) => `${columns[k]} ${sign} ${column}`)
  }
  const [, hub, sign, others] = STAR.exec(text) ?? []
  const [, missing, where] = MISSING.exec(text) ?? []
  const [, from, told] = TOLD.exec(text) ?? []
  const columns = wordsIn(others ?? missing ?? told ?? '')
  if (columns.length < 2) return [text]
  return columns.map((column) => (others ? `${hub} ${sign} ${column}` : missing ? `${column} ${where}` : `${from} -> ${column}`))
}

const wordsIn = (text: string): string[] => text.match(new RegExp(WORD, 'gu')) ?? []
