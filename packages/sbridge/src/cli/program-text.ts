/** A program for Node: `calls` make `rows` of a `table`, and use `verbs` of the library. */
export function programFor(
  verbs: readonly string[],
  { file, output }: { readonly file: string; readonly output: string },
  calls: readonly string[]
): string {
  return [
    `import { ${[...verbs, 'readTable', 'writeTable'].sort().join(', ')} } from ${literal('sbridge')}`,
    '',
    `const table = await readTable(${literal(file)})`,
    ...calls,
    `await writeTable(${literal(output)}, rows)`
  ].join('\n')
}

/** A value as JavaScript would be written by hand. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value).map(([key, part]) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key)}: ${literal(part)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}
