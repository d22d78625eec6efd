/**
 * The keys of the object that opens at `start`, in the order of the text and with repeats, both of which
 * `JSON.parse` loses (it moves whole-number keys to the front and keeps the last of equal ones).
 *
 * `text` is known to be valid JSON; none when `start` is negative.
 */
export function objectKeys(text: string, start: number): string[] {
  const keys: string[] = []
  if (start < 0) return keys
  let depth = 0
  let expectsKey = false
  for (let i = start; i < text.length; i++) {
    const character = text[i]
    if (character === '"') {
      const end = endOfString(text, i)
      if (depth === 1 && expectsKey) {
        keys.push(JSON.parse(text.slice(i, end)))
        expectsKey = false
      }
      i = end - 1
    } else if (character === '{' || character === '[') {
      depth++
      expectsKey = depth === 1
    } else if (character === '}' || character === ']') {
      if (--depth === 0) break
    } else if (character === ',' && depth === 1) expectsKey = true
  }
  return keys
}

/** Index just behind the string that opens at `start`. */
export function endOfString(text: string, start: number): number {
  let i = start + 1
  while (text[i] !== '"') i += text[i] === '\\' ? 2 : 1
  return i + 1
}
