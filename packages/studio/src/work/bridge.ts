import { type BridgeAnswer, type BridgeModel, drawModel, InputError } from '@sbridge/core'
import { bridge, joinTables } from '@sbridge/core/internal'
import { type Column, inferTable, type RawTable, type Table } from '@sbridge/core/tables'
import { cellsFor, serializeTable } from 'sbridge/internal'
import { pairsOf, placingOf } from './axis.js'
import type { BridgeFacts, BridgePicture, BridgeShape } from './bridge-messages.js'
import { type SavedFile, type Tools, tableIn } from './desk.js'
import { tableFacts } from './facts.js'
import type { Opened } from './provenance.js'
import { SystemWork } from './system-work.js'

/** Rows of either table in a browser, and dots of each cloud, at most. */
const MOST_ROWS = 20_000
const MOST_DOTS = 4000

/** Holds two tables and the bridge between them: fits, draws rows between, carries rows over and writes. */
export class BridgeWork extends SystemWork<BridgeShape, BridgeModel, BridgeAnswer> {
  protected readonly system = bridge as never
  protected readonly ending = '-between'
  /** The second table, and its file. */
  #to: RawTable | undefined
  #second: Opened | undefined
  /** Both tables, the first above the second, and their columns in common as they are read together; or the first alone. */
  #joined: { readonly table: Table; readonly fromCount: number } | undefined
  #mapped: RawTable | undefined

  async open(raw: RawTable, { second, read }: BridgeShape['choice']): Promise<BridgeFacts> {
    const facts = tableFacts(raw, {})
    const to = second && (await tableIn(second.blob, second.name, read))
    const joined = to ? joinTables(raw, to, {}) : { raw, fromCount: raw.rowCount }
    this.#to = to ?? undefined
    this.#second = second ?? undefined
    this.#joined = { table: inferTable(joined.raw).table, fromCount: joined.fromCount }
    this.take(raw)
    this.#mapped = undefined
    const common = joined.raw.columns.map(({ name }) => name)
    return { ...facts, second: to && { name: second.name, rowCount: to.rowCount, common } }
  }

  protected override fitOptions(fit: BridgeShape['run']['fit']): BridgeShape['run']['fit'] {
    return { ...fit, to: this.#to as never }
  }

  override async share(run: BridgeShape['run']): ReturnType<SystemWork<BridgeShape, BridgeModel, BridgeAnswer>['share']> {
    this.#check()
    return super.share(run)
  }

  async run({ fit, draw, as }: BridgeShape['run'], tools: Tools<BridgeShape>): Promise<BridgeShape['result']> {
    const model = await this.fit(fit, tools)
    const carried = await drawModel(bridge, { model, request: { map: this.raw, ...as, seed: draw.seed } }, tools)
    this.#mapped = bridge.present(model, carried, cellsFor('.csv'))
    await this.draw(model, draw, tools)
    const rows = draw.rows ?? model.summary.fromRows
    return { ...(await this.told(carried.warnings)), rows, epsilon: model.summary.epsilon }
  }

  /** Throws `InputError` where there is no second table, or more than a page should try. */
  #check(): void {
    if (!this.#to)
      throw new InputError({
        code: 'input-missing',
        got: 'one table alone',
        expected: 'a second one to go to',
        try: 'dropping it on the left'
      })
    const most = Math.max(this.raw.rowCount, this.#to.rowCount)
    if (most > MOST_ROWS)
      throw new InputError({
        code: 'too-large',
        got: `a table of ${most} rows`,
        expected: `at most ${MOST_ROWS} in a browser: every turn compares all pairs`,
        try: 'the command line, or a part of the rows'
      })
  }

  look({ x, y }: BridgeShape['look']): BridgePicture | null {
    if (!this.#joined) return null
    const { table: joined, fromCount } = this.#joined
    const axes = [x, y].map((name) => {
      const column = joined.columns.find((one) => one.name === name && one.kind !== 'identifier')
      return column ?? joined.columns.find(({ kind }) => kind !== 'identifier')!
    }) as [Column, Column]
    const placings = [placingOf(axes[0]), placingOf(axes[1])] as const
    const pairs = (columns: readonly [Column, Column], rows: readonly number[]): Float32Array => {
      const all = pairsOf(placings[0].place(columns[0], 0), placings[1].place(columns[1], 1))
      return Float32Array.from(rows.flatMap((row) => [all[2 * row]!, all[2 * row + 1]!]))
    }
    return {
      x: placings[0].axis,
      y: placings[1].axis,
      from: pairs(axes, evenly(0, fromCount)),
      to: pairs(axes, evenly(fromCount, joined.rowCount - fromCount)),
      between: this.#between(axes, pairs)
    }
  }

  #between(axes: readonly [Column, Column], pairs: (columns: readonly [Column, Column], rows: readonly number[]) => Float32Array) {
    const answer = this.drawn?.answer
    if (answer?.kind !== 'between') return []
    const columns = axes.map(({ name }) => answer.table.columns.find((one) => one.name === name))
    // A column that the bridge is not told of has no rows between.
    if (columns.includes(undefined)) return []
    return answer.times.map((time, k) => ({ time, places: pairs(columns as [Column, Column], evenly(k * answer.count, answer.count)) }))
  }

  protected override files(opened: Opened): readonly Opened[] {
    return [opened, this.#second!]
  }

  override async save(file: BridgeShape['file'], opened: Opened): Promise<SavedFile> {
    if (file !== 'mapped') return super.save(file, opened)
    return { ending: '-mapped.csv', content: (await serializeTable(this.#mapped!, 'csv')) as BlobPart }
  }
}

/** Some of `count` rows from `first` on, evenly. */
function evenly(first: number, count: number): number[] {
  const kept = Math.min(count, MOST_DOTS)
  return Array.from({ length: kept }, (_, k) => first + Math.floor((k * count) / kept))
}
