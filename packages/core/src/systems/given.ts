import { InputError } from '../num/errors.js'

/**
 * `a=x,b=1..2` → record; names with odd characters, and values with commas, stand in backquotes. What follows a comma without `=`
 * belongs to the value before it, as of `total=1,234.50`.
 */
export function parseGiven(text: string): Record<string, string> {
  const record: Record<string, string> = {}
  for (const part of partsOf(text)) {
    const match = /^\s*(?:`([^`]+)`|([^=`]+?))\s*=\s*(?:`([^`]*)`|([^`]*?))\s*$/su.exec(part)
    const [, quoted, plain, quotedValue, value] = match ?? []
    const name = quoted ?? plain
    if (name === undefined || (quotedValue ?? value ?? '') === '') {
      const [, column, sign, end] = /^\s*([^<>=!`]+?)\s*([<>])\s*([^<>=!`]+?)\s*$/su.exec(part) ?? []
      if (column !== undefined) throw noComparison(`${column}${sign}${end}`, text, `${column}=${sign === '>' ? `${end}..` : `..${end}`}`)
      throw new InputError({
        code: 'given-malformed',
        got: `--given '${text}'`,
        expected: 'NAME=VALUE or NAME=LOW..HIGH, separated by commas',
        try: "--given 'species=Gentoo,body_mass_g=4500..5200'"
      })
    }
    refuseComparison(name, quoted === undefined, text)
    record[name] = contradictionFree(own(record, name), (quotedValue ?? value)!, name)
  }
  if (Object.keys(record).length === 0) {
    throw new InputError({ code: 'given-malformed', got: `--given '${text}'`, expected: 'NAME=VALUE', try: "--given 'species=Gentoo'" })
  }
  return record
}

function partsOf(text: string): string[] {
  const parts: string[] = []
  for (const part of text.match(/(`[^`]*`|[^,`])+/g) ?? []) {
    const isMore = parts.length > 0 && !/[=`<>]/.test(part) && part.trim() !== '' && /=\s*[^`\s][^`]*$/s.test(parts.at(-1)!)
    if (isMore) parts.push(`${parts.pop()!},${part}`)
    else parts.push(part)
  }
  return parts
}

/** `age>=30` would be a column `age>` that is 30. */
function refuseComparison(name: string, isPlain: boolean, text: string): void {
  const [, column, sign] = /^(.*?)\s*([<>!])$/su.exec(name) ?? []
  if (!isPlain || column === undefined) return
  const interval = `${column}=${sign === '>' ? 'LOW..' : '..HIGH'}`
  throw noComparison(`${column}${sign}=`, text, sign === '!' ? `the values that ${column} may have, as ${column}=A|B` : interval)
}

const noComparison = (got: string, text: string, tried: string): InputError =>
  new InputError({
    code: 'given-malformed',
    got: `${got} in --given '${text}'`,
    expected: 'NAME=VALUE or NAME=LOW..HIGH, with either end open',
    try: tried
  })

/** What a record says of a column, whatever its name. */
export function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}

/** The one value that a column has. Throws `InputError` where it is given two. */
export function contradictionFree<T>(before: T | undefined, value: T, name: string): T {
  if (before === undefined || before === value) return value
  throw new InputError({
    code: 'condition-contradictory',
    got: `${name} given as ${String(before)} and as ${String(value)}`,
    expected: 'one value a column',
    try: 'leaving one of them out'
  })
}

/** The text that `parseGiven` reads as this record. A backquote in a name or value cannot be written. */
export function writeGiven(record: Readonly<Record<string, string>>): string {
  return Object.entries(record)
    .map(([name, value]) => `${quoted(name, /[,=]|^\s|[\s<>!]$/)}=${quoted(value, /,|^\s|\s$/)}`)
    .join(',')
}

function quoted(text: string, needed: RegExp): string {
  return needed.test(text) ? `\`${text}\`` : text
}
