import { placed } from '../../num/errors.js'
import { normaliseLogWeights } from '../../num/log-space.js'
import { takeRows } from '../../num/matrix.js'
import { keyFor } from '../../num/random.js'
import { cloud } from '../../space/cloud.js'
import { compareGroups, type GroupTest } from './compare-groups.js'
import type { FamilyContext } from './family.js'
import { type Estimate, estimated, type FitTools, readyFit } from './fit.js'
import { fitGrowing, type Wanted } from './fit-growing.js'
import type { FitSnapshot } from './fit-snapshot.js'
import { marksAt } from './marks.js'
import type { MarginalsModel } from './model.js'
import type { MarginalsOptions } from './options.js'
import type { SnapshotTable } from './snapshot-table.js'
import { parameterIntervals } from './uncertainty.js'

/** How groups stand to each other in the parameters of their reference. */
export interface Comparison {
  readonly test: GroupTest
  /** θ of all groups together. */
  readonly shared: Float64Array
  /** θ of each group by itself, beginning at that of all, with the noise of all. */
  readonly own: readonly Float64Array[]
}

/** A fit to groups of particles. */
interface FittedGroups {
  readonly models: readonly MarginalsModel[]
  /** What the family was told of all groups. */
  readonly context: FamilyContext
  /** Undefined where the reference has no parameters. */
  readonly comparison: Comparison | undefined
}

/** The snapshots of each group, in order of the alphabet. */
export function groupsOf(table: SnapshotTable): { readonly name: string; readonly table: SnapshotTable }[] {
  const names = [...new Set(table.marks!.flatMap(({ groups }) => groups!))].sort()
  return names.map((name) => ({ name, table: onlyGroup(table, name) }))
}

function onlyGroup(table: SnapshotTable, name: string): SnapshotTable {
  const rows = table.marks!.map(({ groups }) => Uint32Array.from(groups!.keys()).filter((i) => groups![i] === name))
  const there = rows.flatMap(({ length }, k) => (length > 0 ? [k] : []))
  const { velocities } = table
  return {
    ...table,
    times: there.map((k) => table.times[k]!),
    clouds: there.map((k) => {
      const { points, logWeights } = table.clouds[k]!
      return cloud(takeRows(points, rows[k]!), normaliseLogWeights(Float64Array.from(rows[k]!, (i) => logWeights[i]!)))
    }),
    marks: there.map((k) => marksAt(table.marks![k]!, Array.from(rows[k]!))),
    ...(velocities && { velocities: there.map((k) => takeRows(velocities[k]!, rows[k]!)) })
  }
}

/**
 * Fits groups of particles: one θ and σ to all, with couplings inside each, then θ of each from there with the σ of all, and a
 * test whether they differ. Each group is then coupled under its own θ where they do, and under that of all where no difference
 * was found. Without parameters each is coupled by itself. Cost: rounds of all groups twice, `compareGroups`, and couplings as of
 * `fitMarginals`. Throws as `fitMarginals`, naming the group.
 */
export async function fitGroups(table: SnapshotTable, options: MarginalsOptions, wanted: Wanted, tools: FitTools): Promise<FittedGroups> {
  const parts = groupsOf(table)
  const pooled = await readyFit(table, options, tools)
  const { context, smoothness, problem, resolved } = pooled
  const { diffusion, family } = problem
  const own = { ...tools, context }
  const each = { ...options, diffusion, ...(smoothness && { lengthScale: smoothness.lengthScale, amplitude: smoothness.amplitude }) }
  const coupled = async (estimates: readonly (Estimate | undefined)[]) => {
    const models: MarginalsModel[] = []
    for (const [g, part] of parts.entries())
      models.push(await inGroup(part.name, () => fitGrowing(part.table, each, wanted, { ...own, estimate: estimates[g] })))
    return models
  }
  if (family.parameters.length === 0) return { models: await coupled([]), context, comparison: undefined }
  const ready = []
  for (const { name, table: some } of parts) ready.push(await inGroup(name, () => readyFit(some, each, own)))
  const groups = ready.map((one) => one.problem.snapshots)
  const together = { ...problem, snapshots: groups.flatMap(begun) }
  const all = await estimated(together, tools)
  const { theta, sigma } = all
  const apart = []
  for (const one of ready) apart.push(await estimated({ ...one.problem, theta, sigma }, { watch: tools.watch }))
  const test = await compareGroups({ problem, theta, sigma, groups }, keyFor(tools.key, 'groups'), tools.watch)
  const ask = { kind: resolved.intervals, watch: tools.watch }
  const estimates: Estimate[] = []
  if (test.differ) {
    for (const [g, one] of apart.entries())
      estimates.push({ ...one, intervals: await parameterIntervals({ ...ready[g]!.problem, sigma }, one, ask) })
  } else {
    const { potentials: _of, ...rest } = { ...all, intervals: await parameterIntervals(together, all, ask) }
    estimates.push(...parts.map(() => rest))
  }
  return { models: await coupled(estimates), context, comparison: { test, shared: theta, own: apart.map((one) => one.theta) } }
}

const begun = (snapshots: readonly FitSnapshot[], g: number): FitSnapshot[] =>
  snapshots.map((snapshot, k) => (g > 0 && k === 0 ? { ...snapshot, begins: true } : snapshot))

const inGroup = <T>(name: string, fit: () => Promise<T>): Promise<T> => placed(fit, { at: `in group ${name}`, or: 'no --by' })
