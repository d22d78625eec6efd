import { type FitJob, InputError, type Localisation, type LocalOptions, localFields, parseLocalisation, type RawTable } from '@sbridge/core'
import { readTable } from '../format/table-file.js'
import { readFields } from './fields.js'

type Given = Readonly<Record<string, unknown>>

/** The localisation that a flag asks for; a graph is read from its file: two columns of names, a row for each pair of neighbours. */
export async function localisationOf(text: string): Promise<Localisation> {
  const parsed = parseLocalisation(text)
  if (parsed.kind !== 'graph' || !('file' in parsed)) return parsed as Localisation
  const table = await readTable(parsed.file)
  return { kind: 'graph', edges: edgesOf(table, parsed.file), heading: table.columns.slice(0, 2).map(({ name }) => name) }
}

function edgesOf(table: RawTable, file: string): [string, string][] {
  const [from, to] = table.columns
  if (!from || !to) {
    throw new InputError({
      code: 'graph-file',
      got: `${table.columns.length} column${table.columns.length === 1 ? '' : 's'} in ${file}`,
      expected: 'two columns: the names of two neighbours in each row',
      try: 'a first line such as from,to'
    })
  }
  return Array.from({ length: table.rowCount }, (_, i): [string, string] => {
    const pair = [from, to].map((column) => ('missing' in column && column.missing?.[i] ? null : (column.values[i] ?? null)))
    if (pair.includes(null)) {
      throw new InputError({
        code: 'graph-file',
        got: `an empty cell in row ${i + 1} of ${file}`,
        expected: 'the names of two neighbours in each row',
        try: 'leaving the row out: a column without neighbours needs none'
      })
    }
    return [String(pair[0]), String(pair[1])]
  })
}

/** Options of `fitLocal` from flags and the fit job. Throws `InputError` for options that a localised model lacks. */
export async function localOptionsOf(given: Given, job: FitJob): Promise<LocalOptions> {
  const values = readFields(localFields, given)
  if (job.kernel === 'variable') throw lacking('--kernel variable', '--kernel fixed')
  if (job.weights !== undefined) throw lacking(`--weights ${job.weights}`, 'leaving the weights out')
  return {
    local: await localisationOf(String(values.local)),
    ...(values.sweep === undefined ? {} : { sweep: values.sweep as 'ordered' | 'simultaneous' }),
    ...(values.neighbourBandwidth === undefined ? {} : { neighbourBandwidth: values.neighbourBandwidth as 'auto' | number }),
    ...(job.bandwidth === undefined ? {} : { bandwidth: job.bandwidth }),
    ...(job.scaling === undefined ? {} : { scaling: job.scaling })
  }
}

function lacking(got: string, remedy: string): InputError {
  return new InputError({ code: 'option-combination', got: `${got} with --local`, expected: 'one or the other', try: remedy })
}
