import { listed } from '../../num/listed.js'
import { FORM_MARK, formName } from '../../table/forms.js'
import type { ColumnFormat, InferredTable } from '../../table/infer.js'
import { areFree } from '../../table/pairs.js'
import type { CategoricalColumn, Column, Table } from '../../table/table.js'
import { firstRows, hasRare, piecesOf, type Template, textOf } from './composed.js'
import type { Form, Segment } from './form.js'
import { segmentOf } from './segment.js'
import { type Teller, type TellingRows, tellerText, toldBy, writingsAmong } from './teller.js'

/** Such a column: its form in each row, and what is told. */
interface Formed {
  readonly name: string
  readonly form: CategoricalColumn
  readonly told: readonly Teller[]
}

/** `{channel}`, `{date:YM}`: another text for each teller of a column of one name. */
function tellerMark({ column, date, length, letters, before, behind, decimals }: Teller): string {
  const how = [
    date,
    letters === 'as' ? undefined : letters,
    before === undefined ? undefined : `before ${before}`,
    behind === undefined ? undefined : `behind ${behind}`,
    length === undefined ? undefined : `first ${length}`,
    decimals === undefined ? undefined : `.${decimals}`
  ].filter((one) => one !== undefined)
  return `{${[column, ...how].join(':')}}`
}

const markOf = (template: Template): string => template.map((piece) => (typeof piece === 'string' ? piece : tellerMark(piece))).join('')

/** The inverse of `markOf` for tellers of a table; undefined for other text. */
function templateIn(mark: string, { columns }: Pick<Table, 'columns'>): Template | undefined {
  const tellers = new Map(columns.flatMap((column) => writingsAmong(column).map((teller) => [tellerMark(teller), teller] as const)))
  const pieces = mark.split(FORM_MARK).filter((piece) => piece !== '')
  const template = pieces.map((piece) => (FORM_MARK.test(piece) ? tellers.get(piece) : piece))
  return template.includes(undefined) ? undefined : (template as Template)
}

/** How the columns of a table may be told in a form: those whose marks can be read again. */
const readable = (column: Column): readonly Teller[] => writingsAmong(column).filter((teller) => /^\{[^{}]*\}$/.test(tellerMark(teller)))

/**
 * Categories of which some levels are rare, and no form is once what other columns tell in all rows is taken out: as many different levels as
 * there would be if forms and what is told had nothing to do with each other, so that any form can stand in any row. Without those that an
 * option names. Cost as of `templateOf` for each that may be one.
 */
function formedColumns(table: Table, isNamed: (name: string) => boolean): Formed[] {
  const found: Formed[] = []
  for (const { name, kind, ...column } of table.columns) {
    if (kind !== 'category' || !('levels' in column) || isNamed(name) || column.codes.includes(-1)) continue
    if (column.levels.some((level) => FORM_MARK.test(level)) || !hasRare(column.codes, column.levels.length)) continue
    if (table.columns.some((one) => one.name === formName(name))) continue
    const columns = table.columns.filter((one) => one.name !== name && !found.some((other) => other.name === one.name))
    const own = formsOf({ name, kind, levels: column.levels, codes: column.codes }, { columns, rowCount: table.rowCount })
    if (own) found.push(own)
  }
  return found
}

function formsOf({ name, levels, codes }: CategoricalColumn, table: Table): Formed | undefined {
  const templates = piecesOf(levels, { table, rows: firstRows(codes, levels.length) }, readable)
  const told = [...new Set(templates.flat().filter((piece) => typeof piece !== 'string'))]
  if (told.length === 0) return undefined
  const marks = templates.map(markOf)
  const forms = [...new Set(marks)].sort()
  const ofLevel = marks.map((mark) => forms.indexOf(mark))
  const own = codes.map((code) => ofLevel[code]!)
  if (forms.length < 2 || hasRare(own, forms.length)) return undefined
  const at = toldBy(table)
  const rests: string[] = []
  for (const [row, code] of codes.entries()) {
    if (textOf(templates[code]!, at(row)) !== levels[code]) return undefined
    rests.push(JSON.stringify(told.map(at(row))))
  }
  const isFree = areFree(Array.from(own, String), rests, levels.length)
  return isFree ? { name, form: { name: formName(name), kind: 'category', levels: forms, codes: own }, told } : undefined
}

/** A table in which the forms of such text stand for it, which is written anew. */
export function leaveFormedOut(data: InferredTable, isNamed: (name: string) => boolean): InferredTable {
  const found = new Map(formedColumns(data.table, isNamed).map((one) => [one.name, one]))
  if (found.size === 0) return data
  return {
    table: {
      ...data.table,
      columns: data.table.columns.flatMap((column): Column[] => {
        const own = found.get(column.name)
        return own ? [{ name: column.name, kind: 'identifier' }, own.form] : [column]
      })
    },
    formats: data.formats.flatMap((format): ColumnFormat[] => {
      const form = found.get(format.name)?.form.name
      return form === undefined
        ? [format]
        : [
            { ...format, kind: 'identifier', form },
            { name: form, source: 'text', kind: 'category' }
          ]
    }),
    notes: [
      ...data.notes.filter((note) => ![...found.keys()].some((name) => note.startsWith(`${name}: `))),
      ...[...found.values()].map(formedNote)
    ]
  }
}

const formedNote = ({ name, form, told }: Formed): string =>
  `${name}: ${form.levels.length} forms with ${listed(told.map(tellerText))} in them: while rows are modelled the form is a column of its own, ${form.name}, and new rows may put together what no row has; --types ${name}=category repeats values as they stand`

/** A table without the forms of text that is left out of it. */
export function withoutForms({ columns, ...table }: Table): Table {
  const forms = new Set(columns.flatMap(({ name, kind }) => (kind === 'identifier' ? [formName(name)] : [])))
  return { ...table, columns: columns.filter(({ name }) => !forms.has(name)) }
}

/** How such text is written: by the form of its row, and what this tells; undefined of a column without forms. */
export function formedForm(name: string, values: readonly string[], { table, rows }: TellingRows): Form | undefined {
  const own = table.columns.find((one) => one.name === formName(name))
  if (own?.kind !== 'category') return undefined
  const at = toldBy(table)
  const templates = own.levels.map((level) => templateIn(level, table))
  const isWritten = values.every((value, i) => {
    const template = templates[own.codes[rows[i]!]!]
    return template !== undefined && textOf(template, at(rows[i]!)) === value
  })
  if (!isWritten) return undefined
  const patterns = templates.map((template, t) => {
    const among = rows.filter((row) => own.codes[row] === t)
    const segments = template!.map((piece): Segment => {
      if (typeof piece === 'string') return { kind: 'literal', text: piece }
      return { kind: 'told', by: piece, else: segmentOf(among.map((row) => at(row)(piece)!)) }
    })
    return { share: among.length / rows.length, segments }
  })
  return { patterns, by: { column: own.name, levels: own.levels, texts: own.levels.map((_, t) => String(t)) } }
}
