import { numberText } from '../../tell/numbers.js'
import { type Block, facts, said, type Telling, type Topic, together } from '../../tell/telling.js'
import type { Comparison } from './fit-groups.js'
import type { DrawnGroups, GroupedModel } from './grouped.js'
import { tellReference, tellTrajectories, timeNameOf } from './tell.js'

/** What references of groups say; with paths, what is said of these: the test first, then each group under its name. */
export function tellGroups(model: GroupedModel, answer?: { readonly drawn: DrawnGroups; readonly pictures: boolean }): Telling {
  const each = model.groups.map(({ name, model: own }, g) => {
    const telling = answer
      ? tellTrajectories(answer.drawn.groups[g]!.drawn, answer.pictures ? timeNameOf(own) : undefined)
      : tellReference(own)
    return { name, telling }
  })
  const common = each[0]!.telling.notes.filter((note) => each.every(({ telling }) => telling.notes.includes(note)))
  const named = each.map(({ name, telling }, g): Telling => {
    const whose = `${model.by} ${name}: `
    return {
      json: {},
      topics: telling.topics.map(({ id, title, blocks }) => ({
        id: `group-${g + 1}-${id}`,
        title: whose + title,
        blocks: blocks.map((block) => blockOf(whose, block))
      })),
      warnings: telling.warnings.map(({ name: kind, message }) => ({ name: kind, message: whose + message })),
      notes: telling.notes.filter((note) => !common.includes(note)).map((note) => whose + note)
    }
  })
  const json = {
    by: model.by,
    ...comparisonSummary(model),
    groups: Object.fromEntries(each.map(({ name, telling }) => [name, telling.json]))
  }
  return together({ json, topics: [comparisonTopic(model)], warnings: [], notes: common }, ...named)
}

/** A block whose lines say whose they are. */
function blockOf(whose: string, block: Block): Block {
  if (block.kind === 'said') return said(...block.sentences.map((sentence) => whose + sentence))
  if (block.kind === 'facts') return facts(...block.facts.map((fact) => ({ ...fact, name: whose + fact.name })))
  return block.kind === 'table' && block.said !== undefined ? { ...block, said: whose + block.said } : block
}

function comparisonSummary({ comparison, groups }: GroupedModel): Record<string, unknown> {
  if (!comparison) return {}
  const { parameters } = groups[0]!.model.marginals.family
  const named = (theta: Float64Array) => Object.fromEntries(parameters.map(({ name }, k) => [name, theta[k]!]))
  return {
    groupTest: comparison.test,
    shared: named(comparison.shared),
    own: Object.fromEntries(groups.map(({ name }, g) => [name, named(comparison.own[g]!)]))
  }
}

function comparisonTopic({ by, comparison, groups }: GroupedModel): Topic {
  const { family } = groups[0]!.model.marginals
  return {
    id: 'groups',
    title: 'Groups',
    blocks: comparison
      ? [said(testSentence(by, comparison)), ...(family.weights ? [] : [parametersTable({ by, comparison, groups })])]
      : [said(`Particles go within their ${by}. The reference has no parameters that could differ.`)]
  }
}

function testSentence(by: string, { test: { p, permutations, differ } }: Comparison): string {
  const how = `p = ${numberText(p)}, score test with ${permutations} permutations of the labels within each snapshot`
  return differ
    ? `Dynamics differ between groups of ${by} (${how}): each has its own parameters.`
    : `No difference between groups of ${by} was found (${how}): all have the parameters of all together.`
}

function parametersTable({ by, comparison, groups }: { by: string; comparison: Comparison; groups: GroupedModel['groups'] }) {
  const { parameters } = groups[0]!.model.marginals.family
  return {
    kind: 'table',
    caption: 'Parameters of all groups together, and of each fitted by itself from there, with the noise of all.',
    head: ['parameter', 'all#', ...groups.map(({ name }) => `${by} ${name}#`)],
    rows: parameters.map(({ name }, k) => [name, comparison.shared[k]!, ...comparison.own.map((theta) => theta[k]!)]),
    said: ''
  } as const
}
