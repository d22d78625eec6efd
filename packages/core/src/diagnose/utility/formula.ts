import { InputError } from '../../num/errors.js'

/** A regression: what is explained, and by which columns. */
export interface Formula {
  readonly text: string
  readonly response:
    | { readonly kind: 'column'; readonly name: string }
    | { readonly kind: 'survival'; readonly time: string; readonly status: string }
  readonly terms: readonly string[]
}

const NAME = '(`[^`]+`|[\\p{L}_.][\\p{L}\\p{N}_.]*)'
const ALONE = new RegExp(`^${NAME}$`, 'u')
const SURVIVAL = new RegExp(`^Surv\\s*\\(\\s*${NAME}\\s*,\\s*${NAME}\\s*\\)$`, 'u')

/**
 * Reads `y ~ x1 + x2` or `Surv(time, status) ~ x1 + x2`; names that are no identifiers stand in backquotes. Throws
 * `InputError` (code `formula-malformed`).
 */
export function parseFormula(text: string): Formula {
  const sides = partsOf(text, '~')
  if (sides.length !== 2) throw malformed(text, sides.length < 2 ? 'no ~' : 'more than one ~')
  const terms = partsOf(sides[1]!, '+').map((term) => nameIn(term) ?? refuse(text, term))
  const response = responseIn(sides[0]!) ?? refuse(text, sides[0]!)
  const names = [...terms, ...(response.kind === 'column' ? [response.name] : [response.time, response.status])]
  const twice = names.find((name, k) => names.indexOf(name) !== k)
  if (twice !== undefined) throw malformed(text, `${twice} twice`)
  return { text: text.trim(), response, terms }
}

/** Parts between signs that stand outside backquotes, trimmed. */
function partsOf(text: string, sign: string): string[] {
  const hidden = text.replace(/`[^`]*`/g, (name) => '`'.repeat(name.length))
  const parts: string[] = []
  let start = 0
  for (const { index } of hidden.matchAll(new RegExp(`[${sign}]`, 'g'))) {
    parts.push(text.slice(start, index).trim())
    start = index + 1
  }
  return [...parts, text.slice(start).trim()]
}

function nameIn(text: string): string | undefined {
  return ALONE.test(text) ? text.replace(/^`|`$/g, '') : undefined
}

function responseIn(text: string): Formula['response'] | undefined {
  const survival = SURVIVAL.exec(text)
  const [time, status] = [survival?.[1], survival?.[2]].map((name) => name?.replace(/^`|`$/g, ''))
  if (time !== undefined && status !== undefined) return { kind: 'survival', time, status }
  const name = nameIn(text)
  return name === undefined ? undefined : { kind: 'column', name }
}

function refuse(text: string, part: string): never {
  throw malformed(text, part === '' ? 'an empty side or term' : `“${part}”, which is no column`)
}

function malformed(text: string, what: string): InputError {
  return new InputError({
    code: 'formula-malformed',
    got: `the formula “${text}”: ${what}`,
    expected: 'COLUMN ~ COLUMN + COLUMN, or Surv(TIME, STATUS) ~ COLUMN + COLUMN',
    try: "'y ~ x1 + x2'; names that are no identifiers in backquotes"
  })
}
