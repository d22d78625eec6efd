import { kernelOf, widthsFor } from '../kernel/bandwidth.js'
import type { Engine } from '../kernel/engine.js'
import type { Evidence } from '../know/evidence.js'
import { codesOf, type InformedState, stepKey, takeState } from '../law/state.js'
import type { SweepBridge } from '../law/sweep.js'
import { log } from '../num/elementary.js'
import { placesByName } from '../num/group.js'
import { takeRows } from '../num/matrix.js'
import { fillUniform, type Key } from '../num/random.js'
import { cloud } from '../space/cloud.js'
import type { InformedChains } from './informed.js'

interface FactorSweep {
  readonly bridge: SweepBridge
  /** Class of each training row [M]: a chain takes its categories from rows of its own class. */
  readonly classOf: Uint32Array
  readonly engine: Engine
  /** Factors that are redrawn. */
  readonly open: readonly number[]
  /** Factors that are known: every chain has their levels. */
  readonly known: readonly number[]
  readonly evidence?: Evidence | undefined
  /** Whether the last group is drawn first. */
  readonly backwards?: boolean | undefined
  /** As in `InformedProblem`. */
  readonly noise?: Uint32Array | undefined
}

/**
 * Draws every group of factors with an open one in turn, from the weights that leave the group out, and keeps the new levels
 * with probability min(1, L'/L): the numbers stay. Only rows of the chain's class with all known levels count, where there
 * are such: what the data lack beside what is known cannot come. Changes the chains in place; they must then propose
 * anew. Cost O(n·M·d) a group at most.
 */
export async function sweepFactors(sweep: FactorSweep, chains: InformedChains, key: Key): Promise<void> {
  const { bridge, engine, open, evidence, noise } = sweep
  const { state, logLikelihood, fresh } = chains
  const { factorCount } = bridge
  const widths = await widthsFor(bridge.kernel, state.coordinates, engine)
  const uniform = new Float64Array(1)
  const groups = [...bridge.groups.entries()]
  for (const [g, group] of sweep.backwards ? groups.reverse() : groups) {
    const drawn = group.filter((factor) => open.includes(factor))
    if (drawn.length === 0) continue
    const picked = await pickRows(sweep, { g, state, widths, key: stepKey(key, `factor ${group[0]}`) })
    const accept = stepKey(key, `keep ${group[0]}`)
    const before = state.codes.slice()
    for (let i = 0; i < picked.length; i++)
      for (const factor of drawn) state.codes[i * factorCount + factor] = bridge.training.codes[picked[i]! * factorCount + factor]!
    if (!evidence) continue
    const own = (codes: Int32Array, i: number) => codes.subarray(i * factorCount, (i + 1) * factorCount)
    const changed = Uint32Array.from(picked.keys()).filter((i) => own(state.codes, i).some((code, f) => code !== own(before, i)[f]))
    const values = await evidence.value(takeState(state, changed), changed)
    changed.forEach((i, k) => {
      if (log(fillUniform(accept, noise?.[i] ?? i, uniform)[0]!) < values[k]! - logLikelihood[i]!) logLikelihood[i] = values[k]!
      else own(state.codes, i).set(own(before, i))
    })
  }
  fresh.fill(0)
}

interface Picking {
  /** Place of the group. */
  readonly g: number
  readonly state: InformedState
  readonly widths: Float64Array | undefined
  readonly key: Key
}

/** A training row for every chain, among those of its class that have the known levels [n]. */
async function pickRows({ bridge, classOf, engine, known, noise }: FactorSweep, { g, state, widths, key }: Picking): Promise<Uint32Array> {
  const { factorCount, training, kernel, clouds, groupTerms } = bridge
  const group = bridge.groups[g]!
  const others = Array.from({ length: factorCount }, (_, f) => f).filter((f) => !group.includes(f))
  const points = bridge.embed(state, others)
  const out = new Uint32Array(state.part.length)
  const rowsOf = rowFinder(classOf, training.codes, { factorCount, known, own: known.filter((factor) => group.includes(factor)) })
  for (const chains of chainsAlike(state, known)) {
    const rows = rowsOf(state.part[chains[0]!]!, codesOf(state, chains[0]!))
    const take = (values: Float64Array | undefined, at: Uint32Array) => values && Float64Array.from(at, (i) => values[i]!)
    const pair = {
      from: cloud(takeRows(points, chains)),
      to: cloud(takeRows(clouds[g]!.points, rows)),
      kernel: kernelOf(kernel, take(widths, chains), take(bridge.widths, rows))
    }
    const picked = await engine.pick(pair, take(groupTerms[g]!, rows)!, {
      key,
      chains: noise ? chains.map((chain) => noise[chain]!) : chains
    })
    chains.forEach((chain, k) => {
      out[chain] = rows[picked[k]!]!
    })
  }
  return out
}

/** Chains of one class and one set of known levels, together. */
function chainsAlike(state: InformedState, known: readonly number[]): Uint32Array[] {
  const alike = placesByName(state.part.keys(), (i) => {
    const codes = codesOf(state, i)
    return [state.part[i]!, ...known.map((factor) => codes[factor]!)].join(',')
  })
  return [...alike.values()].map((list) => Uint32Array.from(list))
}

/**
 * Rows of a class with all known levels; where there are none, rows of any class with these, then rows with those of the own
 * group, and at last rows of the class.
 */
function rowFinder(
  classOf: Uint32Array,
  codes: Int32Array,
  { factorCount, known, own }: { readonly factorCount: number; readonly known: readonly number[]; readonly own: readonly number[] }
) {
  const all = Uint32Array.from(classOf.keys())
  return (part: number, chain: Int32Array): Uint32Array => {
    const inClass = all.filter((row) => classOf[row] === part)
    const fitting = (rows: Uint32Array, factors: readonly number[]) =>
      rows.filter((row) => factors.every((factor) => codes[row * factorCount + factor] === chain[factor]))
    for (const [rows, factors] of [
      [inClass, known],
      [all, known],
      [inClass, own]
    ] as const) {
      const found = fitting(rows, factors)
      if (found.length > 0) return found
    }
    return inClass
  }
}
