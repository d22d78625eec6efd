import { type FittedEmbedding, InputError } from '@sbridge/core'
import { type EmbeddingAnswer, embedding, endText, rangeOf } from '@sbridge/core/internal'
import { type Column, inferTable, isCategorical, isNumeric, type RawTable, type Table } from '@sbridge/core/tables'
import { pairsOf, placingOf } from './axis.js'
import type { Tools } from './desk.js'
import { type DiffusionMapShape, type Dots, type Look, type MapPicture, PART, type Shades } from './diffusion-map-messages.js'
import { tableFacts } from './facts.js'
import { SystemWork } from './system-work.js'
import { shownTopics } from './topics.js'

/** Rows that are mapped in a browser, and dots that are drawn, at most. */
const MOST_ROWS = 50_000
const MOST_DOTS = 12_000

/** Holds a table and its diffusion map: maps, places dots and writes. */
export class DiffusionMapWork extends SystemWork<DiffusionMapShape, FittedEmbedding, EmbeddingAnswer> {
  protected readonly system = embedding
  protected readonly ending = '-coordinates'
  #table: Table | undefined

  open(raw: RawTable): DiffusionMapShape['facts'] {
    const facts = tableFacts(raw, {})
    this.#table = inferTable(raw).table
    this.take(raw)
    return facts
  }

  async run({ fit, draw }: DiffusionMapShape['run'], tools: Tools<DiffusionMapShape>): Promise<DiffusionMapShape['result']> {
    const { rowCount } = this.raw
    if (rowCount > MOST_ROWS) {
      throw new InputError({
        code: 'too-large',
        got: `${rowCount} rows`,
        expected: `at most ${MOST_ROWS} in a browser: every pass compares all pairs`,
        try: 'the command line, or a part of the rows'
      })
    }
    const model = await this.fit(fit, tools)
    await this.draw(model, draw, tools)
    return { ...model.summary, topics: await shownTopics(this.system.tell(model).topics) }
  }

  look({ x, y, right, up, colour }: Look): MapPicture {
    const count = this.raw.rowCount
    const kept = Math.min(count, MOST_DOTS)
    const rows = Uint32Array.from({ length: kept }, (_, k) => Math.floor((k * count) / kept))
    const data = this.#dots(right, up, rows)
    const map = this.drawn ? this.#dots(x, y, rows) : null
    return { data, map, shades: this.#shades(colour, rows), rows }
  }

  #dots(first: string, second: string, rows: Uint32Array): Dots {
    const [x, y] = [this.#column(first), this.#column(second)]
    const axes = [placingOf(x), placingOf(y)] as const
    const places = pairsOf(pick(axes[0].place(x, 0), rows), pick(axes[1].place(y, 1), rows))
    return { x: axes[0].axis, y: axes[1].axis, places }
  }

  /** A column of the table, or a coordinate of the map; a name that is neither counts as the first that can be shown. */
  #column(name: string): Column {
    const { columns } = this.#table!
    const found = columns.find((one) => one.name === name && one.kind !== 'identifier')
    if (found) return found
    const coordinate = Number(/^coordinate_(\d+)$/.exec(name)?.[1] ?? 0)
    const mapped = this.drawn?.model.coordinates
    if (mapped && coordinate >= 1 && coordinate <= mapped.cols) {
      const values = Float64Array.from({ length: mapped.rows }, (_, i) => mapped.data[i * mapped.cols + coordinate - 1]!)
      return { name, kind: 'number', values }
    }
    return columns.find((one) => one.kind !== 'identifier')!
  }

  #shades(name: string, rows: Uint32Array): Shades {
    const { components: parts, map } = this.drawn?.model ?? {}
    if (name === PART && parts) {
      const labels = new Float32Array(this.raw.rowCount).fill(Number.NaN)
      map!.rows.forEach((row, k) => {
        labels[row] = parts.labels[k]!
      })
      const levels = Array.from(parts.sizes, (size, k) => `part ${k + 1} (${size} rows)`)
      return { name, values: pick(labels, rows), levels, low: '', high: '' }
    }
    const column = this.#column(name)
    if (isCategorical(column)) {
      const codes = Float32Array.from(rows, (row) => (column.codes[row]! < 0 ? Number.NaN : column.codes[row]!))
      return { name: column.name, values: codes, levels: column.levels, low: '', high: '' }
    }
    if (!isNumeric(column)) throw new Error(`the column ${column.name} has no colour`)
    const values = Float64Array.from(rows, (row) => (column.missing?.[row] ? Number.NaN : column.values[row]!))
    const [low, high] = rangeOf(values.filter(Number.isFinite))
    return {
      name: column.name,
      values: Float32Array.from(values, (value) => (value - low) / (high - low || 1)),
      levels: null,
      low: endText(low, column),
      high: endText(high, column)
    }
  }
}

function pick(values: Float32Array, rows: Uint32Array): Float32Array {
  return Float32Array.from(rows, (row) => values[row]!)
}
