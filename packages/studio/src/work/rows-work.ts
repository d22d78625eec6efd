import type { Model } from '@sbridge/core'
import { type Answer, takeRawRows } from '@sbridge/core/internal'
import { type Column, inferTable, type RawTable, type Table } from '@sbridge/core/tables'
import { cellsFor } from 'sbridge/internal'
import type { Tools } from './desk.js'
import { tableFacts } from './facts.js'
import type { ListedRows, RowsLook, RowsShape } from './rows-messages.js'
import { dotsOn, drawnRows, shadesBy } from './shaded.js'
import type { ShadedPicture } from './shaded-messages.js'
import { SystemWork } from './system-work.js'

/** Rows that the page lists: what one reads through. */
const MOST_LISTED = 25

/** Holds a table, and what is found of each of its rows: the same rows in their order. */
export abstract class RowsWork<A extends RowsShape, M extends Model, Told extends Answer> extends SystemWork<A, M, Told> {
  #table: Table | undefined

  /** What the request calls the rows. */
  protected abstract readonly rows: string
  /** What was found of the rows: columns that take the place of those of the table, or stand behind them. */
  protected abstract found(answer: Told, look?: RowsLook): readonly Column[]

  open(raw: RawTable, choice: A['choice']): A['facts'] {
    const facts = tableFacts(raw, choice)
    this.#table = inferTable(raw, choice).table
    this.take(raw)
    return facts
  }

  async run({ fit, draw }: A['run'], tools: Tools<A>): Promise<A['result']> {
    const model = await this.fit(fit, tools)
    const answer = await this.draw(model, draw, tools, { [this.rows]: this.raw })
    const names = new Set(this.#table!.columns.map(({ name }) => name))
    const added = this.found(answer).flatMap(({ name }) => (names.has(name) ? [] : [name]))
    return { rowCount: this.raw.rowCount, added, listed: this.#listed(answer), ...(await this.told()) }
  }

  /** Places of rows that tell most of what was found, in an order, and which of their cells were filled; null where no rows were asked for. */
  protected abstract foremost(answer: Told): { readonly places: readonly number[]; readonly filled: readonly (readonly string[])[] } | null

  #listed(answer: Told): ListedRows | null {
    const most = this.foremost(answer)
    if (!most) return null
    const [places, filled] = [most.places.slice(0, MOST_LISTED), most.filled.slice(0, MOST_LISTED)]
    return { places, filled, rows: takeRawRows(this.written(), places) }
  }

  /** The rows as they are written to CSV. */
  protected written(): RawTable {
    const { model, answer } = this.drawn!
    return this.system.present(model, answer, cellsFor('.csv'))
  }

  look(look: RowsLook): ShadedPicture {
    const rows = drawnRows(this.raw.rowCount)
    const column = (name: string) => this.#column(name, look)
    return { data: dotsOn(column(look.right), column(look.up), rows), shades: shadesBy(column(look.colour), rows), rows }
  }

  /** A column by name; one that cannot be shown counts as the first that can. */
  #column(wanted: string, look: RowsLook): Column {
    const columns = [...(this.drawn ? this.found(this.drawn.answer, look) : []), ...this.#table!.columns].filter(
      ({ kind }) => kind !== 'identifier'
    )
    return columns.find(({ name }) => name === wanted) ?? columns[0]!
  }
}
