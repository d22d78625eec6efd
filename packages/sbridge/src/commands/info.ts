import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Command } from '@commander-js/extra-typings'
import { InputError, linesOf } from '@sbridge/core'
import {
  adviseSnapshots,
  type ColumnFacts,
  type ColumnFormat,
  columnFacts,
  counted,
  disclosureFields,
  inLine,
  keptOrder,
  keptTotalsIn,
  keyTexts,
  type ModelContents,
  notesTogether,
  orderNote,
  prepareRows,
  ruleFacts,
  ruleFields,
  ruleNotes,
  rulesOf,
  ruleText,
  seriesLost,
  statedKeysOf,
  systemFor,
  tableFields,
  tellSchema,
  uniqueApart,
  uniqueOf,
  uniqueText
} from '@sbridge/core/internal'
import { ReferenceEngine } from '@sbridge/core/kernels'
import type { RawTable, Table } from '@sbridge/core/tables'
import { addFields, flagOf, readFields } from '../cli/add-fields.js'
import { allFields } from '../cli/all-fields.js'
import { readingFields } from '../cli/fields.js'
import { host } from '../cli/options.js'
import { modelContentsIn } from '../cli/source.js'
import { documentsIn, isDocumentName } from '../database/document-file.js'
import { SEVERAL_TABLES, unpackTables } from '../database/tables-model.js'
import { isTableSet } from '../database/tables-or-table.js'
import { temporaryFilesIn } from '../format/atomic-file.js'
import { readTable } from '../format/table-file.js'
import { pairsOf, pairWords } from './pairs.js'

export function infoVerb(verb: Command): void {
  const command = verb
    .argument('[input]', 'a model file, a table, or a folder that interrupted runs wrote to')
    .option('--options', 'lists every option with unit, range, default and source')
    .option('--pairs', 'also says how much every two columns tell of each other: mutual information beside what chance shows')
    .option('--time <column>', 'the column of times of snapshots: also says what `trajectories` makes of the table, and what to run')
    .option('--json', 'prints JSON')
  addFields(command, [...tableFields, ...disclosureFields, ...ruleFields, ...readingFields])
  command.action(async (input, options) => {
    await runInfo(input, options as InfoFlags)
  })
}

interface InfoFlags extends Readonly<Record<string, unknown>> {
  readonly options?: boolean
  readonly pairs?: boolean
  readonly time?: string
  readonly json?: boolean
}

async function runInfo(input: string | undefined, flags: InfoFlags): Promise<void> {
  if (flags.options) {
    process.stdout.write(flags.json ? `${JSON.stringify(allFields.map(whole), null, 2)}\n` : optionsText())
    return
  }
  if (input === undefined)
    throw new InputError({
      code: 'input-missing',
      got: 'no file',
      expected: 'a model file or a table',
      try: 'sbridge info data.csv, or sbridge info --options'
    })
  const litter = await temporaryFileNotes(input)
  if (await isFolder(input)) {
    process.stdout.write(flags.json ? `${JSON.stringify({ what: 'folder', notes: litter }, null, 2)}\n` : folderText(input, litter))
    return
  }
  const contents = await modelContentsIn(input)
  if (contents && flags.time !== undefined)
    throw new InputError({
      code: 'option-unused',
      got: `--time ${flags.time} with a model file`,
      expected: 'a table of snapshots',
      try: 'no --time: a model says itself what it is'
    })
  if (contents?.kind === SEVERAL_TABLES) {
    const telling = tellSchema((await unpackTables(contents)).model)
    process.stdout.write(
      flags.json ? `${JSON.stringify(telling.json, null, 2)}\n` : `${['model of several tables', ...linesOf(telling)].join('\n')}\n`
    )
    return
  }
  if (!contents && isDocumentName(input) && (await isTableSet(input, flags))) return await tellDocuments(input, flags, litter)
  const found = contents
    ? await modelFacts(contents, flags)
    : tableFacts(await readTable(input, readFields(readingFields, flags)), tableOptions(flags), { ...flags, input })
  const facts = { ...found, notes: [...found.notes, ...litter] }
  process.stdout.write(flags.json ? `${JSON.stringify(facts, null, 2)}\n` : factsText(facts))
}

const tableOptions = (flags: InfoFlags) => readFields([...tableFields, ...disclosureFields, ...ruleFields], flags)

/** Says of each table in a file of documents what would be said of it alone. Throws `InputError` for `--time` (code `option-unused`). */
async function tellDocuments(input: string, flags: InfoFlags, litter: readonly string[]): Promise<void> {
  if (flags.time !== undefined)
    throw new InputError({
      code: 'option-unused',
      got: `--time ${flags.time} with ${input}, whose objects hold lists of others: several tables`,
      expected: 'one table of snapshots',
      try: '--exclude with the names of the lists'
    })
  const { tables, documents } = await documentsIn(input, readFields(readingFields, flags))
  const told = Object.entries(tables).map(([name, table]) => [name, tableFacts(table, tableOptions(flags), { ...flags, input })] as const)
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ what: 'documents', documents, tables: Object.fromEntries(told), notes: litter }, null, 2)}\n`)
    return
  }
  const notes = litter.map((note) => `note: ${note}\n`).join('')
  process.stdout.write(`${told.map(([name, facts]) => `${name}: ${factsText(facts)}`).join('')}${notes}`)
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false
}

/** What interrupted runs have left beside the file, or in the folder. */
async function temporaryFileNotes(input: string): Promise<string[]> {
  if (input === '-') return []
  const folder = (await isFolder(input)) ? input : dirname(input)
  const names = await temporaryFilesIn(folder)
  if (names.length === 0) return []
  return [
    `${counted(names.length, 'temporary file')} of interrupted runs in ${folder}: ${names.join(', ')}; delete them if no run is going on`
  ]
}

function folderText(folder: string, notes: readonly string[]): string {
  return notes.length > 0 ? `${notes.join('\n')}\n` : `no temporary file of an interrupted run in ${folder}\n`
}

/** Options with all that may be said of them. */
const whole = ({ group, fields }: (typeof allFields)[number]) => ({
  group,
  fields: fields.map((field) => ({ unit: '', source: '', ...field }))
})

function optionsText(): string {
  const lines: string[] = []
  for (const { group, fields } of allFields) {
    lines.push(`${group}:`)
    for (const field of fields) {
      lines.push(
        `  ${flagOf(field)}`,
        `      ${field.sentence}`,
        `      ${field.range}; default ${field.default}${field.unit ? `; unit: ${field.unit}` : ''}${field.source ? `; source: ${field.source}` : ''}`
      )
    }
  }
  return `${lines.join('\n')}\n`
}

interface Facts {
  readonly what: 'table' | 'model'
  /** Which system wrote a model. */
  readonly kind?: string
  readonly rows: number
  readonly columns: readonly Pick<ColumnFacts, 'name' | 'kind' | 'missing' | 'summary'>[]
  readonly notes: readonly string[]
  /** The summary that a model keeps. */
  readonly model?: object
  readonly words?: readonly string[]
  /** That a table obeys. */
  readonly rules?: readonly string[]
  /** How much every two columns tell of each other, largest first. */
  readonly pairs?: ReturnType<typeof pairsOf>
  /** What `trajectories` makes of a table of snapshots. */
  readonly trajectories?: object
  /** Columns that are written anew, and how. */
  readonly keys?: readonly string[]
}

function tableFacts(raw: RawTable, given: Parameters<typeof rulesOf>[1], asked: InfoFlags & { readonly input: string }): Facts {
  const options = uniqueApart(given)
  const { data } = prepareRows(raw, options)
  const { table } = data
  const order = keptOrder(raw, options)
  const found = rulesOf(data, options)
  const lost = order && seriesLost(order, found, options.rules === 'off' ? [] : keptTotalsIn(data))
  const notes = [...data.notes, ...ruleNotes(data, options), ...(order ? [orderNote(order)] : []), ...(lost ? [lost] : [])]
  const rules = [...found.map(ruleText), ...uniqueOf(raw, options).map(uniqueText)]
  const kept = statedKeysOf(raw, options)
  const keys = kept ? keyTexts(kept) : []
  const pairs = pairsOf(table, asked)
  const paths = asked.time === undefined ? undefined : adviseSnapshots(raw, { ...options, time: asked.time }, asked.input)
  const words = [
    ...linesOf({ topics: [{ id: 'rules', title: '', blocks: [ruleFacts(rules)] }], warnings: [], notes: [] }),
    ...keys.map((key) => `key: ${key}`),
    ...pairWords(pairs),
    ...(paths ? linesOf({ ...paths, notes: [] }) : [])
  ]
  return {
    what: 'table',
    rows: table.rowCount,
    columns: table.columns.map((column, c) => lineOf(column, data.formats[c])),
    notes: [...notes, ...(paths?.notes ?? [])],
    ...(paths ? { trajectories: paths.json } : {}),
    ...(rules.length > 0 ? { rules } : {}),
    ...(keys.length > 0 ? { keys } : {}),
    ...(pairs ? { pairs } : {}),
    ...(words.length > 0 ? { words } : {})
  }
}

/** What a model file holds. */
export async function modelFacts(contents: ModelContents, asked: InfoFlags = {}): Promise<Facts> {
  const system = systemFor(contents)
  const model = await system.load(contents, { engine: new ReferenceEngine(), host })
  const { notes, ...telling } = system.tell(model)
  const training = system.training(model)
  const pairs = pairsOf(training, asked)
  const words = [...linesOf({ ...telling, notes: [] }), ...pairWords(pairs)]
  const facts = { what: 'model' as const, kind: contents.kind, ...trainingFacts(training), notes, model: system.summary(model), words }
  return pairs ? { ...facts, pairs } : facts
}

function trainingFacts(table: Table): Pick<Facts, 'rows' | 'columns'> {
  return { rows: table.rowCount, columns: table.columns.map((column) => lineOf(column)) }
}

function lineOf(column: Table['columns'][number], format?: ColumnFormat): Facts['columns'][number] {
  const { name, kind, missing, summary } = columnFacts(column, format)
  return { name, kind, missing, summary }
}

export function factsText(facts: Facts): string {
  const names = facts.columns.map((column) => inLine(column.name))
  const width = names.reduce((widest, name) => Math.max(widest, name.length), 0)
  const kind = facts.kind === undefined || facts.kind === 'global' ? '' : ` (${facts.kind})`
  const lines = [`${facts.what}${kind} of ${counted(facts.rows, 'row')}, ${counted(facts.columns.length, 'column')}`]
  for (const [i, { kind, missing, summary }] of facts.columns.entries())
    lines.push(`  ${names[i]!.padEnd(width)}  ${kind.padEnd(10)}  ${summary}${missing > 0 ? `; ${missing} missing` : ''}`)
  lines.push(...(facts.words ?? []), ...notesTogether(facts.notes).map((note) => `note: ${note}`))
  return `${lines.join('\n')}\n`
}
