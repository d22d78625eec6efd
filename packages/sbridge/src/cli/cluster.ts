import { join, parse } from 'node:path'
import { type DrawnRows, SYSTEMS, type SystemContext, type TableModel, type TableRequest } from '@sbridge/core'
import { defined, type Field, notTogether } from '@sbridge/core/internal'
import { clusterFields } from '../cluster/fields.js'
import { readBytes } from '../format/table-file.js'
import { makePlan, refuseUnshared } from '../shards/make.js'
import { type ShardPlan, sha256 } from '../shards/plan.js'
import { flagOf, planFields, readFields } from './fields.js'
import type { Run } from './options.js'

/** Options of a draw on a cluster. */
export const clusterDrawFields: readonly Field[] = [
  ...clusterFields,
  { ...planFields[0]!, default: 'with --cluster one a batch, and at most 1000' }
]

interface Drawing {
  readonly input: string
  readonly run: Run
  readonly flags: Readonly<Record<string, unknown>> & {
    readonly output: string
    readonly likelihood?: string
    readonly dialect?: string
    readonly dryRun?: boolean
  }
}

interface Cluster extends Drawing {
  readonly url: string
  readonly shared: string
  readonly shards: number | undefined
}

/** The cluster that rows are drawn on, where one is named. Throws `InputError` for its options without it. */
export function clusterOf(drawing: Drawing): Cluster | undefined {
  const { flags } = drawing
  const values = readFields(clusterDrawFields, flags)
  const { cluster: url, shared = '.', shards } = values as { readonly cluster?: string; readonly shared?: string; readonly shards?: number }
  const given = clusterDrawFields.find(({ name }) => values[name] !== undefined)
  if (url === undefined && given) throw notTogether(`${flagOf(given)} without --cluster`, '--cluster redis://HOST beside it', 'a cluster')
  return url === undefined || flags.dryRun ? undefined : { ...drawing, url, shared, shards }
}

/** What a plan says of a module of code: its file's name, under which workers register it, and its hash. */
async function codeIn(path: string | undefined): Promise<ShardPlan['likelihood']> {
  return path === undefined ? undefined : { name: parse(path).name, sha256: sha256(await readBytes(path)) }
}

type Draw = (model: TableModel, request: TableRequest, context: SystemContext) => Promise<DrawnRows>

/**
 * Runs with what draws rows: this machine, or a cluster, which is spoken to before anything is computed. Throws `InputError` for
 * requests that cannot be cut into shards, and for a server that cannot be reached.
 */
export async function withCluster<T>(cluster: Cluster | undefined, request: TableRequest, use: (draw: Draw) => Promise<T>): Promise<T> {
  if (!cluster) return use((model, asked, context) => SYSTEMS.tables.draw(model, asked, context))
  refuseUnshared(request)
  const { input, run, url, shared, shards, flags } = cluster
  const [{ connect }, { drawOnCluster }] = await Promise.all([import('../cluster/connection.js'), import('../cluster/draw.js')])
  const say = (line: string) => void process.stderr.write(`sbridge: ${line}\n`)
  const connection = await connect(url, say)
  try {
    return await use(async (model, asked, context) => {
      const likelihood = await codeIn(flags.likelihood)
      const about = { input, output: flags.output, run, request: asked, ...defined({ shards, likelihood, dialect: flags.dialect }) }
      const made = await makePlan(model, (name) => join(shared, `${name}.json`), about)
      return drawOnCluster(model, { made, likelihood: asked.asked?.likelihood, connection, say }, context)
    })
  } finally {
    connection.close()
  }
}
