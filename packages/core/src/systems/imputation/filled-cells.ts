import type { FilledRow } from '../../code/rules/complete.js'
import { type CellValue, cellAt, isMissing } from '../../table/cells.js'
import { type CategoricalColumn, type Column, isNumeric, type NumericColumn, type Table } from '../../table/table.js'
import { type CodedColumn, levelsByNearness } from './coding.js'
import type { ImputationModel } from './model.js'

/** A copy of a column whose gaps can be written to. */
interface OpenColumn {
  readonly given: Column
  readonly coded: CodedColumn
  readonly numbers?: Float64Array
  readonly codes?: Int32Array
  readonly levels: readonly string[]
  /** 1 where there is no value. */
  readonly empty: Uint8Array
}

/** The rows of a table whose gaps are being filled. Given cells are never written. */
export class FilledCells {
  private readonly columns: ReadonlyMap<string, OpenColumn>

  constructor(
    { coding, kinds }: ImputationModel,
    private readonly rows: Table
  ) {
    const coded = new Map(coding.columns.map((column) => [column.name, column]))
    const levels = new Map(kinds.map((kind) => [kind.name, kind.levels ?? []]))
    this.columns = new Map(rows.columns.map((column) => [column.name, open(column, coded.get(column.name)!, levels.get(column.name)!)]))
  }

  isGap(name: string, i: number): boolean {
    const column = this.columns.get(name)
    return column !== undefined && isMissing(column.given, i)
  }

  cell(name: string, i: number): CellValue {
    const column = this.columns.get(name)
    if (!column || column.empty[i]) return null
    return column.numbers ? column.numbers[i]! : column.levels[column.codes![i]!]!
  }

  set(name: string, i: number, value: CellValue): void {
    const column = this.columns.get(name)!
    if (!isMissing(column.given, i)) return
    column.empty[i] = value === null ? 1 : 0
    if (value === null) return
    if (column.numbers) column.numbers[i] = value as number
    else column.codes![i] = column.levels.indexOf(value as string)
  }

  /** Takes the filled cells of a table of the same columns. */
  take({ columns }: Table): void {
    for (const column of columns) {
      const cell = cellAt(column)
      for (let i = 0; i < this.rows.rowCount; i++) if (this.isGap(column.name, i)) this.set(column.name, i, cell(i))
    }
  }

  /** A row as rules see it. */
  row(i: number, coordinates: Float64Array): FilledRow {
    return {
      cell: (name) => this.cell(name, i),
      // A column that the rows lack is not theirs to fill.
      isGiven: (name) => !this.isGap(name, i),
      set: (name, value) => {
        if (this.columns.has(name)) this.set(name, i, value)
      },
      levels: (name) => {
        const coded = this.columns.get(name)?.coded
        return coded?.carries === 'levels' ? levelsByNearness(coded, coordinates).map((level) => coded.levels[level]!) : []
      }
    }
  }

  /** The rows with their gaps filled; those that stay are missing. */
  table(): Table {
    const columns = [...this.columns.values()].map(({ given, numbers, codes, levels, empty }): Column => {
      if (numbers) {
        const { name, kind } = given as NumericColumn
        return { name, kind, values: numbers, ...(empty.includes(1) ? { missing: empty } : {}) }
      }
      const { name, kind } = given as CategoricalColumn
      return { name, kind, levels, codes: codes!.map((code, i) => (empty[i] ? -1 : code)) }
    })
    return { columns, rowCount: this.rows.rowCount }
  }

  /** Names of the columns of each row that were filled. */
  filledNames(): string[][] {
    const columns = [...this.columns.entries()]
    return Array.from({ length: this.rows.rowCount }, (_, i) =>
      columns.filter(([, { given, empty }]) => isMissing(given, i) && !empty[i]).map(([name]) => name)
    )
  }
}

function open(given: Column, coded: CodedColumn, modelled: readonly string[]): OpenColumn {
  if (isNumeric(given)) {
    const empty = given.missing?.slice() ?? new Uint8Array(given.values.length)
    return { given, coded, numbers: given.values.slice(), levels: [], empty }
  }
  const { levels: own, codes } = given as CategoricalColumn
  const levels = [...modelled, ...own.filter((level) => !modelled.includes(level))]
  return {
    given,
    coded,
    levels,
    codes: codes.map((code) => (code < 0 ? -1 : levels.indexOf(own[code]!))),
    empty: Uint8Array.from(codes, (code) => (code < 0 ? 1 : 0))
  }
}
