import { parse } from 'node:path'
import { SYSTEMS, type SystemContext, type TableModel, type TableRequest } from '@sbridge/core'
import { defined, type Exchange, type Field, notTogether } from '@sbridge/core/internal'
import { clusterFields } from '../cluster/fields.js'
import { checkWritable } from '../format/outputs.js'
import { readBytes } from '../format/table-file.js'
import { type Asked, systemOfVerb, type Work } from '../shards/draw.js'
import { inFolder } from '../shards/folder.js'
import { makePlan } from '../shards/make.js'
import { type ShardPlan, type ShardVerb, sha256 } from '../shards/plan.js'
import { flagOf, readFields } from './add-fields.js'
import { planFields } from './fields.js'
import type { Run } from './options.js'
import { modelOf, type Ready } from './source.js'

/** Options of a draw on a cluster. */
export const clusterDrawFields: readonly Field[] = [
  ...clusterFields,
  { ...planFields[0]!, default: 'with --cluster one a batch, and at most 1000' }
]

/** Options of a fit on a cluster. */
export const clusterFitFields: readonly Field[] = [
  {
    ...clusterFields[0]!,
    default: 'none: fitted here',
    sentence: 'Has the workers that listen there (sbridge worker) take part in the fit, with the bytes of one machine.'
  },
  clusterFields[1]!,
  {
    ...planFields[0]!,
    range: 'a whole number from 1 to 10000, with --cluster',
    default: '16',
    sentence: 'Threads of workers that may take part, besides this machine.'
  }
]

interface Drawing {
  readonly input: string
  readonly run: Run
  /** How many may take part in a fit, where that is asked for. */
  readonly parts?: number | undefined
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

/** Draws rows: what is asked of a model, here or elsewhere. */
type Draw = <Verb extends ShardVerb>(verb: Verb, asked: Asked<Verb>, context: SystemContext) => Promise<Work[Verb]['drawn']>

/** What fits tables, and the exchange that the engine of the fit needs. */
interface Fitter {
  readonly fit: (ready: Ready<TableModel>, context: SystemContext) => Promise<TableModel>
  readonly exchange?: Exchange
}

/**
 * Runs with what draws rows and fits tables: this machine, or a cluster, which is spoken to before anything is computed. Throws `InputError` for a
 * server that cannot be reached.
 */
export async function withCluster<T>(cluster: Cluster | undefined, use: (draw: Draw, fitter: Fitter) => Promise<T>): Promise<T> {
  const fit: Fitter['fit'] = (ready, context) => modelOf(SYSTEMS.tables, ready, context)
  if (!cluster) return use((verb, { model, request }, context) => systemOfVerb(verb).draw(model, request, context), { fit })
  const { input, run, parts, url, shared, shards, flags } = cluster
  await checkWritable(inFolder(shared, 'plan'))
  const [{ connect }, { drawOnCluster }, { ClusterFit }] = await Promise.all([
    import('../cluster/connection.js'),
    import('../cluster/draw.js'),
    import('../cluster/fit.js')
  ])
  const say = (line: string) => void process.stderr.write(`sbridge: ${line}\n`)
  const connection = await connect(url, say)
  try {
    const exchange = new ClusterFit({ connection, shared, about: { input, output: flags.output, run, shards: parts }, say })
    const fitHere: Fitter['fit'] = (ready, context) =>
      'model' in ready ? fit(ready, context) : exchange.fit({ input: ready.input, options: ready.options }, context)
    return await use(
      async (verb, asked, context) => {
        const likelihood = await codeIn(flags.likelihood)
        const about = { input, output: flags.output, run, ...defined({ shards, likelihood, dialect: flags.dialect }) }
        const made = await makePlan(verb, asked, { file: (name) => inFolder(shared, `${name}.json`), about, context })
        const code = (asked.request as TableRequest).asked?.likelihood
        return drawOnCluster(asked, { made, likelihood: code, connection, say }, context)
      },
      { fit: fitHere, exchange }
    )
  } finally {
    connection.close()
  }
}
