import { damaged, dictionary, flag, list, optional, type Reader, record, text, variant, whole, word } from '../model-file/reading.js'
import type { DelimitedDialect, Dialect, JsonDialect, SheetDialect, StoredType, TypedDialect } from '../table/dialect.js'
import type { RawTable } from '../table/raw.js'
import type { Answer, System } from './system.js'

/** A model that remembers how the file was written that it learned from. */
interface Worded {
  readonly dialect?: Dialect
}

const encoded = { encoding: text, byteOrderMark: flag }

/** The name of a value in an object, or its place in a list. */
const keyIn: Reader<string | number> = (value, field) => (typeof value === 'string' ? value : whole({ least: 0, most: 1e6 })(value, field))

const indentIn: Reader<string> = (value, field) => {
  if (typeof value === 'string' && /^[ \t]{0,16}$/.test(value)) return value
  throw damaged(`a model with ${field} that is no indentation`, 'at most 16 blanks or tabs')
}

type Stored<K extends StoredType['kind']> = Extract<StoredType, { kind: K }>

const unit = word('s', 'ms', 'us', 'ns')

/** Digits of the longest decimals that any format has: of 256 bits. */
const MOST_DIGITS = 76

/** One of a few numbers. */
const oneOf = <const N extends number>(...numbers: readonly N[]): Reader<N> => {
  const read = whole({ least: Math.min(...numbers), most: Math.max(...numbers) })
  return (value, field) => {
    const number = read(value, field) as N
    if (numbers.includes(number)) return number
    throw damaged(`a model with ${number} as ${field}`, numbers.join(', '))
  }
}

const storedTypeIn: Reader<StoredType> = variant<StoredType>('kind', {
  whole: record<Stored<'whole'>>({ kind: word('whole'), bits: oneOf(8, 16, 32, 64), signed: flag }),
  float: record<Stored<'float'>>({ kind: word('float'), bits: oneOf(16, 32, 64) }),
  decimal: record<Stored<'decimal'>>({
    kind: word('decimal'),
    precision: whole({ least: 1, most: MOST_DIGITS }),
    scale: whole({ least: 0, most: MOST_DIGITS })
  }),
  date: record<Stored<'date'>>({ kind: word('date') }),
  time: record<Stored<'time'>>({ kind: word('time'), unit, zone: optional(text) }),
  timestamp: record<Stored<'timestamp'>>({ kind: word('timestamp'), unit, zone: optional(text) }),
  duration: record<Stored<'duration'>>({ kind: word('duration'), unit }),
  dictionary: record<Stored<'dictionary'>>({ kind: word('dictionary'), bits: oneOf(8, 16, 32) }),
  uuid: record<Stored<'uuid'>>({ kind: word('uuid') }),
  json: record<Stored<'json'>>({ kind: word('json') }),
  enum: record<Stored<'enum'>>({ kind: word('enum') })
})

const dialectIn: Reader<Dialect> = variant<Dialect>('kind', {
  delimited: record<DelimitedDialect>({
    ...encoded,
    kind: word('delimited'),
    separator: optional(word(',', ';', '\t', '|', ' ')),
    aligned: optional(flag),
    units: optional(list(text)),
    lineEnd: word('\n', '\r\n', '\r'),
    quoted: list(text),
    quotedNames: flag,
    quotedMissing: flag,
    unnamed: optional(list(text)),
    repeated: optional(dictionary(text)),
    trimmed: optional(flag)
  }),
  json: record<JsonDialect>({
    ...encoded,
    kind: word('json'),
    layout: optional(word('lists', 'labels')),
    under: optional(text),
    nested: optional(dictionary(list(keyIn))),
    mixed: optional(list(text)),
    lists: optional(list(text)),
    escaped: optional(flag),
    spacing: optional(
      record<NonNullable<JsonDialect['spacing']>>({ indent: optional(indentIn), blanks: optional(flag), rows: optional(flag) })
    )
  }),
  sheet: record<SheetDialect>({
    kind: word('sheet'),
    sheet: text,
    formats: dictionary(text),
    mixed: list(text),
    units: optional(list(text)),
    repeated: optional(dictionary(text))
  }),
  typed: record<TypedDialect>({ kind: word('typed'), types: dictionary(storedTypeIn) })
})

/** A system whose models remember the dialect of their table: it is saved with them, and stands on what they present. */
export function keepingDialect<Options extends object, Model extends object, Request extends object, Told extends Answer>(
  system: System<RawTable, Options, Model, Request, Told>
): System<RawTable, Options, Model, Request, Told> {
  return {
    ...system,
    async fit(input, options, context) {
      const model = await system.fit(input, options, context)
      return input.dialect === undefined ? model : { ...model, dialect: input.dialect }
    },
    present(model, answer, cells) {
      const { dialect } = model as Worded
      if (dialect === undefined || cells === 'plain') return system.present(model, answer, cells)
      const table = system.present(model, answer, cells === dialect.kind ? 'source' : cells)
      return { ...table, dialect }
    },
    save(model) {
      const contents = system.save(model)
      const { dialect } = model as Worded
      return dialect === undefined ? contents : { ...contents, meta: { ...(contents.meta as object), dialect } }
    },
    async load(contents, context) {
      const model = await system.load(contents, context)
      const { dialect } = contents.meta as { readonly dialect?: unknown }
      return dialect === undefined ? model : { ...model, dialect: dialectIn(dialect, 'meta.dialect') }
    }
  }
}
