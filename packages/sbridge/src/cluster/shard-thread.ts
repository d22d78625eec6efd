// A thread of a worker: draws one shard after another, with the model of the last plan at hand.
import { workerData } from 'node:worker_threads'
import { FormatError, InputError, type LikelihoodModule } from '@sbridge/core'
import type { Engine } from '@sbridge/core/kernels'
import { host } from '../cli/options.js'
import { readBytes } from '../format/table-file.js'
import { fileHost } from '../host/files.js'
import { createEngine } from '../host/node.js'
import { answerTasks, beUnready } from '../service/thread.js'
import { type Asked, askedIn, drawShard } from '../shards/draw.js'
import { takePart } from '../shards/fit.js'
import { inFolder } from '../shards/folder.js'
import { type FitPlan, folderOf, readPlan, type ShardPlan, sha256, withLikelihood } from '../shards/plan.js'
import { resultOf, type ShardResult } from '../shards/results.js'
import type { ShardTask } from './names.js'

/** What such a thread is told when it starts. */
export interface ShardThread {
  /** The folder that is shared. */
  readonly folder: string
  /** Files of code by the names that draws may use. */
  readonly modules: Readonly<Record<string, string>>
}

interface Held {
  readonly name: string
  readonly plan: ShardPlan
  readonly folder: string
  readonly engine: Engine
  readonly asked: Asked
}

/** A fit begins anew for everyone who takes part. */
interface HeldFit {
  readonly plan: FitPlan
  readonly folder: string
}

const { folder: shared, modules } = workerData as ShardThread
const engines = new Map<string, Engine>()
let held: Held | undefined

async function engineOf({ engine: name, precision }: ShardPlan): Promise<Engine> {
  const key = `${name} ${precision}`
  const engine = engines.get(key) ?? (await createEngine(name, { threads: 1, precision }))
  engines.set(key, engine)
  return engine
}

/** Code, and the hash of its file when it was read: what is loaded stays, whatever becomes of the file. */
interface Code {
  readonly sha256: string
  readonly likelihood: LikelihoodModule
}

const registered = new Map<string, Code>()

/** The code that a plan names, as this worker's owner registered it. */
function codeOf({ likelihood }: ShardPlan): LikelihoodModule | undefined {
  if (!likelihood) return undefined
  const { name, sha256: hash } = likelihood
  const found = registered.get(name)
  if (found?.sha256 === hash) return found.likelihood
  throw new InputError({
    code: 'module-unregistered',
    got: found ? `another file as the module ${name}` : `the module ${name}, which is not registered here`,
    expected: 'the very file that the draw was begun with',
    try: `--module ${name}=FILE for this worker, begun again`
  })
}

async function planNamed(name: string): Promise<Held | HeldFit> {
  if (held?.name === name) return held
  const path = inFolder(shared, `${name}.json`)
  const found = await readPlan(path).catch((error: unknown) => {
    throw error instanceof FormatError && error.code === 'file-missing' ? unshared(name) : error
  })
  const folder = folderOf(path, found)
  if (found.verb === 'fit') return { plan: found, folder }
  const engine = await engineOf(found)
  const plan = withLikelihood(found, codeOf(found))
  return { name, plan, folder, engine, asked: await askedIn(folder, plan, { engine, host }) }
}

const unshared = (name: string): InputError =>
  new InputError({
    code: 'plan-unshared',
    got: `no plan ${name} in ${shared}`,
    expected: 'the folder that whoever sent it has on its machine (--shared): data go by it, not by the queue',
    try: '--shared with that folder for this worker'
  })

async function shardOf({ plan: name, shard, first }: ShardTask): Promise<ShardResult> {
  if (!/^[\w-]+$/.test(name)) throw new InputError({ code: 'plan-name', got: `a plan ${name}`, expected: 'a name', try: 'another name' })
  const found = await planNamed(name)
  if (!('asked' in found)) return takePart({ ...found, shard, threads: 1 }, (_plan, engine, work) => work({ engine, host }))
  held = found
  const { plan, folder, engine, asked } = found
  return resultOf({ folder, shard, again: first && 'unseen' }, () => drawShard(asked, { plan, shard }, { engine, host }))
}

try {
  for (const [name, path] of Object.entries(modules))
    registered.set(name, { sha256: sha256(await readBytes(path)), likelihood: await fileHost.likelihood!(path) })
  answerTasks(undefined, shardOf)
} catch (error) {
  beUnready(error)
}
