/** A word as a shell takes it. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** A column name in a list: commas and equals signs part names, so such names stand in backquotes. */
export function listed(name: string): string {
  return /[,=`]/.test(name) ? `\`${name}\`` : name
}

/** The name of a file without its extension. */
export function stem(file: string): string {
  return file.replace(/\.[^.]+$/, '')
}

/** A value as JavaScript would be written by hand. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value).map(([key, part]) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key)}: ${literal(part)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}
