import { arraysNamed, type ModelContents } from '../../model-file/contents.js'
import {
  arraysUnder,
  damaged,
  dictionary,
  exactly,
  expectKind,
  flag,
  list,
  number,
  optional,
  type Reader,
  record,
  text,
  whole
} from '../../model-file/reading.js'
import { combinationsOf } from '../../table/categories.js'
import type { Encoder } from '../../table/encoder.js'
import { type EncoderRecord, encoderIn, recordEncoder, recordRows, rowsIn, UNSCALED } from '../encoder-file.js'
import type { ClassedField, ClassedSummary, ClassSummary, FieldClass } from './classes.js'
import type { LocalModel } from './model.js'
import { loadLocal, localSummaryFields, saveLocal } from './save.js'

type ClassRecord = Pick<FieldClass, 'field' | 'shift'>

interface ClassedMeta {
  readonly encoder: EncoderRecord
  readonly summary: ClassedSummary
  readonly fields: readonly unknown[]
  /** In the order of their first rows. */
  readonly classes: readonly ClassRecord[]
}

/** Model → contents of a model file. */
export function saveClasses({ encoder, rows, fields, classes, summary }: ClassedField): ModelContents {
  const recorded = recordEncoder(encoder)
  const saved = fields.map(saveLocal)
  const meta: ClassedMeta = {
    encoder: recorded.record,
    summary,
    fields: saved.map((one) => one.meta),
    classes: classes.map(({ field, shift }) => ({ field, ...(shift ? { shift } : {}) }))
  }
  const own = saved.map(({ arrays }, f) => arraysNamed(`field${f}.`, arrays))
  return { kind: 'local-classes', meta, arrays: Object.assign({ ...recorded.arrays, ...recordRows(rows) }, ...own) }
}

const classedSummary = record<ClassedSummary>({
  ...localSummaryFields,
  classes: list(record<ClassSummary>({ words: text, rowCount: whole({ least: 1 }), shared: flag }))
})

const classRecord: Reader<ClassRecord> = record<ClassRecord>({ field: whole(), shift: optional(dictionary(number(UNSCALED))) })

/** Contents of a model file → model. Throws `FormatError` (codes `model-kind`, `model-damaged`) for contents that make none. */
export function loadClasses(contents: ModelContents): ClassedField {
  expectKind(contents, 'local-classes')
  const { arrays } = contents
  const meta = record<Omit<ClassedMeta, 'encoder'> & { readonly encoder: Encoder }>({
    encoder: encoderIn(arrays),
    summary: classedSummary,
    fields: list((value) => value),
    classes: list(classRecord)
  })(contents.meta, 'meta')
  const { encoder, summary } = meta
  const { rowCount } = summary
  const rows = rowsIn(arrays, encoder, rowCount)
  const fields = meta.fields.map((field, f) => {
    const model = loadLocal({ kind: 'local', meta: field, arrays: arraysUnder(`field${f}.`, arrays) })
    checkColumns(model, encoder, `meta.fields[${f}]`)
    return model
  })
  const combinations = combinationsOf(rows.codes, rowCount)
  exactly(combinations.rows.length)(meta.classes.length, 'meta.classes.length')
  exactly(combinations.rows.length)(summary.classes.length, 'meta.summary.classes.length')
  const width = encoder.factors.length
  const classes = combinations.rows.map((members, c): FieldClass => {
    const { field, shift } = meta.classes[c]!
    const of = fields[field]
    if (!of) throw damaged(`a model with meta.classes[${c}] of the field ${field}`, `one of ${fields.length} fields`)
    if (shift) checkShift(shift, encoder, `meta.classes[${c}].shift`)
    else exactly(members.length)(of.coordinates.rows, `meta.fields[${field}].summary.rowCount`)
    const first = members[0]! * width
    return { levels: rows.codes.slice(first, first + width), rows: members, field, ...(shift ? { shift } : {}) }
  })
  return { encoder, rows, fields, classes, summary }
}

const numericNames = ({ columns }: Encoder): string[] =>
  columns.flatMap(({ name, carries }) => (carries === 'coordinate' || carries === 'constant' ? [name] : []))

/** A field draws the numbers of the table, and nothing else. */
function checkColumns(field: LocalModel, encoder: Encoder, at: string): void {
  const [own, wanted] = [numericNames(field.encoder), numericNames(encoder)]
  if (own.length === field.encoder.columns.length && own.length === wanted.length && own.every((name, c) => name === wanted[c])) return
  throw damaged(`a model with ${at} of other columns`, 'the columns of numbers of the table')
}

function checkShift(shift: Readonly<Record<string, number>>, encoder: Encoder, at: string): void {
  const missing = numericNames(encoder).find((name) => !Object.hasOwn(shift, name))
  if (missing !== undefined) throw damaged(`a model with ${at} without ${missing}`, 'a number for each column')
}
