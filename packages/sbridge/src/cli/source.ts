import { FormatError, InputError, packModel, SYSTEMS, type SystemContext, type Telling, unpackModel } from '@sbridge/core'
import {
  type AnySystem,
  checkOptions,
  type Field,
  isModel,
  keptRows,
  type ModelContents,
  parseUnique,
  systemFor
} from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { isDatabase, withoutPassword } from '../database/address.js'
import type { DatabaseTable } from '../database/cells.js'
import { writeAtomically } from '../format/atomic-file.js'
import { type ReadOptions, readBytes, readTable } from '../format/table-file.js'
import { extensionOf, tableFormatOf } from '../format/table-format.js'
import { flagOf, readFields } from './add-fields.js'
import { readingFields } from './fields.js'
import { host, type Run } from './options.js'

type Flags = Readonly<Record<string, unknown>>

/** What a verb begins with: a model file of its system, a table with the options of a fit, yet unread, or a model that keeps its table's rows. */
export type Source =
  | { readonly contents: ModelContents }
  | { readonly keeps: ModelContents; readonly options: object }
  | { readonly path: string; readonly options: object; readonly reading: ReadOptions }

interface Wanted {
  readonly flags: Flags
  readonly run: Run
  /** Flags that a model file has no use for, besides those of a fit; and flags of a fit that a draw reads too. */
  readonly also?: readonly string[]
  readonly but?: readonly string[]
  /** Whether a model of a table stands for the rows that it keeps. */
  readonly rows?: boolean
}

/** What a model of a table says itself. */
const SAID = ['types', 'weights', 'rules', 'rule']

/**
 * Tells a model from a table, and reads the options of a fit. Throws `InputError` for options that a fit refuses and for
 * options of a fit beside a model file, `FormatError` for a model of another system.
 */
export async function sourceOf(
  system: AnySystem,
  path: string,
  { flags, run, also = [], but = [], rows = false }: Wanted
): Promise<Source> {
  const contents = await modelContentsIn(path)
  const fitOptions = async () => {
    const options = { ...readFields(system.fields.fit, flags), seed: run.seed }
    checkOptions(system.fields.fit, options, { also: system.also.fit, host })
    return system.readOptions(options, host)
  }
  if (contents && rows && SYSTEMS.tables.kinds.includes(contents.kind)) {
    refusePrivate(contents)
    refuseBesideModel(
      SAID.map((name) => ({ name })),
      flags
    )
    return { keeps: contents, options: await fitOptions() }
  }
  if (contents) {
    systemFor(contents, [system])
    const fields = [
      ...[...system.fields.fit, ...readingFields].filter(({ name }) => !but.includes(name)),
      ...also.map((name) => ({ name }))
    ]
    refuseBesideModel(fields, flags)
    return { contents }
  }
  return { path, options: await fitOptions(), reading: readFields(readingFields, flags) }
}

/** Refuses rows of a private model for what learns from them anew: it would tell of them as if nothing had been asked for. Throws `InputError` (code `privacy-rows-kept`). */
function refusePrivate({ meta }: ModelContents): void {
  if ((meta as { readonly privacy?: unknown }).privacy === undefined) return
  throw new InputError({
    code: 'privacy-rows-kept',
    got: 'the rows that a model keeps, and the model was fitted with --privacy',
    expected: 'rows that may be told of: --privacy is of what sample draws from it',
    try: 'sample, or a model fitted without --privacy where the result stays with those who may see the rows'
  })
}

/** Refuses flags that a model file has no use for. Throws `InputError` (code `option-of-fit`). */
export function refuseBesideModel(fields: readonly Pick<Field, 'name'>[], flags: Flags): void {
  const given = fields.find(({ name }) => flags[name] !== undefined)
  if (!given) return
  throw new InputError({
    code: 'option-of-fit',
    got: `${flagOf(given)} with a model file`,
    expected: 'options of drawing only',
    try: 'giving it when the model is made'
  })
}

/** A request of a draw, checked and with its files read. Throws `InputError` for what the model or the fit cannot honour. */
export async function requestOf<R extends object>(system: AnySystem, source: Source, request: R): Promise<R> {
  const given = 'contents' in source ? system.fittedWith(source.contents.kind) : (source.options as Flags)
  checkOptions([...system.fields.draw, ...system.fields.know], request, { also: system.also.draw, given, host })
  return system.readRequest(request, host)
}

/** A source whose model is loaded, or whose table is read: what a plan is made for and a model comes from. */
export type Ready<Model> = { readonly model: Model } | { readonly input: RawTable; readonly options: object }

/** Reads the table, with the options that one request of it needs; or loads the model, or the rows that one keeps. */
export async function readyOf<Model>(
  system: AnySystem,
  source: Source,
  at: {
    readonly context: Pick<SystemContext, 'engine'>
    readonly request?: object
    readonly read?: (path: string, options: ReadOptions) => Promise<RawTable>
  }
): Promise<Ready<Model>> {
  if ('contents' in source) return { model: await system.load(source.contents, { ...at.context, host }) }
  const { input, options } = await learnedFrom(system, source, at)
  return { input, options: at.request ? system.optionsFor(input, options, at.request) : options }
}

/** The rows that a model is fitted to, and its options. */
async function learnedFrom(
  system: AnySystem,
  source: Exclude<Source, { readonly contents: ModelContents }>,
  { context, read = readTable }: Parameters<typeof readyOf>[2]
): Promise<{ readonly input: RawTable; readonly options: object }> {
  if ('path' in source) {
    const input = await read(source.path, source.reading)
    return { input, options: withSchema(system, input, source.options) }
  }
  const { input, options } = keptRows(await SYSTEMS.tables.load(source.keeps, { ...context, host }))
  return { input, options: { ...options, ...source.options } }
}

/** Options with what a database says of a table: kinds where the user names none, and rules unless there are to be none. */
function withSchema(system: AnySystem, input: RawTable, options: object): object {
  if (!('schema' in input)) return options
  const { types, rules } = (input as DatabaseTable).schema
  const has = (name: string) => system.fields.fit.some((field) => field.name === name)
  const given = options as {
    readonly types?: object
    readonly rule?: readonly string[]
    readonly rules?: string
    readonly columns?: readonly string[]
    readonly exclude?: readonly string[]
    readonly group?: string
  }
  // What is said of all rows together only rows that are drawn each by itself can keep.
  const isKept = (rule: string) => (system === SYSTEMS.tables && given.group === undefined) || !parseUnique(rule)
  const used = (name: string) => (given.columns?.includes(name) ?? true) && !given.exclude?.includes(name)
  const kinds = Object.fromEntries(Object.entries(types).filter(([name]) => used(name)))
  const columns = input.columns.map(({ name }) => name)
  const stated = rules.filter((rule) => isKept(rule) && columns.every((name) => used(name) || !rule.includes(`\`${name}\``)))
  return {
    ...options,
    ...(has('types') && Object.keys(kinds).length > 0 ? { types: { ...kinds, ...given.types } } : {}),
    ...(has('rule') && stated.length > 0 && given.rules !== 'off' ? { rule: [...(given.rule ?? []), ...stated] } : {})
  }
}

/** That what is told was learned from the rows of a model. */
export const tellKept = (source: Source): Telling => ({
  json: {},
  topics: [],
  warnings: [],
  notes: 'keeps' in source ? ['this is a model of a table: what this verb needs was learned now, from the rows that the model keeps'] : []
})

/** The model of a source: as it is, or fitted now. */
export async function modelOf<Model>(system: AnySystem, ready: Ready<Model>, context: SystemContext): Promise<Model> {
  return 'model' in ready ? ready.model : system.fit(ready.input, ready.options, context)
}

/** Writes a model where a file is named for it. */
export async function writeModel<Model>(path: string | undefined, system: AnySystem, model: Model): Promise<void> {
  if (path !== undefined) await writeAtomically(path, packModel(system.save(model)))
}

/** A model, for a verb that has nothing to do with it alone. */
export const rowsMissing = (verb: string, model: string): InputError =>
  new InputError({
    code: 'input-missing',
    got: `the model ${model} alone`,
    expected: 'a table of rows after it',
    try: `sbridge ${verb} ${model} rows.csv -o OUT`
  })

/** Two tables, for a verb that learns from one and keeps what it learned in a model. */
export const tooManyInputs = (verb: string, table: string, rows: string): InputError =>
  new InputError({
    code: 'input-extra',
    got: `two tables, ${table} and ${rows}`,
    expected: 'one table, or a model and a table',
    try: `sbridge ${verb} ${table} -o OUT --model MODEL, then sbridge ${verb} MODEL ${rows} -o OUT`
  })

/** The contents of a model file, told by its name or its first bytes; undefined for a table. */
export async function modelContentsIn(path: string): Promise<ModelContents | undefined> {
  if (path === '-' || isDatabase(path)) return undefined
  const named = extensionOf(path) === '.sbridge'
  if (!named && isNameOfTable(path)) return undefined
  const bytes = await readBytes(path)
  return named || isModel(bytes) ? unpackNamed(bytes, path) : undefined
}

/** Errors on a model's bytes, with the name of its file. */
function unpackNamed(bytes: Uint8Array, path: string): ModelContents {
  try {
    return unpackModel(bytes)
  } catch (error) {
    if (!(error instanceof FormatError)) throw error
    const { code, got, expected, remedy } = error
    throw new FormatError({ code, got: `${path}: ${got}`, expected, try: remedy })
  }
}

/** Refuses a name for a model that says a table: the model could not be read again. Throws `InputError`. */
export function refuseNameOfTable(path: string): void {
  if (path !== '-' && !isDatabase(path) && !isNameOfTable(path)) return
  throw new InputError({
    code: 'model-name',
    got: `the name ${withoutPassword(path)} for a model`,
    expected: 'a file name that says no table',
    try: path === '-' || isDatabase(path) ? '-o model.sbridge' : `-o ${path.replace(/\.[^./\\]+$/, '')}.sbridge`
  })
}

function isNameOfTable(path: string): boolean {
  try {
    tableFormatOf(path)
    return true
  } catch {
    return false
  }
}
