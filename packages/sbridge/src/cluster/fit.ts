import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import { packModel, SYSTEMS, type SystemContext, type TableFit, type TableModel } from '@sbridge/core'
import type { Exchange, SharedCall } from '@sbridge/core/internal'
import type { RawTable } from '@sbridge/core/tables'
import { exchangeOf, type FitMaking, type MadeFit, makeFitPlan, publishModel } from '../shards/fit.js'
import { inFolder } from '../shards/folder.js'
import { PIECE_WORK } from '../shards/pieces.js'
import type { Connection } from './connection.js'
import { PREFIX, SHARDS, type ShardData, TRIES } from './names.js'

/** Workers that are asked to take part in a fit, where no number is given: what each does alone, the searches, is seconds, and a long fit is minutes. */
const USUAL_PARTS = 16

const { tables } = SYSTEMS

interface Means {
  readonly connection: Connection
  readonly shared: string
  readonly about: Omit<FitMaking, 'shards'> & { readonly shards?: number | undefined }
  readonly say: (line: string) => void
}

/**
 * A fit in which the workers of a cluster take part as soon as it comes to a long sum, and not before: most fits have none. Nobody
 * is waited for, so that without workers it is the fit of this machine. What else its engine computes is computed here.
 */
export class ClusterFit implements Exchange {
  readonly pieceWork: number
  #ready: { readonly input: RawTable; readonly options: TableFit } | undefined
  #begun: Promise<Begun> | undefined
  readonly #pieces = { all: 0, here: 0 }

  constructor(private readonly means: Means) {
    this.pieceWork = means.about.pieceWork ?? PIECE_WORK
  }

  async share(call: SharedCall): Promise<void> {
    if (!this.#ready) {
      for (let piece = 0; piece < call.pieces; piece++) await call.compute(piece)
      return
    }
    this.#begun ??= this.#begin(this.#ready)
    const { exchange } = await this.#begun
    this.#pieces.all += call.pieces
    const compute = (piece: number) => {
      this.#pieces.here++
      return call.compute(piece)
    }
    await exchange.share({ ...call, compute })
  }

  /** Fits a table. Throws `ShardError` (code `shard-differs`) where a worker has another model, and what a fit throws. */
  async fit(ready: { readonly input: RawTable; readonly options: TableFit }, context: SystemContext): Promise<TableModel> {
    this.#ready = ready
    try {
      const started = performance.now()
      const model = await tables.fit(ready.input, ready.options, context)
      const begun = await this.#begun
      if (begun) {
        await publishModel(begun.made, { bytes: packModel(tables.save(model)), seconds: (performance.now() - started) / 1000 })
        const { all, here } = this.#pieces
        this.means.say(`of ${all} pieces of the fit ${all - here} were computed by workers`)
      }
      return model
    } finally {
      this.#ready = undefined
      await (await this.#begun)?.end()
    }
  }

  async #begin(ready: { readonly input: RawTable; readonly options: TableFit }): Promise<Begun> {
    const { connection, shared, about } = this.means
    const { shards = USUAL_PARTS } = about
    const made = await makeFitPlan(ready, { file: (name) => inFolder(shared, `${name}.json`), about: { ...about, shards } })
    const queue = new connection.packages.Queue<ShardData>(SHARDS, { connection: connection.redis, prefix: PREFIX })
    queue.on('error', () => {})
    const name = basename(made.folder)
    // Jobs of an earlier time may still be there.
    const ids = Array.from({ length: shards }, (_, k) => `${name}.${randomBytes(4).toString('hex')}.${k + 1}`)
    const jobs = ids.map((jobId, k) => ({
      name: 'shard',
      data: { plan: name, shard: k + 1 },
      opts: { jobId, ...TRIES, removeOnComplete: true, removeOnFail: true }
    }))
    await Promise.race([queue.addBulk(jobs), connection.lost])
    const end = async (): Promise<void> => {
      // Those that a worker has begun stay, and end by themselves.
      await Promise.race([Promise.allSettled(ids.map((id) => queue.remove(id))), connection.lost])
      await queue.close()
    }
    return { made, end, exchange: exchangeOf(made, shards) }
  }
}

interface Begun {
  readonly made: MadeFit
  readonly exchange: Exchange
  /** Takes back what no worker has begun. */
  end(): Promise<void>
}
