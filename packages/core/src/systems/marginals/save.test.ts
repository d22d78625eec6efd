import { expect, it } from 'vitest'
import { ReferenceEngine } from '../../engine/reference/reference.js'
import { packModel, unpackModel } from '../../model-file/container.js'
import type { RawTable } from '../../table/raw.js'
import { fitModel } from '../system.js'
import { type SnapshotsOptions, snapshots } from './system.js'

const engine = new ReferenceEngine()

/** Two groups of three that go up, four snapshots, with whatever a model can be of. */
const rows = [0, 1, 2, 3].flatMap((t) =>
  [-0.2, 0, 0.3, 0.5, 0.6, 0.9].map((x, i) => ({
    day: `2020-01-0${1 + t}`,
    x: (x + t + 0.01 * i * t).toFixed(2),
    y: t === 1 && i === 2 ? null : (x * (t % 2 === 0 ? 1 : 1.1)).toFixed(3),
    group: i < 3 ? 'a' : 'b',
    fate: t === 3 ? (i < 3 ? 'down' : 'up') : null
  }))
)
const table = (...names: (keyof (typeof rows)[number])[]): RawTable => ({
  rowCount: rows.length,
  columns: names.map((name) => ({ name, source: 'text', values: rows.map((row) => row[name]) }))
})

it.each<[string, RawTable, Partial<SnapshotsOptions>]>([
  ['left out in turn', table('day', 'x'), { leaveOneOut: true }],
  ['held out', table('day', 'x'), { holdOut: [1] }],
  ['with gaps', table('day', 'x', 'y'), {}],
  ['of smooth velocities', table('day', 'x'), { reference: 'smooth' }],
  ['of a smooth field', table('day', 'x'), { reference: 'gradient', lengthScale: 1, amplitude: 1, frequencies: 2, rounds: 1 }],
  ['with a smooth remainder', table('day', 'x'), { reference: 'linear+smooth', lengthScale: 1, amplitude: 0.5, frequencies: 2, rounds: 1 }],
  ['with a remainder that there was none of', table('day', 'x'), { reference: 'linear+smooth', rounds: 1 }],
  ['that varies in time', table('day', 'x'), { reference: 'linear', varying: 0.5, rounds: 1 }],
  ['that grows', table('day', 'x', 'fate'), { growth: 'estimate', fates: 'fate' }],
  ['of groups', table('day', 'x', 'group'), { by: 'group' }],
  ['that keeps rules', table('day', 'x', 'y'), { exclude: ['y'], rule: ['twice = 2 * x'] }]
])('a model %s, read and written again, has the same bytes', async (_, input, options) => {
  const own = { time: 'day', reference: 'brownian', sigma: [0.3], ...options } as SnapshotsOptions
  const model = await fitModel(snapshots, { input, options: own }, { engine })
  const bytes = packModel(snapshots.save(model))
  const again = await snapshots.load(unpackModel(bytes), { engine })
  const [first, second] = [bytes, packModel(snapshots.save(again))].map((one) => JSON.stringify(unpackModel(one).meta))
  expect(second).toBe(first)
  expect(Buffer.from(packModel(snapshots.save(again))).equals(bytes)).toBe(true)
})
