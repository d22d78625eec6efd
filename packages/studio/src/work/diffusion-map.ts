import {
  type Column,
  coordinateTable,
  type EmbedJob,
  type Engine,
  embedTable,
  InputError,
  inferTable,
  isCategorical,
  isNumeric,
  packModel,
  type RawTable,
  saveEmbedding,
  type Table
} from '@sbridge/core'
import { parseTable, serializeTable, tableFormatOf } from 'sbridge/internal'
import { pairsOf, placingOf } from './axis.js'
import { type Dots, type FromDiffusionMap, type Look, PART, type Shades, type ToDiffusionMap } from './diffusion-map-messages.js'
import { openEngine } from './engine.js'
import { tableFacts } from './facts.js'
import { faultOf } from './fault.js'
import type { RowFormat } from './messages.js'

/** Rows that are mapped in a browser, and dots that are drawn, at most. */
const MOST_ROWS = 50_000
const MOST_DOTS = 12_000

/** The worker that holds a table and its diffusion map: reads, maps, places dots and writes. */
export class DiffusionMapWork {
  readonly #say: (message: FromDiffusionMap, transfer?: Transferable[]) => void
  #engine: Promise<Engine> | undefined
  #raw: RawTable | undefined
  #table: Table | undefined
  #name = ''
  #mapped: Awaited<ReturnType<typeof embedTable>> | undefined

  constructor(say: (message: FromDiffusionMap, transfer?: Transferable[]) => void) {
    this.#say = say
  }

  async handle(message: ToDiffusionMap): Promise<void> {
    try {
      await this.#do(message)
    } catch (error) {
      this.#say({ kind: 'refused', during: message.kind, fault: faultOf(error) })
    }
  }

  async #do(message: ToDiffusionMap): Promise<void> {
    if (message.kind === 'open') await this.#open(message)
    if (message.kind === 'look') this.#look(message.look)
    if (message.kind === 'run') await this.#run(message.job)
    if (message.kind === 'rows') await this.#exportRows(message.format)
    if (message.kind === 'model') {
      const bytes = packModel(saveEmbedding(this.#mapped!.model))
      this.#say({ kind: 'file', name: `${this.#stem()}.sbridge`, blob: new Blob([bytes as BlobPart]) })
    }
  }

  async #open({ blob, name }: Extract<ToDiffusionMap, { kind: 'open' }>): Promise<void> {
    const raw = await parseTable(new Uint8Array(await blob.arrayBuffer()), tableFormatOf(name), { source: name })
    const facts = tableFacts(raw, {})
    this.#table = inferTable(raw).table
    this.#raw = raw
    this.#name = name
    this.#say({ kind: 'opened', facts })
    this.#engine ??= openEngine()
  }

  async #run(job: EmbedJob): Promise<void> {
    const raw = this.#raw!
    const start = performance.now()
    if (raw.rowCount > MOST_ROWS) {
      throw new InputError({
        code: 'too-large',
        got: `${raw.rowCount} rows`,
        expected: `at most ${MOST_ROWS} in a browser: every pass compares all pairs`,
        try: 'the command line, or a part of the rows'
      })
    }
    let told = 0
    let share = 0
    this.#engine ??= openEngine()
    const engine = await this.#engine
    this.#mapped = await embedTable(raw, job, {
      engine,
      progress: ({ stage, done }) => {
        const now = performance.now()
        if (now - told < 60) return
        told = now
        // Neither number of turns is known ahead: the share nears its end ever more slowly.
        share = Math.max(share, stage === 'scaling' ? (0.4 * done) / (done + 4) : 0.4 + (0.55 * done) / (done + 6))
        this.#say({ kind: 'progress', stage, share })
      }
    })
    this.#say({ kind: 'mapped', summary: this.#mapped.model.summary, milliseconds: performance.now() - start })
  }

  #look({ x, y, right, up, colour }: Look): void {
    const count = this.#raw!.rowCount
    const kept = Math.min(count, MOST_DOTS)
    const rows = Uint32Array.from({ length: kept }, (_, k) => Math.floor((k * count) / kept))
    const data = this.#dots(right, up, rows)
    const map = this.#mapped ? this.#dots(x, y, rows) : null
    const shades = this.#shades(colour, rows)
    const buffers = [data.places, map?.places, shades.values, rows].flatMap((one) => (one ? [one.buffer as ArrayBuffer] : []))
    this.#say({ kind: 'picture', picture: { data, map, shades, rows } }, buffers)
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
    const mapped = this.#mapped?.coordinates
    if (mapped && coordinate >= 1 && coordinate <= mapped.cols) {
      const values = Float64Array.from({ length: mapped.rows }, (_, i) => mapped.data[i * mapped.cols + coordinate - 1]!)
      return { name, kind: 'number', values }
    }
    return columns.find((one) => one.kind !== 'identifier')!
  }

  #shades(name: string, rows: Uint32Array): Shades {
    const parts = this.#mapped?.report.components
    if (name === PART && parts) {
      const labels = new Float32Array(this.#raw!.rowCount).fill(Number.NaN)
      this.#mapped!.model.map.rows.forEach((row, k) => {
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
    const present = values.filter(Number.isFinite)
    const low = present.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
    const high = present.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
    const show = (value: number) =>
      column.kind === 'datetime' ? new Date(value).toISOString().slice(0, 10) : String(Number(value.toPrecision(3))).replace('-', '−')
    return {
      name: column.name,
      values: Float32Array.from(values, (value) => (value - low) / (high - low || 1)),
      levels: null,
      low: show(low),
      high: show(high)
    }
  }

  async #exportRows(format: RowFormat): Promise<void> {
    const bytes = await serializeTable(coordinateTable(this.#mapped!.coordinates), format)
    this.#say({ kind: 'file', name: `${this.#stem()}-coordinates.${format}`, blob: new Blob([bytes as BlobPart]) })
  }

  #stem(): string {
    return this.#name.replace(/\.[^.]+$/, '')
  }
}

function pick(values: Float32Array, rows: Uint32Array): Float32Array {
  return Float32Array.from(rows, (row) => values[row]!)
}
