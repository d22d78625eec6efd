import type { DatabaseColumn, Described } from './contract.js'

/** What a database says of a table: kinds of columns, and rules that its rows obey, in the words of the options `types` and `rule`. */
export interface Schema {
  readonly types: Readonly<Record<string, string>>
  readonly rules: readonly string[]
  /** Conditions of CHECK that no option says, as SQL has them. */
  readonly unsaid: readonly string[]
}

export const NO_SCHEMA: Schema = { types: {}, rules: [], unsaid: [] }

/** Kinds and rules in the constraints of a table: unique columns are keys; of CHECKs those that order two columns or list values; `a >= 0` needs no rule. */
export function schemaOf(columns: readonly DatabaseColumn[], { unique, checks }: Pick<Described, 'unique' | 'checks'>): Schema {
  const kindOf = new Map(columns.map(({ name, kind }) => [name, kind]))
  const types: Record<string, string> = {}
  for (const { name, enumerated } of columns) if (enumerated) types[name] = 'category'
  for (const name of unique) if (kindOf.get(name) === 'text' || kindOf.get(name) === 'whole') types[name] = 'identifier'
  const rules: string[] = []
  const unsaid: string[] = []
  const isNumber = (name: string) => ['whole', 'number', 'time'].includes(kindOf.get(name) ?? '')
  for (const condition of checks.flatMap(conditionsIn)) {
    const order = ORDER.exec(condition)
    const [left, right] = [order?.[1], order?.[3]].map((name) => name?.replaceAll('"', ''))
    const listed = LIST.exec(condition)?.[1]?.replaceAll('"', '')
    if (left !== undefined && right !== undefined && isNumber(left) && isNumber(right))
      rules.push(order![2]!.startsWith('<') ? `\`${right}\` >= \`${left}\`` : `\`${left}\` >= \`${right}\``)
    else if (listed !== undefined && kindOf.get(listed) === 'text') types[listed] = 'category'
    else if (!isNumber((FROM_ZERO.exec(condition) ?? ZERO_TO.exec(condition))?.[1]?.replaceAll('"', '') ?? '')) unsaid.push(condition)
  }
  return { types, rules, unsaid }
}

/** Conditions of CHECK in the statement that made a table, names in double quotes; those that are not enforced are left out. */
export const checksIn = (statement: string): string[] =>
  [...statement.matchAll(/\bCHECK\s*\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)(?!\s*(?:\/\*!\d+ )?NOT ENFORCED)/gi)].map((match) =>
    match[1]!.replaceAll('`', '"')
  )

/** What a condition says that stands alone, without casts, and brackets around it and around names; `a AND b` says two things. */
function conditionsIn(check: string): string[] {
  const plain = check
    .replace(/::[a-z][\w ]*(\(\d+(,\d+)?\))?(\[\])?/gi, '')
    .replace(new RegExp(`(?<!\\w\\s*)\\(\\s*${NAME}\\s*\\)`, 'g'), '$1')
  const inner = withoutBrackets(plain)
  const parts = splitAtAnd(inner)
  return parts.length === 1 ? [inner] : parts.flatMap(conditionsIn)
}

function withoutBrackets(text: string): string {
  const inner = /^\s*\((.*)\)\s*$/s.exec(text)?.[1]
  return inner !== undefined && isBalanced(inner) ? withoutBrackets(inner) : text.trim()
}

function isBalanced(text: string): boolean {
  let depth = 0
  for (const mark of text) {
    if (mark === '(') depth++
    if (mark === ')' && --depth < 0) return false
  }
  return depth === 0
}

function splitAtAnd(text: string): string[] {
  const words = text.split(/\s+AND\s+/i)
  const parts: string[] = []
  for (const word of words) {
    const last = parts.at(-1)
    if (last !== undefined && !isBalanced(last)) parts[parts.length - 1] = `${last} AND ${word}`
    else parts.push(word)
  }
  return parts
}

const NAME = '("[^"]+"|[A-Za-z_][\\w$]*)'
/** `a <= b`: an order of two columns and nothing else. */
const ORDER = new RegExp(`^${NAME}\\s*(<=|>=|<|>)\\s*${NAME}$`)
/** `a IN ('x', 'y')`, and `a = ANY (ARRAY[…` as PostgreSQL writes it. */
const LIST = new RegExp(`^${NAME}\\s*(?:=\\s*ANY|IN)\\s*\\(`, 'i')
/** `a >= 0`, `0 <= a`: of numbers, which no model draws below nought where the data are not. */
const ZERO = "\\(?'?0+(?:\\.0*)?'?\\)?"
const FROM_ZERO = new RegExp(`^${NAME}\\s*>=\\s*${ZERO}$`)
const ZERO_TO = new RegExp(`^${ZERO}\\s*<=\\s*${NAME}$`)
