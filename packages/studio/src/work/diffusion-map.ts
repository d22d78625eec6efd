import { type FittedEmbedding, InputError, type Telling } from '@sbridge/core'
import { type EmbeddingAnswer, embedding } from '@sbridge/core/internal'
import { type Column, inferTable, type RawTable, type Table } from '@sbridge/core/tables'
import type { Tools } from './desk.js'
import { type DiffusionMapShape, type Look, type MapPicture, PART } from './diffusion-map-messages.js'
import { tableFacts } from './facts.js'
import { dotsOn, drawnRows, picked, shadesBy } from './shaded.js'
import type { Shades } from './shaded-messages.js'
import { SystemWork } from './system-work.js'

/** Rows that are mapped in a browser, at most. */
const MOST_ROWS = 50_000

/** Holds a table and its diffusion map: maps, places dots and writes. */
export class DiffusionMapWork extends SystemWork<DiffusionMapShape, FittedEmbedding, EmbeddingAnswer> {
  protected readonly system = embedding
  protected readonly ending = '-coordinates'
  #table: Table | undefined

  open(raw: RawTable, choice: DiffusionMapShape['choice']): DiffusionMapShape['facts'] {
    const facts = tableFacts(raw, choice)
    this.#table = inferTable(raw, choice).table
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
    const added = Array.from({ length: model.summary.dimension }, (_, k) => `coordinate_${k + 1}`)
    return { ...model.summary, added, listed: null, ...(await this.told()) }
  }

  /** Without a figure of the coordinates: the page shows them. */
  protected override telling(): Telling {
    return this.system.tell(this.drawn!.model)
  }

  look({ x, y, right, up, colour }: Look): MapPicture {
    const rows = drawnRows(this.raw.rowCount)
    const dots = (first: string, second: string) => dotsOn(this.#column(first), this.#column(second), rows)
    return { data: dots(right, up), map: this.drawn ? dots(x, y) : null, shades: this.#shades(colour, rows), rows }
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
      return { name, values: picked(labels, rows), levels, low: '', high: '' }
    }
    return shadesBy(this.#column(name), rows)
  }
}
