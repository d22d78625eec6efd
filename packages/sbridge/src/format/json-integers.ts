/** Whether whole numbers of so many digits that doubles may not hold them stand in a text, or in a string of it. */
const LONG = /[:[,]\s*-?\d{16,}\s*[,}\]]/

/** Strings, which are left as they are, and long whole numbers. */
const TOKENS = /"[^"\\]*(?:\\.[^"\\]*)*"|(?<![\d.eE+-])-?\d{16,}(?![\d.eE])/g

/** What no text holds: it stands for no character. */
const MARK = '\ufdd0'

/** What `JSON.parse` makes of a text, but that whole numbers beyond 2⁵³ keep their digits, as `bigint`. Throws `SyntaxError`. */
export function parsedJson(text: string): unknown {
  if (!LONG.test(text) || text.includes(MARK)) return JSON.parse(text)
  const marked = text.replace(TOKENS, (token) =>
    token.startsWith('"') || Number.isSafeInteger(Number(token)) || /^-?0/.test(token) ? token : `"${MARK}${token}"`
  )
  return JSON.parse(marked, (_, value) => (typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(1)) : value))
}

/** Whether a double changes the digits of a whole number: it is not written so again. Those that a double is written with are the double. */
export const losesDigits = (cell: unknown): boolean => typeof cell === 'bigint' && String(Number(cell)) !== String(cell)

/** The JSON text of a value, whole numbers that doubles do not hold as near as they do. */
export const jsonText = (value: unknown): string => JSON.stringify(value, (_, one) => (typeof one === 'bigint' ? Number(one) : one))
