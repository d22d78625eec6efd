import { damaged, dictionary, flag, list, optional, type Reader, record, text, variant, whole, word } from '../model-file/reading.js'
import type { DelimitedDialect, Dialect, JsonDialect, SheetDialect } from '../table/dialect.js'
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
    quotedMissing: flag
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
  sheet: record<SheetDialect>({ kind: word('sheet'), sheet: text, formats: dictionary(text), mixed: list(text) })
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
