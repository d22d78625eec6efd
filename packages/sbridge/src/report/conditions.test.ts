import { type PosteriorReport, tellKnown } from '@sbridge/core/internal'
import type { Table } from '@sbridge/core/tables'
import { expect, test } from 'vitest'
import { joinSections } from './blocks.js'
import { topicSection } from './topics.js'

test('columns before and after: times are shown as times, their spreads in days', () => {
  const day = 86_400_000
  const report: PosteriorReport = {
    conditioning: 'informed',
    steps: 20,
    epsilon: 0.1,
    powers: [1],
    importanceRows: 30,
    effectiveRows: 10,
    acceptance: 0.9,
    effectiveSampleSize: 100,
    observations: [],
    columns: {
      when: { prior: [Date.UTC(2020, 1, 3), 12 * day], posterior: [Date.UTC(2021, 2, 4), 3 * day] },
      size: { prior: [1.5, 0.5], posterior: [2.5, 0.25] }
    },
    unconditioned: { distance: 0, floor: 0 },
    warnings: []
  }
  const columns: Table['columns'] = [
    { name: 'when', kind: 'datetime', values: new Float64Array(2) },
    { name: 'size', kind: 'number', values: new Float64Array(2) }
  ]
  const { text } = joinSections(tellKnown({ posterior: report }, columns)[0]!.topics.map(topicSection))
  const rows = [...text.matchAll(/<th scope="row">(\w+)<\/th>(.*)<\/tr>/g)].map(([, name, cells]) => [
    name,
    ...[...cells!.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, cell]) => cell)
  ])
  expect(rows).toEqual([
    ['when', '2020-02-03', '12 d', '2021-03-04', '3 d', '32.9'],
    ['size', '1.50', '0.500', '2.50', '0.250', '2']
  ])
})
