import { partOf } from '../../draw/batches.js'
import { categoryMode } from '../../law/strata.js'
import { InputError } from '../../num/errors.js'
import { listed } from '../../num/listed.js'
import { keyFor } from '../../num/random.js'
import { type Combinations, combinationsOf } from '../../table/categories.js'
import { type Encoder, encodeTable, fitEncoder } from '../../table/encoder.js'
import type { InferredTable } from '../../table/infer.js'
import { takeTableRows } from '../../table/rows.js'
import { isEmpty, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import type { Context } from '../context.js'
import { fieldColumns } from '../windows/neighbourhoods.js'
import { type ClassedField, type ClassedSummary, type FieldClass, wordsOf } from './classes.js'
import { fitLocal, scalingOf } from './fit.js'
import type { LocalModel } from './model.js'
import type { LocalOptions } from './options.js'

/** Rows that a field of their own takes: of fewer a held-out third cannot tell bandwidths apart. */
const LEAST_ROWS = 40

/**
 * Fits a localised model to each class of rows, that is of rows with the same categories. Classes of few rows share one, of
 * all rows about the means of their classes, moved to their own. Cost that of `fitLocal` for each.
 * Throws `InputError` as `fitLocal` does, and (code `local-classes`) where combinations of categories hardly recur.
 */
export async function fitClasses(data: InferredTable, options: LocalOptions, context: Context): Promise<ClassedField> {
  const { table, formats } = data
  const scaling = scalingOf(data, options)
  const encoder = fitEncoder(table, formats, (name) => scaling[name]!)
  // Refuses missing cells before anything is fitted.
  fieldColumns({ ...encoder, columns: encoder.columns.filter(({ carries }) => carries !== 'factor') })
  const key = keyFor(context.key, 'classes')
  const rows = encodeTable(encoder, table, keyFor(key, 'encode'))
  const combinations = combinationsOf(rows.codes, table.rowCount)
  refuseRareClasses(encoder, rows.codes, combinations)
  const numbers = { columns: table.columns.filter(isNumeric).filter((column) => !isEmpty(column)), rowCount: table.rowCount }
  const most = combinations.rows.filter((members) => members.length >= LEAST_ROWS).length + 1
  const fit = (part: Table, own: LocalOptions, label: string) =>
    fitLocal(
      { table: part, formats: formats.filter(({ name }) => numbers.columns.some((column) => column.name === name)), notes: [] },
      { ...own, ...(own.blocks ? { blocks: varying(own.blocks, part) } : {}) },
      { ...context, watch: partOf(context.watch, fields.length, most), key: keyFor(key, label) }
    )
  const fields: LocalModel[] = []
  const classes: FieldClass[] = []
  const width = encoder.factors.length
  for (const [c, members] of combinations.rows.entries()) {
    const levels = rows.codes.slice(members[0]! * width, (members[0]! + 1) * width)
    if (members.length < LEAST_ROWS) classes.push({ levels, rows: members, field: -1 })
    else {
      classes.push({ levels, rows: members, field: fields.length })
      fields.push(await fit(takeTableRows(numbers, members), options, `class ${c}`))
    }
  }
  if (classes.some(({ field }) => field < 0)) {
    const { table: centred, meansOf } = centredRows(numbers, classes)
    fields.push(await fit(centred, { ...options, scaling: 'standard' }, 'shared'))
    classes.forEach((one, c) => {
      if (one.field < 0) classes[c] = { ...one, field: fields.length - 1, shift: meansOf(one) }
    })
  }
  const summary = summaryOf({ encoder, fields, classes }, { scaling, notes: data.notes, rowCount: table.rowCount })
  return { encoder, rows, fields, classes, summary }
}

/** The summary of the largest class's field, of all rows; notes are those of all classes. */
function summaryOf(
  { encoder, fields, classes }: Pick<ClassedField, 'encoder' | 'fields' | 'classes'>,
  of: Pick<ClassedSummary, 'scaling' | 'notes' | 'rowCount'>
): ClassedSummary {
  const largest = classes.reduce((a, b) => (b.rows.length > a.rows.length ? b : a))
  const told = classes.map(({ levels, rows, shift }) => ({
    words: wordsOf(encoder, levels),
    rowCount: rows.length,
    shared: shift !== undefined
  }))
  const few = told.filter(({ shared }) => shared)
  const own = fields.flatMap(({ summary }, f) => {
    const named = classes.findIndex(({ field, shift }) => field === f && !shift)
    return summary.notes.map((note) => `${named < 0 ? 'classes of few rows' : told[named]!.words}: ${note}`)
  })
  return {
    ...fields[largest.field]!.summary,
    ...of,
    coordinateCount: encoder.coordinateCount,
    classes: told,
    notes: [
      ...of.notes,
      ...own,
      ...(few.length > 0
        ? [
            `${few.length === 1 ? 'a class' : `${few.length} classes`} of fewer than ${LEAST_ROWS} rows (${listed(few.map(({ words }) => words))}) ${few.length === 1 ? 'has' : 'have'} the spread of all rows about the means of their classes`
          ]
        : [])
    ]
  }
}

function refuseRareClasses(encoder: Encoder, codes: Int32Array, combinations: Combinations): void {
  if (categoryMode(encoder, codes) !== 'sweep') return
  const names = encoder.columns.filter(({ carries }) => carries === 'factor').map(({ name }) => name)
  throw new InputError({
    code: 'local-classes',
    got: `${combinations.rows.length} combinations of ${names.join(', ')} in ${combinations.ofRow.length} rows, most of which hardly recur`,
    expected: 'combinations of categories that recur: each is a class of rows with its own law',
    try: `--exclude ${names.length > 1 ? 'the column with the most categories' : names[0]!}, or sampling without --local`
  })
}

/** Blocks without columns that are constant in a class. */
function varying(blocks: NonNullable<LocalOptions['blocks']>, { columns }: Table): NonNullable<LocalOptions['blocks']> {
  const constant = new Set(columns.filter(isNumeric).flatMap(({ name, values }) => (values.every((x) => x === values[0]) ? [name] : [])))
  return blocks.map((block) => block.filter((name) => !constant.has(name)))
}

/**
 * Rows about the means of their classes, with the spread that each class would have had were its mean known: √(n/(n − 1)).
 * Classes of one row have none.
 */
function centredRows(numbers: { readonly columns: readonly NumericColumn[] }, classes: readonly FieldClass[]) {
  const several = classes.filter(({ rows }) => rows.length > 1)
  const order = Uint32Array.from(several.flatMap(({ rows }) => [...rows]))
  const meanOf = (values: Float64Array, rows: Uint32Array) => rows.reduce((sum, i) => sum + values[i]! / rows.length, 0)
  const columns = numbers.columns.map((column) => ({
    ...column,
    values: Float64Array.from(
      several.flatMap(({ rows }) => {
        const [centre, wider] = [meanOf(column.values, rows), Math.sqrt(rows.length / (rows.length - 1))]
        return Array.from(rows, (i) => wider * (column.values[i]! - centre))
      })
    )
  }))
  return {
    table: { columns, rowCount: order.length },
    meansOf: ({ rows }: FieldClass) => Object.fromEntries(numbers.columns.map(({ name, values }) => [name, meanOf(values, rows)]))
  }
}
