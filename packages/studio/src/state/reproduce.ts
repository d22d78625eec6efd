import { DEFAULTS, type Run } from './settings.js'

/** A word as a shell takes it. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}

/** A column name in a list: commas and equals signs part names, so such names stand in backquotes. */
function listed(name: string): string {
  return /[,=`]/.test(name) ? `\`${name}\`` : name
}

function stem(file: string): string {
  return file.replace(/\.[^.]+$/, '')
}

/** The command line that writes the very rows on the screen. */
export function commandOf(file: string, { job, draws, rows }: Run): string {
  const words = ['sbridge', 'sample', file, '-n', String(rows), '-o', `${stem(file)}-new.csv`, '--seed', String(job.seed)]
  if (job.types)
    words.push(
      '--types',
      Object.entries(job.types)
        .map(([name, kind]) => `${listed(name)}=${kind}`)
        .join(',')
    )
  if (job.exclude) words.push('--exclude', job.exclude.map(listed).join(','))
  if (job.bandwidth !== undefined) words.push('--bandwidth', String(job.bandwidth))
  if (job.kernel) words.push('--kernel', job.kernel)
  if (job.scaling) words.push('--scaling', String(job.scaling))
  if (draws.noise !== DEFAULTS.noise) words.push('--noise', draws.noise)
  if (draws.steps !== DEFAULTS.steps) words.push('--steps', String(draws.steps))
  return words.map(quote).join(' ')
}

/** The same as a program for Node. */
export function codeOf(file: string, { job, draws, rows }: Run): string {
  const drawn = {
    rows,
    seed: job.seed,
    ...(draws.noise === DEFAULTS.noise ? {} : { noise: draws.noise }),
    ...(draws.steps === DEFAULTS.steps ? {} : { steps: draws.steps })
  }
  return [
    "import { fit, readTable, sample, writeTable } from 'sbridge'",
    '',
    `const table = await readTable(${literal(file)})`,
    `const model = await fit(table, ${literal(job)})`,
    `const rows = await sample(model, ${literal(drawn)})`,
    `await writeTable(${literal(`${stem(file)}-new.csv`)}, rows)`
  ].join('\n')
}

/** A value as JavaScript would be written by hand. */
function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
  if (typeof value !== 'object' || value === null) return String(value)
  const entries = Object.entries(value).map(([key, part]) => `${/^[A-Za-z_$][\w$]*$/.test(key) ? key : literal(key)}: ${literal(part)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}
