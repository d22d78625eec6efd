// A thread of a worker: draws one shard after another, with the model of the last plan at hand.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { workerData } from 'node:worker_threads'
import { InputError, type TableModel } from '@sbridge/core'
import type { Engine } from '@sbridge/core/kernels'
import { host } from '../cli/options.js'
import { createEngine } from '../host/node.js'
import { answerTasks } from '../service/thread.js'
import { drawShard, modelOfPlan } from '../shards/draw.js'
import { folderOf, readPlan, type ShardPlan } from '../shards/plan.js'
import { resultOf, type ShardResult } from '../shards/results.js'
import type { ShardData } from './names.js'

/** What such a thread is told when it starts. */
export interface ShardThread {
  /** The folder that is shared. */
  readonly folder: string
}

interface Held {
  readonly name: string
  readonly plan: ShardPlan
  readonly folder: string
  readonly engine: Engine
  readonly model: TableModel
}

const { folder: shared } = workerData as ShardThread
const engines = new Map<string, Engine>()
let held: Held | undefined

async function engineOf({ engine: name, precision }: ShardPlan): Promise<Engine> {
  const key = `${name} ${precision}`
  const engine = engines.get(key) ?? (await createEngine(name, { threads: 1, precision }))
  engines.set(key, engine)
  return engine
}

async function planNamed(name: string): Promise<Held> {
  if (held?.name === name) return held
  const path = join(shared, `${name}.json`)
  if (!existsSync(path))
    throw new InputError({
      code: 'plan-unshared',
      got: `no plan ${name} in ${shared}`,
      expected: 'the folder that `sbridge sample … --shared` has on its machine: data go by it, not by the queue',
      try: '--shared with that folder for this worker'
    })
  const plan = await readPlan(path)
  const engine = await engineOf(plan)
  const folder = folderOf(path, plan)
  return { name, plan, folder, engine, model: await modelOfPlan(folder, plan, { engine, host }) }
}

answerTasks(undefined, async ({ plan: name, shard }: ShardData): Promise<ShardResult> => {
  if (!/^[\w-]+$/.test(name)) throw new InputError({ code: 'plan-name', got: `a plan ${name}`, expected: 'a name', try: 'another name' })
  held = await planNamed(name)
  const { plan, folder, engine, model } = held
  return resultOf({ folder, shard }, () => drawShard(model, { plan, shard }, { engine, host }))
})
