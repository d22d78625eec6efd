import { writeGiven } from 'sbridge/internal'
import { DEFAULTS, defaultSteps, type Run } from './settings.js'
import { listed, literal, quote, stem } from './spelling.js'

/** The command line that writes the very rows on the screen. */
export function commandOf(file: string, { job, draws, rows, known }: Run): string {
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
  if (draws.start !== DEFAULTS.start) words.push('--start', draws.start)
  if (draws.steps !== defaultSteps(known)) words.push('--steps', String(draws.steps))
  if (known && Object.keys(known.given).length > 0) words.push('--given', writeGiven(known.given))
  for (const text of known?.observe ?? []) words.push('--observe', text)
  return words.map(quote).join(' ')
}

/** The same as a program for Node. */
export function codeOf(file: string, { job, draws, rows, known }: Run): string {
  const drawn = {
    rows,
    seed: job.seed,
    ...(draws.noise === DEFAULTS.noise ? {} : { noise: draws.noise }),
    ...(draws.start === DEFAULTS.start ? {} : { start: draws.start }),
    ...(draws.steps === defaultSteps(known) ? {} : { steps: draws.steps }),
    ...(known && Object.keys(known.given).length > 0 ? { given: known.given } : {}),
    ...(known && known.observe.length > 0 ? { observe: known.observe } : {})
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
