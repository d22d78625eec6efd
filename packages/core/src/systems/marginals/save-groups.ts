import { arraysNamed, type ModelArray, type ModelContents } from '../../model-file/contents.js'
import {
  arraysUnder,
  entryIn,
  exactly,
  expectKind,
  flag,
  list,
  measured,
  number,
  optional,
  type Reader,
  record,
  text,
  whole
} from '../../model-file/reading.js'
import type { GroupTest } from './compare-groups.js'
import type { FamilyContext } from './family.js'
import type { GroupedModel } from './grouped.js'
import { loadTrajectories, saveTrajectories } from './save.js'

interface GroupsMeta {
  readonly by: string
  readonly order: readonly string[]
  readonly groups: readonly { readonly name: string; readonly meta: unknown }[]
  readonly context: { readonly interval: number; readonly mean: readonly number[]; readonly spread: readonly number[] }
  readonly comparison?: { readonly test: GroupTest; readonly shared: readonly number[]; readonly own: readonly (readonly number[])[] }
  readonly seed: number
}

/** Arrays of a group stand under its place. */
const prefixOf = (g: number): string => `group${g}.`

/** Model of groups → contents of a model file: a model each. */
export function saveGroups({ by, order, groups, context, comparison, seed }: GroupedModel): ModelContents {
  const saved = groups.map(({ model }) => saveTrajectories(model))
  const arrays: Record<string, ModelArray> = {}
  for (const [g, { arrays: own }] of saved.entries()) Object.assign(arrays, arraysNamed(prefixOf(g), own))
  const { interval, mean, spread } = context
  const meta: GroupsMeta = {
    ...{ by, order, seed },
    groups: groups.map(({ name }, g) => ({ name, meta: saved[g]!.meta })),
    context: { interval, mean: [...mean], spread: [...spread] },
    ...(comparison && {
      comparison: { test: comparison.test, shared: [...comparison.shared], own: comparison.own.map((theta) => [...theta]) }
    })
  }
  return { kind: 'trajectories', meta, arrays }
}

/** Whether contents of kind `trajectories` are of groups. */
export const holdsGroups = ({ meta }: ModelContents): boolean => typeof meta === 'object' && meta !== null && 'by' in meta

const anything: Reader<unknown> = (value) => value

const metaIn = record<GroupsMeta>({
  by: text,
  order: list(text),
  seed: whole(),
  groups: list(record<GroupsMeta['groups'][number]>({ name: text, meta: anything })),
  context: record<GroupsMeta['context']>({
    interval: number({ above: 0 }),
    mean: list(number()),
    spread: list(number({ above: 0 }))
  }),
  comparison: optional(
    record<NonNullable<GroupsMeta['comparison']>>({
      test: record<GroupTest>({ p: number({ above: 0, most: 1 }), statistic: measured, permutations: whole({ least: 1 }), differ: flag }),
      shared: list(number()),
      own: list(list(number()))
    })
  )
})

/** Contents of a model file → model of groups. Throws `FormatError` as `loadTrajectories`. */
export function loadGroups(contents: ModelContents): GroupedModel {
  expectKind(contents, 'trajectories')
  const { by, order, seed, groups, context, comparison } = metaIn(contents.meta, 'meta')
  whole({ least: 2 })(groups.length, 'meta.groups.length')
  const told = (names: readonly string[]): FamilyContext => {
    exactly(names.length)(context.mean.length, 'meta.context.mean.length')
    exactly(names.length)(context.spread.length, 'meta.context.spread.length')
    return {
      ...context,
      dimension: names.length,
      columnNames: names,
      mean: Float64Array.from(context.mean),
      spread: Float64Array.from(context.spread)
    }
  }
  const models = groups.map(({ name, meta }, g) => {
    const columnNames = entryIn({ meta }, 'columnNames', list(text)) ?? []
    return { name, model: loadTrajectories({ ...contents, meta, arrays: arraysUnder(prefixOf(g), contents.arrays) }, told(columnNames)) }
  })
  const p = models[0]!.model.marginals.family.parameters.length
  if (comparison) {
    exactly(p)(comparison.shared.length, 'meta.comparison.shared.length')
    exactly(groups.length)(comparison.own.length, 'meta.comparison.own.length')
    for (const theta of comparison.own) exactly(p)(theta.length, 'the length of a θ in meta.comparison.own')
  }
  return {
    ...{ by, order, seed },
    groups: models,
    context: told(models[0]!.model.columns.columnNames),
    comparison: comparison && {
      test: comparison.test,
      shared: Float64Array.from(comparison.shared),
      own: comparison.own.map((theta) => Float64Array.from(theta))
    }
  }
}
